/** Redacts a JSON value: what a tool was given, what it answered. Keys announce what their values hold: `{ "phone": … }`. */
import type { Cue } from './language.ts';
import { languageOf } from './languages/index.ts';
import { Reading } from './reading.ts';
import { type RedactOptions, redact } from './redact.ts';
import { tokenize } from './tokens.ts';

/** Deeper than any tool's answer; what lies below is withheld. */
const DEEPEST = 64;
/** A number as long as this may be a telephone's or an account's; amounts and counts are shorter. */
const LEAST_DIGITS = 7;

/**
 * Strings, keys and long numbers; keys that become the same become one. Returns a copy, the value itself stays as it is.
 * Never throws on anything JSON can hold.
 */
export function redactValue(json: unknown, options: Omit<RedactOptions, 'asked'>): unknown {
  return redactAt(json, options, [], 0);
}

function redactAt(json: unknown, options: RedactOptions, asked: readonly Cue[], depth: number): unknown {
  if (typeof json === 'string') return redact(json, { ...options, asked }).text;
  if (typeof json === 'number' || typeof json === 'bigint') return redactNumber(json, options, asked);
  if (typeof json !== 'object' || json === null) return json;
  if (depth >= DEEPEST) return '[TEXT]';
  if (Array.isArray(json)) return json.map((item) => redactAt(item, options, asked, depth + 1));
  const entries = Object.entries(json).map(([key, value]) => [
    redact(key, options).text,
    redactAt(value, options, announcedBy(key, options, asked), depth + 1),
  ]);
  return Object.fromEntries(entries);
}

/** As a string it is judged by the same rules: after "account", four digits are enough; a date in milliseconds is long. */
function redactNumber(json: number | bigint, options: RedactOptions, asked: readonly Cue[]): unknown {
  const digits = String(json).replace(/^-/, '');
  if (!/^\d+$/.test(digits)) return json;
  const text = languageOf(options.language) ? redact(digits, { ...options, asked }).text : digits;
  if (text !== digits) return text;
  return digits.length >= LEAST_DIGITS ? '[NUMBER]' : json;
}

/** dateOfBirth, phone_number → what the language's words of them announce. An object's own key announces for all in it. */
function announcedBy(key: string, { language: tag }: RedactOptions, above: readonly Cue[]): readonly Cue[] {
  const language = languageOf(tag);
  if (!language) return [];
  const words = key.replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2').replace(/[_-]+/g, ' ');
  const cues = new Reading(tokenize(words), language).cuesFrom(0);
  return cues.length > 0 ? cues : above;
}
