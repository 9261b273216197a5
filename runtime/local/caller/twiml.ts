/** As much of TwiML as a caller needs to follow it: https://www.twilio.com/docs/voice/twiml. Pure. */

/** The value of an attribute of the first such element. */
export function attribute(twiml: string, element: string, name: string): string | undefined {
  const value = new RegExp(`<${element}\\b[^>]*\\b${name}="([^"]*)"`).exec(twiml)?.[1];
  return value && unescaped(value);
}

/** The text in the first such element. */
export function content(twiml: string, element: string): string | undefined {
  const text = new RegExp(`<${element}\\b[^>]*>([^<]*)<`).exec(twiml)?.[1];
  return text && unescaped(text);
}

/** Each `<Parameter>` of a `<Stream>`. */
export function customParameters(twiml: string): Record<string, string> {
  const found = [...twiml.matchAll(/<Parameter\b[^>]*>/g)].map(([tag]) => [
    attribute(tag, 'Parameter', 'name') ?? '',
    attribute(tag, 'Parameter', 'value') ?? '',
  ]);
  return Object.fromEntries(found);
}

/** What the caller is told. */
export function sentence(twiml: string): string {
  return content(twiml, 'Say') ?? twiml.slice(0, 200);
}

function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
}
