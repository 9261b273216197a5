/** Runs of digits → telephone, card, national id or another number of a person; or nothing: a price, a year, an order. */
import type { Cue } from './language.ts';
import { afterGap, readNumeral } from './numerals.ts';
import type { Reading, Span } from './reading.ts';
import { type Piece, type Run, readRuns } from './runs.ts';
import { passesLuhn, type Shape, shapes } from './shapes.ts';
import type { RedactedType } from './tokens.ts';

const NUMBER_CUES: readonly Cue[] = [
  'phone',
  'card',
  'nationalId',
  'account',
  'secret',
  'number',
  'reference',
  'postcode',
  'birth',
];
/** Announced like this, a number of this many digits identifies somebody. */
const LEAST_DIGITS: Readonly<Partial<Record<Cue, number>>> = {
  phone: 5,
  card: 4,
  nationalId: 4,
  account: 4,
  secret: 3,
  number: 6,
};
/** Without announcement. */
const LEAST_UNANNOUNCED = 7;
/** Right after "order number" and the like: longer ones are telephones. */
const LEAST_OF_HOUSE = 9;
/** Read out digit by digit, or dialled with a leading zero, a number is shorter than an amount would be. */
const LEAST_DICTATED = 6;
const CARD_DIGITS = { least: 12, most: 19 };
const PHONE_DIGITS = { least: 7, most: 15 };
const LONGEST_SHAPE = 34;
/** 2019, 2020 and 2021; four would be a card. */
const MOST_YEARS = 3;
const LEAST_BEGUN = 3;
const LONGEST_CORRECTION = 6;
/** AB12 CDE, announced: few digits, many letters. */
const LEAST_CODE = { signs: 6, digits: 2 };

export function findNumbers(reading: Reading): Span[] {
  const runs = readRuns(reading);
  const spans = runs.map((run) => judge(reading, run));
  // Backwards, so that of several beginnings each is seen to be one.
  for (let index = runs.length - 2; index >= 0; index--) {
    const type = spans[index + 1]![0]?.type;
    if (type && spans[index]!.length === 0 && isBeginning(reading, runs[index]!, runs[index + 1]!))
      spans[index] = [spanOf(reading, type, runs[index]!)];
  }
  return spans.flat();
}

/** "four one five, no wait, four one six …": the first, wrong part is a part of a number all the same. */
function isBeginning(reading: Reading, run: Run, next: Run): boolean {
  const from = run.at(-1)!.to;
  const to = next[0].from;
  if (digitsOf(run).length < LEAST_BEGUN || to - from > LONGEST_CORRECTION) return false;
  const between = Array.from({ length: to - from }, (_, offset) => from + offset);
  return between.every((at) => !reading.isWord(at) || reading.is(at, reading.language.corrections));
}

function judge(reading: Reading, run: Run): Span[] {
  const cue = reading.cueBefore(run[0].from, NUMBER_CUES, digitsOf(run).length < LEAST_UNANNOUNCED);
  const isCode = cue === 'nationalId' || cue === 'account' || cue === 'secret';
  if (isCode && (digitsOf(run).length >= LEAST_DIGITS[cue]! || isLongCode(run))) {
    const type = cue === 'nationalId' ? 'NATIONAL_ID' : 'NUMBER';
    return [spanOf(reading, type, run)];
  }
  const shaped = findShape(reading, run);
  if (shaped) {
    const { type, from, to } = shaped;
    const around = [run.slice(0, from), run.slice(to)].filter(isRun);
    return [
      spanOf(reading, type, run.slice(from, to)),
      ...around.flatMap((rest) => judgeDigits(reading, rest, cue)),
    ].sort((a, b) => a.from - b.from);
  }
  return judgeDigits(reading, run, cue);
}

/** Letters on their own part numbers; letters written in one piece with digits belong to them. */
function judgeDigits(reading: Reading, run: readonly Piece[], cue: Cue | undefined): Span[] {
  const spans: Span[] = [];
  let from = 0;
  for (let at = 0; at <= run.length; at++) {
    if (at < run.length && !isAlone(reading, run, at)) continue;
    const part = run.slice(from, at);
    const type = isRun(part) ? typeOf(reading, part, cue) : undefined;
    if (type) spans.push(spanOf(reading, type, part));
    from = at + 1;
  }
  return spans;
}

function isAlone(reading: Reading, run: readonly Piece[], at: number): boolean {
  const isGlued = at > 0 && reading.glued(run[at]!.from);
  const isGluedToNext = at + 1 < run.length && reading.glued(run[at + 1]!.from);
  return run[at]!.kind === 'letters' && !isGlued && !isGluedToNext;
}

function typeOf(reading: Reading, run: Run, before: Cue | undefined): RedactedType | undefined {
  const digits = digitsOf(run);
  const { length } = digits;
  const isLong = length >= LEAST_UNANNOUNCED;
  const known = before === 'number' || before === undefined;
  const after = known && isLong ? reading.cueAfter(run.at(-1)!.to, NUMBER_CUES) : undefined;
  const cue = after ?? before;
  if (length < LEAST_OF_HOUSE && reading.isRightAfter(run[0].from, 'reference')) return undefined;
  const isAnnounced = cue !== undefined && length >= (LEAST_DIGITS[cue] ?? Number.POSITIVE_INFINITY);
  const isDictated = length >= LEAST_DICTATED && run.every(({ kind }) => kind === 'single');
  const isCodeOfSix = length === LEAST_DICTATED && run.length === 1 && !/000$/.test(digits);
  if (!isAnnounced && !isLong && !isDictated && !isCodeOfSix) return undefined;
  if (!isAnnounced && isAmount(reading, run)) return undefined;

  const { least, most } = CARD_DIGITS;
  if (cue === 'card' && length <= most) return 'CARD';
  if (length >= least && length <= most && passesLuhn(digits) && cue !== 'phone') return 'CARD';
  if (cue === 'nationalId') return 'NATIONAL_ID';
  if (cue === 'phone') return 'PHONE';
  if (cue === 'account' || cue === 'secret' || cue === 'reference') return 'NUMBER';
  return isDialled(reading, run, digits, cue === 'number') ? 'PHONE' : 'NUMBER';
}

