/**
 * Names of people. A name is believed when something announces it ("my name is"), when it is on the list of given names,
 * or when it is spelled. A word that is both (Mark, Rose, Will) needs more than being on the list.
 */
import type { Language } from './language.ts';
import { readNumeral } from './numerals.ts';
import type { Reading, Span } from './reading.ts';
import { readSpelled, spelledWords } from './spelling.ts';

const MOST_NAME_WORDS = 4;
const MOST_LINKS = 4;

interface NameCues {
  readonly weak: ReadonlySet<string>;
  readonly faint: ReadonlySet<string>;
}

const nameCues = new WeakMap<Language, NameCues>();

export function findNames(reading: Reading): Span[] {
  const spans: Span[] = [];
  const spelled = spelledWords(reading);
  for (let at = 0; at < reading.tokens.length; ) {
    const to =
      readSpelled(reading, at)?.to ?? (reading.is(at, spelled) ? wholeName(reading, at, true) : readName(reading, at));
    if (to !== undefined) spans.push({ type: 'NAME', from: withTitle(reading, at), to });
    at = to ?? at + 1;
  }
  return spans;
}

/** Mr. Goldberg is hidden with his Mr., Mr and Mrs Abbott with theirs. */
function withTitle(reading: Reading, at: number): number {
  const title = reading.lower(at - 1) === '.' ? at - 2 : at - 1;
  const { titles, numberJoin } = reading.language;
  if (!reading.is(title, titles)) return at;
  const isCouple = reading.lower(title - 1) === numberJoin && reading.is(title - 2, titles);
  return isCouple ? title - 2 : title;
}

function readName(reading: Reading, at: number): number | undefined {
  const begun = readParticles(reading, at);
  if (begun !== undefined) return begun;
  if (!isNameWord(reading, at)) return undefined;
  if (isAnnounced(reading, at)) return announcedName(reading, at);
  const { weak, faint } = cuesOf(reading.language);
  const isWeak = isAfter(reading, at, weak);
  const followed = followedUp(reading, at);
  const isExpected = isWeak || followed || isAfter(reading, at, faint);
  if (isKnown(reading, at, isExpected)) return wholeName(reading, at, isExpected);
  if ((isWeak || followed) && reading.capitalized(at) && !isCommon(reading, at)) return wholeName(reading, at, true);
  return undefined;
}

/** van der Berg, big Mike: only where a name is expected. */
function readParticles(reading: Reading, at: number): number | undefined {
  const { nameParticles, functionWords } = reading.language;
  if (!reading.is(at, nameParticles) || reading.is(at, functionWords)) return undefined;
  if (!isAnnounced(reading, at) && !isAfter(reading, at, cuesOf(reading.language).weak)) return undefined;
  let next = at + 1;
  while (next < at + 3 && reading.is(next, nameParticles)) next++;
  const { firstNames, lastNames } = reading.language;
  if (next > at + 1 && reading.is(next, lastNames)) return next + 1;
  const isName = next > at + 1 || reading.is(next, firstNames) || reading.capitalized(next);
  return isName && isNamePart(reading, next, true) ? wholeName(reading, next, true) : undefined;
}

function cuesOf(language: Language): NameCues {
  let cues = nameCues.get(language);
  if (!cues) {
    cues = { weak: new Set(language.weakNameCues), faint: new Set(language.faintNameCues) };
    nameCues.set(language, cues);
  }
  return cues;
}

function isAfter(reading: Reading, at: number, phrases: ReadonlySet<string>): boolean {
  return reading.phraseEndsBefore(reading.lower(at - 1) === ',' ? at - 1 : at, phrases);
}

/** After "my name is" and the like any word is a name, but for those that hold sentences together. */
function announcedName(reading: Reading, at: number): number | undefined {
  const { firstNames, lastNames } = reading.language;
  const isListed = reading.is(at, firstNames) || reading.is(at, lastNames);
  const isCapital = reading.capitalized(at) && !reading.startsSentence(at);
  if (!isListed && !isCapital && isCommon(reading, at)) return undefined;
  if (readNumeral(reading, at)) return undefined;
  return wholeName(reading, at, true);
}

/** Whether the words before `at` say that a name comes. */
function isAnnounced(reading: Reading, at: number): boolean {
  const { links, interjections } = reading.language;
  let before = at - 1;
  for (let skipped = 0; before >= 0 && skipped < MOST_LINKS; skipped++, before--) {
    if (reading.cueEndingAt(before) === 'name') return true;
    if (!reading.is(before, links) && !reading.is(before, interjections) && !isTitleDot(reading, before)) break;
  }
  return before < 0 && reading.asked.includes('name');
}

/** Mr. */
function isTitleDot(reading: Reading, at: number): boolean {
  return reading.lower(at) === '.' && reading.glued(at) && reading.cueEndingAt(at - 1) === 'name';
}

