/** Numbers that say how much or when, not who: prices, measures, times of day, counts. */
import { isNumericDate } from './dates.ts';
import { type Numeral, own } from './numerals.ts';
import type { Reading } from './reading.ts';

const CURRENCY = new Set(['$', '£', '€', '¥', '₹']);
/** A group before a unit is a quantity only while little came before it: "415 555 0100 days or nights" is a telephone. */
const MOST_DIGITS_BEFORE = 3;

/** Where the quantity that begins with `numeral` ends; undefined when it is none. */
export function quantityEnd(reading: Reading, numeral: Numeral, digitsBefore: number): number | undefined {
  const { from, to, kind } = numeral;
  if (kind === 'grouped' || CURRENCY.has(reading.lower(from - 1))) return afterDecimals(reading, to);
  if (digitsBefore > MOST_DIGITS_BEFORE) return undefined;
  if (kind === 'written') {
    const date = isNumericDate(reading, from);
    if (date !== undefined) return date;
    const { ordinalSuffixes } = reading.language;
    if (reading.glued(to) && reading.is(to, ordinalSuffixes)) return to + 1;
    if (isPart(reading, from, ':')) return to + 2;
    if (isPart(reading, from, '.') && !isPart(reading, to + 1, '.') && reading.lower(to + 1).length <= 3) return to + 2;
  }
  if (kind === 'small' && own(reading.language.ordinals, reading.lower(to))) return to + 1;
  const unit = reading.lower(to) === '-' ? to + 1 : to;
  if (CURRENCY.has(reading.lower(to)) || reading.lower(to) === '%' || reading.is(unit, reading.language.units))
    return to;
  return undefined;
}

/** `from` holds digits, and right after them come `mark` and digits again. */
function isPart(reading: Reading, from: number, mark: string): boolean {
  return (
    reading.lower(from + 1) === mark &&
    reading.glued(from + 1) &&
    reading.glued(from + 2) &&
    reading.tokens[from + 2]?.kind === 'digits'
  );
}

function afterDecimals(reading: Reading, to: number): number {
  return isPart(reading, to - 1, '.') ? to + 2 : to;
}
