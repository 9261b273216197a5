/** Values inside values: JSON in a string (dashboards, contact flows, state machines, custom resources), base64. */
import { assertBounded } from './bounds.ts';
import { MARKER } from './scope.ts';

/** A number that only the deployment knows stands bare where JSON wants a number. */
const BARE_MARKER = new RegExp(`([:,[]\\s*)(${MARKER.source})(?=\\s*[,\\]}])`, 'g');

export interface Decoded {
  readonly value: unknown;
  /** Nothing of the text is lost in the value. JSON may say the same key twice, and only the last one is read. */
  readonly lossless: boolean;
}

/** What a string holds, if it is the JSON of an object or list, or the base64 of readable text. */
export function decode(text: string): Decoded | undefined {
  return /^\s*(?:\{\s*["}]|\[\s*["{[\]\d⟨-])/.test(text) ? decodeJson(text) : decodeBase64(text);
}

function decodeJson(text: string): Decoded | undefined {
  for (const candidate of MARKER.test(text) ? [text, text.replace(BARE_MARKER, '$1"$2"')] : [text]) {
    const value = parse(candidate);
    if (value === undefined) continue;
    assertBounded(value);
    return { value, lossless: withoutSpaces(JSON.stringify(value)) === withoutSpaces(candidate) };
  }
  return undefined;
}

function decodeBase64(text: string): Decoded | undefined {
  if (text.length < 24 || text.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
  const value = Buffer.from(text, 'base64').toString('utf8');
  return /^[\t\n\r\x20-\x7e]+$/.test(value) ? { value, lossless: true } : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const withoutSpaces = (text: string): string => text.replace(/\s+/g, '');