/** Jennifer speaking. */
function followedUp(reading: Reading, at: number): boolean {
  const { nameFollowers } = reading.language;
  return [at + 1, at + 2].some(
    (next) => reading.is(next, nameFollowers) && (next === at + 1 || isNameWord(reading, at + 1)),
  );
}

/** On the list, and not by chance: May is a month, Mark a verb, Grace a hotel. */
function isKnown(reading: Reading, at: number, announced: boolean): boolean {
  const { firstNames, lastNames, establishments, months, nameVerbs, functionWords } = reading.language;
  const isFirst = reading.is(at, firstNames);
  const isLast = reading.is(at, lastNames);
  if (!isFirst && !isLast) return false;
  if (isBeforeEstablishment(reading, at, establishments)) return false;
  const isMonth = reading.is(at, months);
  if (!isCommon(reading, at) && !reading.is(at, functionWords)) return true;
  const isCapital = reading.capitalized(at) && !reading.startsSentence(at);
  const nextIsName = isSurname(reading, at + 1) || isHyphened(reading, at + 1);
  if (isFirst && nextIsName) return reading.capitalized(at) || announced;
  if (isMonth || reading.is(at - 1, reading.language.articles)) return false;
  if (isFirst && isCapital) return true;
  if (!isFirst) return false;
  return (
    reading.startsSentence(at) && reading.is(at + 1, nameVerbs) && reading.isWord(at + 2) && !isAuxiliary(reading, at)
  );
}

/** Will you …, May I …: a question, not a name. */
function isAuxiliary(reading: Reading, at: number): boolean {
  return reading.is(at, reading.language.functionWords);
}

function isBeforeEstablishment(reading: Reading, at: number, establishments: ReadonlySet<string>): boolean {
  return reading.is(at + 1, establishments) && (reading.capitalized(at + 1) || !reading.capitalized(at));
}

/** Jean-Luc */
function isHyphened(reading: Reading, at: number): boolean {
  return reading.lower(at) === '-' && reading.glued(at) && reading.glued(at + 1) && reading.capitalized(at + 1);
}

function isSurname(reading: Reading, at: number): boolean {
  const { lastNames, firstNames } = reading.language;
  if (!reading.isWord(at) || reading.startsSentence(at)) return false;
  if (isCommon(reading, at)) return reading.is(at, lastNames) && reading.capitalized(at);
  if (reading.is(at, lastNames)) return true;
  return (
    (reading.capitalized(at) && reading.lower(at).length > 1) || (reading.is(at, firstNames) && reading.capitalized(at))
  );
}

/** Given name, particles, family name: where the name ends that begins at `at`. */
function wholeName(reading: Reading, at: number, announced: boolean): number {
  const { nameParticles } = reading.language;
  let end = at + 1;
  for (let count = 1; count < MOST_NAME_WORDS; count++) {
    const glue = reading.lower(end) === '-' && reading.glued(end) && reading.glued(end + 1);
    const next = glue ? end + 1 : end;
    if (glue && reading.isWord(next)) {
      end = next + 1;
      continue;
    }
    const part = reading.lower(end + 1) === '-' ? end + 2 : end + 1;
    if (reading.is(end, nameParticles) && isNamePart(reading, part, announced)) end = part + 1;
    else if (isNamePart(reading, end, announced)) end++;
    else break;
  }
  return end;
}

function isNamePart(reading: Reading, at: number, announced: boolean): boolean {
  const { firstNames, lastNames, functionWords, nameFollowers, months } = reading.language;
  if (!isNameWord(reading, at) || reading.is(at, functionWords) || reading.is(at, nameFollowers)) return false;
  if (reading.is(at, months) && !reading.is(at, lastNames)) return false;
  if (isCommon(reading, at))
    return reading.capitalized(at) ? reading.is(at, lastNames) || reading.is(at, firstNames) : false;
  if (reading.capitalized(at) || reading.is(at, lastNames) || reading.is(at, firstNames)) return true;
  return announced && !reading.capitalized(at - 1);
}

/** A word that can be a name at all. */
function isNameWord(reading: Reading, at: number): boolean {
  const token = reading.tokens[at];
  if (token?.kind !== 'word' || token.lower === "'s" || token.text.length < 2) return false;
  const { functionWords, firstNames, nameParticles, titles } = reading.language;
  if (titles.has(token.lower)) return false;
  if (functionWords.has(token.lower)) return firstNames.has(token.lower) && reading.capitalized(at);
  return readNumeral(reading, at) === undefined || nameParticles.has(token.lower);
}

function isCommon(reading: Reading, at: number): boolean {
  const { ordinaryWords, functionWords } = reading.language;
  return reading.is(at, ordinaryWords) || reading.is(at, functionWords) || reading.cueEndingAt(at) !== undefined;
}
