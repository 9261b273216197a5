/** Text → words, digits and marks, with their places. Linear in the length of the text, whatever it holds. */

export const REDACTED_TYPES = [
  'NAME',
  'PHONE',
  'CARD',
  'EMAIL',
  'ADDRESS',
  'BIRTH_DATE',
  'NATIONAL_ID',
  'NUMBER',
  /** All of it: a text in a language nobody wrote down. */
  'TEXT',
] as const;

export type RedactedType = (typeof REDACTED_TYPES)[number];

export interface Token {
  /** A `placeholder` is a [NAME] and the like, of this pass or of an earlier redaction. */
  readonly kind: 'word' | 'digits' | 'mark' | 'placeholder';
  readonly text: string;
  /** Lower case, apostrophes straight; ASCII digits. */
  readonly lower: string;
  readonly start: number;
  readonly end: number;
  /** Nothing stands between it and the token before. */
  readonly glued: boolean;
}

/** Format characters such as zero-width spaces count as space: they shall not part a number. "'s" is a word of its own. */
const TOKEN = new RegExp(
  [
    String.raw`\[(?:${REDACTED_TYPES.join('|')})\]`,
    String.raw`\p{L}[\p{L}\p{M}]*(?:['’](?!s(?![\p{L}\p{M}]))[\p{L}\p{M}]+)*`,
    String.raw`['’][sS](?![\p{L}\p{M}])`,
    String.raw`\p{Nd}+`,
    String.raw`[^\s\p{Cf}]`,
  ].join('|'),
  'gu',
);

export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let last = -1;
  for (const { 0: found, index: start } of text.matchAll(TOKEN)) {
    const kind = kindOf(found);
    const end = start + found.length;
    tokens.push({ kind, text: found, lower: normalize(found, kind), start, end, glued: start === last });
    last = end;
  }
  return tokens;
}

function kindOf(found: string): Token['kind'] {
  if (found.length > 1 && found.startsWith('[')) return 'placeholder';
  if (/^\p{Nd}/u.test(found)) return 'digits';
  return /^['’]?\p{L}/u.test(found) ? 'word' : 'mark';
}

function normalize(found: string, kind: Token['kind']): string {
  if (kind === 'digits') return /^[0-9]+$/.test(found) ? found : Array.from(found, asciiDigit).join('');
  return kind === 'word' ? found.toLowerCase().replaceAll('’', "'") : found;
}

/** Decimal digits of any script stand in a row, from its zero on. */
function asciiDigit(digit: string): string {
  const code = digit.codePointAt(0)!;
  let value = 0;
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code - value - 1))) value++;
  return String(value);
}

/** `Smith`, `SMITH`: not `smith`, and not scripts without capitals. */
export function isCapitalized({ kind, text }: Token): boolean {
  return kind === 'word' && /^\p{Lu}/u.test(text);
}

export function isLetter({ kind, text }: Token): boolean {
  return kind === 'word' && text.length === 1;
}
