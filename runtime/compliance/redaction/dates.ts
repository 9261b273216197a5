/** Dates of birth: any date that is announced as one, and any full date long enough ago to be one. */
import { afterGap, own, readNumeral } from './numerals.ts';
import type { Reading, Span } from './reading.ts';

/** A full date up to this year is taken for somebody's birth; later ones are appointments, purchases, deliveries. */
const LATEST_BIRTH_YEAR = 2010;
const EARLIEST_YEAR = 1900;
const LATEST_YEAR = 2040;
/** A birth date said in digits: from "4 3 80" to "04 03 1980". */
const SPOKEN_DIGITS = { least: 3, leastUnannounced: 5, most: 8 };

export function findBirthDates(reading: Reading): Span[] {
  const spans: Span[] = [];
  for (let at = 0; at < reading.tokens.length; ) {
    const date = readDate(reading, at);
    const to = date && isBirth(reading, at, date) ? date.to : announcedDigits(reading, at);
    if (to !== undefined) spans.push({ type: 'BIRTH_DATE', from: at, to });
    at = to ?? date?.to ?? readNumeral(reading, at)?.to ?? at + 1;
  }
  return spans;
}

interface ReadDate {
  readonly to: number;
  /** Undefined: no year was said. */
  readonly year: number | undefined;
  /** Day, month and year are all there. */
  readonly full: boolean;
}

function isBirth(reading: Reading, from: number, { to, year, full }: ReadDate): boolean {
  if (reading.cueBefore(from, ['birth']) || reading.cueAfter(to, ['birth'])) return true;
  return full && year !== undefined && year <= LATEST_BIRTH_YEAR;
}

function readDate(reading: Reading, at: number): ReadDate | undefined {
  return readNumericDate(reading, at) ?? readDayFirst(reading, at) ?? readMonthFirst(reading, at);
}

/** the fourth of march nineteen eighty; 4 March 1980; 4th of March. */
function readDayFirst(reading: Reading, at: number): ReadDate | undefined {
  const { dateJoins, months } = reading.language;
  const start = reading.is(at, dateJoins) ? at + 1 : at;
  const day = readDay(reading, start);
  if (day === undefined) return undefined;
  const month = reading.is(day, dateJoins) ? day + 1 : day;
  if (reading.is(month, months)) return withYear(reading, month + 1, true);
  // the third of the ninth 1987
  const inOrdinals = month > day ? readDay(reading, reading.is(month, dateJoins) ? month + 1 : month) : undefined;
  const dated = inOrdinals === undefined ? undefined : withYear(reading, inOrdinals, true);
  return dated?.full ? dated : undefined;
}

/** March the fourth, 1980; march 1980. */
function readMonthFirst(reading: Reading, at: number): ReadDate | undefined {
  const { dateJoins, months } = reading.language;
  if (!reading.is(at, months)) return undefined;
  const next = reading.lower(at + 1) === '.' ? at + 2 : at + 1;
  const start = reading.is(next, dateJoins) ? next + 1 : next;
  const day = readDay(reading, start);
  if (day !== undefined && readYear(reading, start, false) === undefined) return withYear(reading, day, true);
  const month = withYear(reading, at + 1, false);
  return month.year === undefined ? undefined : month;
}