/** Years, two times of day, one round number, one number in words: long, but nobody's. */
function isAmount(reading: Reading, run: Run): boolean {
  const [first] = run;
  const isOne = run.length === 1;
  if (isOne && first.kind === 'scaled') return true;
  if (isOne && first.kind === 'written' && /^[1-9]\d{3,5}000$/.test(first.code)) return true;
  const isParted = run.every((piece, index) => index === 0 || piece.from > run[index - 1]!.to);
  const years = digitsOf(run).match(/../g) ?? [];
  const areYears =
    years.length % 2 === 0 && years.every((half, index) => index % 2 === 1 || half === '19' || half === '20');
  if (areYears && isParted && run.length <= MOST_YEARS && run.every(({ code }) => code.length === 4)) return true;
  const clock = run.every(({ code }, index) =>
    index % 2 === 0 ? code.length <= 2 && Number(code) < 24 : /^[0-5][05]$/.test(code),
  );
  return clock && run.length === 4 && reading.cueBefore(first.from, NUMBER_CUES) === undefined;
}

function isDialled(reading: Reading, run: Run, digits: string, announced: boolean): boolean {
  const { length } = digits;
  if (length < PHONE_DIGITS.least || length > PHONE_DIGITS.most) return false;
  if (announced || hasPlus(reading, run[0].from)) return true;
  if (length === 7 || length === 10) return true;
  return (length === 11 || length === 12) && /^(0|1|44)/.test(digits);
}

function hasPlus(reading: Reading, from: number): boolean {
  return reading.lower(from - 1) === '+' || reading.is(from - 1, reading.language.plus);
}

interface FoundShape {
  readonly type: RedactedType;
  /** Piece numbers, `to` not included. */
  readonly from: number;
  readonly to: number;
}

function findShape(reading: Reading, run: Run): FoundShape | undefined {
  for (let from = 0; from < run.length; from++) {
    let code = '';
    let mask = '';
    for (let to = from; to < run.length && code.length <= LONGEST_SHAPE; to++) {
      const piece = run[to]!;
      if (to > from && !isWrittenOn(reading, run, to)) mask += ' ';
      code += piece.code;
      mask += piece.code.replace(/\d/g, '9').replace(/[^9]/g, 'A');
      if (to + 1 < run.length && isWrittenOn(reading, run, to + 1)) continue;
      const pieces = run.slice(from, to + 1);
      const shape = shapes.find((candidate) => fits(reading, candidate, pieces, code, mask));
      if (shape) return { type: shape.type, from, to: to + 1 };
    }
  }
  return undefined;
}

/** Nothing stands between this piece and the one before, not even a mark. */
function isWrittenOn(reading: Reading, run: Run, at: number): boolean {
  return reading.glued(run[at]!.from) && run[at]!.from === run[at - 1]!.to;
}

function fits(reading: Reading, shape: Shape, pieces: readonly Piece[], code: string, mask: string): boolean {
  const { masks, inOnePiece, check } = shape;
  if (masks.length > 0) {
    const isOfMask = masks.some((wanted) => {
      if (!wanted.includes(' ')) return mask.replaceAll(' ', '') === wanted && !(inOnePiece && mask.includes(' '));
      if (mask !== wanted) return false;
      return pieces.every(({ from, kind }) => kind === 'written' || /^\p{Lu}+$/u.test(reading.tokens[from]!.text));
    });
    if (!isOfMask) return false;
  }
  return check?.(code) ?? true;
}

function isLongCode(run: Run): boolean {
  const signs = run.reduce((sum, { code }) => sum + code.length, 0);
  return signs >= LEAST_CODE.signs && digitsOf(run).length >= LEAST_CODE.digits;
}

function digitsOf(run: readonly Piece[]): string {
  return run.map(({ code, kind }) => (kind === 'letters' ? '' : code)).join('');
}

function isRun(pieces: readonly Piece[]): pieces is Run {
  return pieces.some(({ kind }) => kind !== 'letters');
}

/** All its pieces, with a plus or bracket before it and an extension after it. */
function spanOf(reading: Reading, type: RedactedType, run: readonly Piece[]): Span {
  let { from } = run[0]!;
  let { to } = run.at(-1)!;
  if (reading.lower(from - 1) === '(' && reading.glued(from)) from--;
  if (hasPlus(reading, from)) from--;
  if (type === 'PHONE') to = afterExtension(reading, to);
  return { type, from, to };
}

function afterExtension(reading: Reading, to: number): number {
  let at = afterGap(reading, to);
  if (!reading.is(at, reading.language.extensions)) return to;
  at = afterGap(reading, at + 1);
  let end = to;
  for (let numeral = readNumeral(reading, at); numeral; numeral = readNumeral(reading, at)) {
    end = numeral.to;
    at = afterGap(reading, end);
  }
  return end;
}
