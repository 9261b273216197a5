/** One number as it is said or written: 415, four, double five, forty-one, eight hundred. Words and digits may mix. */
import type { Reading } from './reading.ts';

export interface Numeral {
  readonly from: number;
  readonly to: number;
  /** What would be dialled: "double five" is 55, "eight hundred" 800. */
  readonly digits: string;
  /**
   * `written` in digits; `single` digits said one by one; `small` numbers under a hundred said as such; `scaled` ones
   * with hundreds and thousands; `grouped` ones written 1,250.
   */
  readonly kind: 'written' | 'single' | 'small' | 'scaled' | 'grouped';
}

/** Marks and fillers between the parts of one number. */
export const LONGEST_GAP = 4;
/** nine hundred and ninety nine million … thousand … and ninety nine, with room to spare. */
const LONGEST_SPOKEN = 24;
const GAP_MARKS = /^[-–—.,()/+#*]$/;

export function readNumeral(reading: Reading, at: number): Numeral | undefined {
  const token = reading.tokens[at];
  if (token?.kind === 'digits') return readWritten(reading, at);
  if (token?.kind !== 'word') return undefined;
  return readMultiplied(reading, at) ?? readSpoken(reading, at);
}

function readWritten(reading: Reading, at: number): Numeral {
  let digits = reading.lower(at);
  let to = at + 1;
  if (digits.length <= 3)
    while (reading.lower(to) === ',' && reading.glued(to) && isThousandsGroup(reading, to + 1)) {
      digits += reading.lower(to + 1);
      to += 2;
    }
  return { from: at, to, digits, kind: to > at + 1 ? 'grouped' : 'written' };
}

function isThousandsGroup(reading: Reading, at: number): boolean {
  return reading.tokens[at]?.kind === 'digits' && reading.glued(at) && reading.lower(at).length === 3;
}

/** double five, triple oh, double 7. */
function readMultiplied(reading: Reading, at: number): Numeral | undefined {
  const { multipliers, digits } = reading.language;
  const times = own(multipliers, reading.lower(at));
  if (!times) return undefined;
  const next = reading.lower(at + 1);
  const digit = own(digits, next) ?? (/^[0-9]$/.test(next) ? next : undefined);
  return digit ? { from: at, to: at + 2, digits: digit.repeat(times), kind: 'single' } : undefined;
}

interface Small {
  readonly value: number;
  readonly to: number;
  readonly kind: 'single' | 'small';
}

function readSmall(reading: Reading, at: number): Small | undefined {
  const { digits, teens, tens, tensJoin } = reading.language;
  const word = reading.lower(at);
  const digit = own(digits, word);
  if (digit !== undefined) return { value: Number(digit), to: at + 1, kind: 'single' };
  const teen = own(teens, word);
  if (teen !== undefined) return { value: teen, to: at + 1, kind: 'small' };
  const ten = own(tens, word);
  if (ten === undefined) return undefined;
  const next = reading.lower(at + 1);
  const one = next === '-' || (tensJoin !== undefined && next === tensJoin) ? at + 2 : at + 1;
  const unit = Number(own(digits, reading.lower(one)) ?? 0);
  return unit > 0 ? { value: ten + unit, to: one + 1, kind: 'small' } : { value: ten, to: at + 1, kind: 'small' };
}

/** four; forty one; two hundred and fifty; two thousand and four. */
function readSpoken(reading: Reading, at: number): Numeral | undefined {
  const { scales, numberJoin } = reading.language;
  const scaleAt = (index: number) => own(scales, reading.lower(index));
  const small = readSmall(reading, at);
  const first = small?.to ?? at;
  if (small && (small.value === 0 || !scaleAt(first))) {
    const digits = small.kind === 'single' ? own(reading.language.digits, reading.lower(at))! : String(small.value);
    return { from: at, to: small.to, digits, kind: small.kind };
  }
  if (!scaleAt(first)) return undefined;
  let sum = 0;
  let value = small?.value ?? 1;
  let to = first;
  for (let scale = scaleAt(to); scale && to - at < LONGEST_SPOKEN; scale = scaleAt(to)) {
    value *= scale;
    to++;
    if (scaleAt(to)) continue;
    const joined = reading.lower(to) === numberJoin ? to + 1 : to;
    const rest = readSmall(reading, joined);
    if (!rest || rest.value === 0) break;
    const next = scaleAt(rest.to);
    // "eight hundred five five five": what follows is dialled digit by digit.
    if (!next && joined === to && readSmall(reading, rest.to)) break;
    if (next && next < scale) {
      sum += value;
      value = rest.value;
    } else value += rest.value;
    to = rest.to;
  }
  const total = sum + value;
  return { from: at, to, digits: Number.isSafeInteger(total) ? String(total) : '0'.repeat(16), kind: 'scaled' };
}

/** The first token after `at` that is neither a mark between groups nor a filler. */
export function afterGap(reading: Reading, at: number): number {
  let next = at;
  while (next - at <= LONGEST_GAP && isGap(reading, next)) next++;
  return next;
}

function isGap(reading: Reading, at: number): boolean {
  const token = reading.tokens[at];
  if (!token) return false;
  return token.kind === 'mark' ? GAP_MARKS.test(token.text) : reading.is(at, reading.language.numberFillers);
}

/** An entry of that name, and never what every object inherits. */
export function own<Entry>(entries: Readonly<Record<string, Entry>>, name: string): Entry | undefined {
  return Object.hasOwn(entries, name) ? entries[name] : undefined;
}