function withYear(reading: Reading, at: number, hasDay: boolean): ReadDate {
  let next = at;
  while (/^[,.']$/.test(reading.lower(next)) || reading.is(next, reading.language.dateJoins)) next++;
  const year = readYear(reading, next, true);
  return year ? { ...year, full: hasDay && year.full } : { to: at, year: undefined, full: false };
}

function readDay(reading: Reading, at: number): number | undefined {
  const { ordinals, ordinalSuffixes, tens } = reading.language;
  if (own(ordinals, reading.lower(at))) return at + 1;
  if (own(tens, reading.lower(at))) {
    const unit = reading.lower(at + 1) === '-' ? at + 2 : at + 1;
    if (own(ordinals, reading.lower(unit))) return unit + 1;
  }
  const numeral = readNumeral(reading, at);
  if (!numeral || numeral.digits.length > 2 || Number(numeral.digits) < 1 || Number(numeral.digits) > 31)
    return undefined;
  const isOrdinal = reading.glued(numeral.to) && reading.is(numeral.to, ordinalSuffixes);
  return isOrdinal ? numeral.to + 1 : numeral.to;
}

/** 1980; nineteen eighty; two thousand and four; with `short`, also eighty eight and '88. */
function readYear(reading: Reading, at: number, short: boolean): ReadDate | undefined {
  const first = readNumeral(reading, at);
  if (!first) return undefined;
  const year = Number(first.digits);
  const inRange = (value: number) => value >= EARLIEST_YEAR && value <= LATEST_YEAR;
  if (first.digits.length === 4 && inRange(year)) return { to: first.to, year, full: true };
  if (first.digits.length !== 2) return undefined;
  if (year === 19 || year === 20) {
    let rest = '';
    let to = first.to;
    while (rest.length < 2) {
      const next = readNumeral(reading, to);
      if (!next || next.digits.length + rest.length > 2) break;
      rest += next.digits;
      to = next.to;
    }
    const whole = Number(first.digits + rest);
    if (rest.length === 2 && inRange(whole)) return { to, year: whole, full: true };
  }
  return short ? { to: first.to, year: undefined, full: false } : undefined;
}

/** 04/03/1980, 4.3.80, 1980-03-04. */
function readNumericDate(reading: Reading, at: number): ReadDate | undefined {
  const to = isNumericDate(reading, at);
  if (to === undefined) return undefined;
  const years = [reading.lower(at), reading.lower(at + 4)].filter((part) => part.length === 4).map(Number);
  return { to, year: years[0], full: years.length > 0 };
}

/** Where the date ends that is written in digits from `at` on. */
export function isNumericDate(reading: Reading, at: number): number | undefined {
  if (reading.tokens[at]?.kind !== 'digits' || reading.glued(at)) return undefined;
  const mark = reading.lower(at + 1);
  if (!/^[./-]$/.test(mark) || reading.lower(at + 3) !== mark) return undefined;
  for (let part = at + 1; part < at + 5; part++) if (!reading.glued(part)) return undefined;
  const parts = [at, at + 2, at + 4].map((part) => reading.lower(part));
  if (!parts.every((part) => /^\d{1,4}$/.test(part))) return undefined;
  if (reading.lower(at + 5) === mark && reading.glued(at + 5)) return undefined;
  const [first, second, third] = parts.map(Number) as [number, number, number];
  const dayAndMonth = (a: number, b: number) => a >= 1 && b >= 1 && Math.max(a, b) <= 31 && Math.min(a, b) <= 12;
  const isYear = (part: string) => part.length === 4 && Number(part) >= EARLIEST_YEAR && Number(part) <= LATEST_YEAR;
  const [one = '', two = '', three = ''] = parts;
  const bothShort = (a: string, b: string) => a.length <= 2 && b.length <= 2;
  const dayFirst = bothShort(one, two) && (isYear(three) || three.length === 2) && dayAndMonth(first, second);
  const yearFirst = isYear(one) && bothShort(two, three) && dayAndMonth(second, third);
  return dayFirst || yearFirst ? at + 5 : undefined;
}

/** born in 1980; date of birth oh four oh three nineteen eighty: where it ends. */
function announcedDigits(reading: Reading, at: number): number | undefined {
  const first = readNumeral(reading, at);
  if (!first || first.kind === 'grouped') return undefined;
  const nearest = reading.cueBefore(at, [
    'birth',
    'phone',
    'card',
    'nationalId',
    'account',
    'postcode',
    'reference',
    'number',
  ]);
  let digits = first.digits.length;
  let to = first.to;
  for (
    let next = readNumeral(reading, afterGap(reading, to));
    next;
    next = readNumeral(reading, afterGap(reading, to))
  ) {
    if (digits + next.digits.length > SPOKEN_DIGITS.most) break;
    digits += next.digits.length;
    to = next.to;
  }
  if (digits < SPOKEN_DIGITS.least || reading.is(to, reading.language.units)) return undefined;
  const follows = digits >= SPOKEN_DIGITS.leastUnannounced && nearest === undefined && reading.cueAfter(to, ['birth']);
  return nearest === 'birth' || follows ? to : undefined;
}
