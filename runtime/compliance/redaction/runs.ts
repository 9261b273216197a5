/** Numbers that belong together: "four one five, um, 555 oh one hundred", "QQ 12 34 56 C". */
import { afterGap, LONGEST_GAP, type Numeral, own, readNumeral } from './numerals.ts';
import { quantityEnd } from './quantities.ts';
import type { Reading } from './reading.ts';
import { isLetter } from './tokens.ts';

export interface Piece {
  readonly from: number;
  readonly to: number;
  /** Digits, or letters in capitals. */
  readonly code: string;
  readonly kind: Numeral['kind'] | 'letters';
}

/** Pieces with nothing but marks and fillers between them; at least one has digits. */
export type Run = readonly [Piece, ...Piece[]];

const LONGEST_LETTERS = 5;
/** A word that sounds like a digit is one amid at least this many digits said one by one. */
const DIGITS_BEFORE_HOMOPHONE = 3;

export function readRuns(reading: Reading): Run[] {
  const runs: Run[] = [];
  let pieces: Piece[] = [];
  let digits = 0;
  const finish = () => {
    const [first, ...rest] = pieces;
    if (first && digits > 0) runs.push([first, ...rest]);
    pieces = [];
    digits = 0;
  };
  for (let at = 0; at < reading.tokens.length; ) {
    const numeral = readNumeral(reading, at);
    const quantity = numeral && quantityEnd(reading, numeral, digits);
    if (quantity !== undefined) finish();
    const piece = quantity === undefined ? (numeral ? ofNumeral(numeral) : readOther(reading, at, pieces)) : undefined;
    if (piece) {
      pieces.push(piece);
      if (piece.kind !== 'letters') digits += piece.code.length;
    }
    const to = piece?.to ?? quantity;
    if (to === undefined) {
      finish();
      at++;
      continue;
    }
    const next = afterGap(reading, to);
    if (next >= reading.tokens.length || next - to > LONGEST_GAP) finish();
    at = next;
  }
  finish();
  return runs;
}

function ofNumeral({ from, to, digits, kind }: Numeral): Piece {
  return { from, to, code: digits, kind };
}

function readOther(reading: Reading, at: number, before: readonly Piece[]): Piece | undefined {
  const digit = own(reading.language.homophones, reading.lower(at));
  if (digit !== undefined && isAmidDigits(reading, at, before))
    return { from: at, to: at + 1, code: digit, kind: 'single' };
  return isCodeLetters(reading, at)
    ? { from: at, to: at + 1, code: reading.tokens[at]!.text.toUpperCase(), kind: 'letters' }
    : undefined;
}

function isAmidDigits(reading: Reading, at: number, before: readonly Piece[]): boolean {
  const last = before.slice(-DIGITS_BEFORE_HOMOPHONE);
  const follows = last.reduce((sum, { kind, code }) => sum + (kind === 'single' ? code.length : 0), 0);
  return follows >= DIGITS_BEFORE_HOMOPHONE && readNumeral(reading, at + 1)?.kind === 'single';
}

/** A letter by itself, letters glued to digits, or a few capitals: parts of codes. */
function isCodeLetters(reading: Reading, at: number): boolean {
  const token = reading.tokens[at];
  if (token?.kind !== 'word' || token.text.length > LONGEST_LETTERS || !/^\p{L}+$/u.test(token.text)) return false;
  if (isLetter(token)) return true;
  const beside = (other: number) => reading.tokens[other]?.kind === 'digits';
  if ((token.glued && beside(at - 1)) || (reading.glued(at + 1) && beside(at + 1))) return true;
  const { functionWords, ordinaryWords, units } = reading.language;
  if (!/^\p{Lu}+$/u.test(token.text)) return false;
  const isWord = [functionWords, ordinaryWords, units].some((set) => set.has(token.lower));
  return !isWord && reading.cueEndingAt(at) === undefined;
}
