/** Words said letter by letter: S-M-I-T-H, s m i t h, "S as in Sam, M as in Mary". */
import { readNumeral } from './numerals.ts';
import type { Reading } from './reading.ts';
import { isLetter } from './tokens.ts';

const LEAST_SPELLED = 3;
/** B S D four seven one one is a reference. */
const LEAST_SPELLED_BEFORE_DIGITS = 5;

/** Lindqvist, L I N D Q V I S T: what somebody spells is a name wherever it stands. */
export function spelledWords(reading: Reading): ReadonlySet<string> {
  const spelled = new Set<string>();
  for (let at = 0; at < reading.tokens.length; at++) {
    const { word, to } = readSpelled(reading, at) ?? {};
    if (to !== undefined) at = to - 1;
    if (word && !reading.language.functionWords.has(word)) spelled.add(word);
  }
  return spelled;
}

/** The word that is spelled from `at` on, and where it ends. Undefined in the middle of one. */
export function readSpelled(reading: Reading, at: number): { readonly to: number; readonly word: string } | undefined {
  const { spelledWords, spellingJoins } = reading.language;
  if (isSpelledLetter(reading, at - 1) || (isLetterGap(reading, at - 1) && isSpelledLetter(reading, at - 2)))
    return undefined;
  let word = '';
  let end = at;
  for (let next = at; isSpelledLetter(reading, next); next = afterLetterGap(reading, end)) {
    word += reading.lower(next);
    end = next + 1;
    const join = reading.phraseAt(skipComma(reading, end), spellingJoins);
    if (join !== undefined && reading.lower(join).startsWith(reading.lower(next))) end = join + 1;
  }
  if (word.length < LEAST_SPELLED || spelledWords.has(word)) return undefined;
  const isCode = word.length < LEAST_SPELLED_BEFORE_DIGITS && readNumeral(reading, afterLetterGap(reading, end));
  if (isCode || (word.length < LEAST_SPELLED_BEFORE_DIGITS && reading.cueEndingAt(end - 1))) return undefined;
  return { to: end, word };
}

function isSpelledLetter(reading: Reading, at: number): boolean {
  const token = reading.tokens[at];
  return token !== undefined && isLetter(token);
}

function afterLetterGap(reading: Reading, at: number): number {
  return isLetterGap(reading, at) ? at + 1 : at;
}

function isLetterGap(reading: Reading, at: number): boolean {
  return /^[-–.,]$/.test(reading.lower(at));
}

function skipComma(reading: Reading, at: number): number {
  return reading.lower(at) === ',' ? at + 1 : at;
}
