/**
 * Where somebody lives: a house number with a street, and what stands around it (flat, town, postcode); post boxes;
 * postcodes that were announced. A street without a number is no address: half a town lives on it.
 */
import { afterGap, own, readNumeral } from './numerals.ts';
import { readAnnouncedPostcode, readPostcode } from './postcodes.ts';
import type { Reading, Span } from './reading.ts';
import { isLetter } from './tokens.ts';

const MOST_STREET_WORDS = 4;
const MOST_HOUSE_DIGITS = 6;
/** Town, county, country, postcode. */
const LONGEST_TAIL = 14;
const LONGEST_ANNOUNCED = 10;

export function findAddresses(reading: Reading): Span[] {
  const spans: Span[] = [];
  for (let at = 0; at < reading.tokens.length; ) {
    const span = readAddress(reading, at, spans.at(-1)?.to ?? 0);
    if (span) spans.push(span);
    at = span?.to ?? afterNumerals(reading, at) ?? at + 1;
  }
  return spans;
}

/** All of a number, so that none of it is taken for a house's. */
function afterNumerals(reading: Reading, at: number): number | undefined {
  let to: number | undefined;
  for (let numeral = readNumeral(reading, at); numeral; numeral = readNumeral(reading, numeral.to)) to = numeral.to;
  return to;
}

function readAddress(reading: Reading, at: number, notBefore: number): Span | undefined {
  const street = readHouse(reading, at) ?? readPostBox(reading, at) ?? readAnnounced(reading, at);
  if (street !== undefined) {
    const from = withDwellingBefore(reading, at, notBefore);
    return { type: 'ADDRESS', from, to: withTail(reading, street) };
  }
  const postcode = readAnnouncedPostcode(reading, at);
  return postcode === undefined ? undefined : { type: 'ADDRESS', from: at, to: postcode };
}

/** 221B Baker Street; one oh five west tenth street; 2 the crescent; 9801 Highway 71: where the street ends. */
function readHouse(reading: Reading, at: number): number | undefined {
  const { numberedRoads, streetBreakers } = reading.language;
  const number = readHouseNumber(reading, at);
  if (!number) return undefined;
  if (reading.is(number.to, numberedRoads)) {
    const road = readNumeral(reading, number.to + 1);
    if (road && number.digits.length >= 2) return road.to;
  }
  if (reading.is(number.to, streetBreakers)) return undefined;
  const from = reading.lower(number.to) === ',' ? number.to + 1 : number.to;
  return readStreet(reading, from);
}

interface HouseNumber {
  readonly to: number;
  readonly digits: string;
}

function readHouseNumber(reading: Reading, at: number): HouseNumber | undefined {
  if (reading.glued(at) && reading.lower(at - 1) !== '(') return undefined;
  let digits = '';
  let to = at;
  for (let numeral = readNumeral(reading, to); numeral; numeral = readNumeral(reading, to)) {
    if (numeral.kind === 'grouped') return undefined;
    digits += numeral.digits;
    to = numeral.to;
    if (digits.length > MOST_HOUSE_DIGITS) return undefined;
    if (reading.lower(to) === '-' && readNumeral(reading, to + 1)) to++;
  }
  if (digits.length === 0) return undefined;
  // 221B, 14 a
  const suffix = reading.tokens[to];
  if (suffix && isLetter(suffix) && (suffix.glued || !reading.is(to, reading.language.directions))) {
    if (suffix.glued || !reading.is(to, reading.language.functionWords)) to++;
  }
  return { to, digits };
}

/** Up to four words, the last of which says what kind of street it is. */
function readStreet(reading: Reading, from: number): number | undefined {
  const { streets, doubtfulStreets, streetBreakers, functionWords, ordinaryWords, directions, articles } =
    reading.language;
  let named = 0;
  let looksLikeName = false;
  for (let at = from; named <= MOST_STREET_WORDS; at++) {
    const isAbbreviation = reading.lower(at) === '.' && reading.glued(at);
    if (isAbbreviation) continue;
    if (!reading.isWord(at)) {
      if (isOrdinalNumber(reading, at)) at++;
      else return undefined;
    } else if (isTensOrdinal(reading, at)) at++;
    else if (readNumeral(reading, at)) return undefined;
    const isStrong = reading.is(at, streets);
    const isDoubtful = reading.is(at, doubtfulStreets);
    if (named > 0 && (isStrong || (isDoubtful && (looksLikeName || reading.capitalized(at))))) {
      // Parkway Court, Station Road: the last such word ends the name.
      const goesOn = [at + 1, at + 2].some((next) => reading.isWord(next) && reading.is(next, streets));
      if (!goesOn || named === MOST_STREET_WORDS) return afterStreet(reading, at + 1);
    }
    const isArticle = named === 0 && (reading.is(at, articles) || reading.is(at, directions));
    const isPart = reading.lower(at) === "'s" || own(reading.language.ordinals, reading.lower(at)) !== undefined;
    if (!isArticle && !isPart && (reading.is(at, streetBreakers) || reading.is(at, functionWords))) return undefined;
    looksLikeName ||= reading.capitalized(at) || isArticle || !reading.is(at, ordinaryWords);
    named++;
  }
  return undefined;
}

/** 5th Avenue */
function isOrdinalNumber(reading: Reading, at: number): boolean {
  return (
    reading.tokens[at]?.kind === 'digits' &&
    reading.glued(at + 1) &&
    reading.is(at + 1, reading.language.ordinalSuffixes)
  );
}

/** forty second street */
function isTensOrdinal(reading: Reading, at: number): boolean {
  const { tens, ordinals } = reading.language;
  return own(tens, reading.lower(at)) !== undefined && own(ordinals, reading.lower(at + 1)) !== undefined;
}

function afterStreet(reading: Reading, at: number): number {
  return reading.is(at, reading.language.directions) ? at + 1 : at;
}

/** flat three, apartment 4B: before the house. */
function withDwellingBefore(reading: Reading, house: number, notBefore: number): number {
  for (let at = house - 1; at >= Math.max(notBefore, house - 5); at--)
    if (readDwelling(reading, at) !== undefined && skipCommas(reading, readDwelling(reading, at)!) === house) return at;
  return house;
}

/** Where the flat ends that begins at `at`. */
function readDwelling(reading: Reading, at: number): number | undefined {
  if (!reading.is(at, reading.language.dwellings)) return undefined;
  const next = /^[.#]$/.test(reading.lower(at + 1)) ? at + 2 : at + 1;
  const number = readNumeral(reading, next);
  let to = number?.to ?? next;
  const letter = reading.tokens[to];
  if (letter && isLetter(letter) && !(number && !letter.glued && reading.is(to, reading.language.functionWords))) to++;
  return to > next ? to : undefined;
}

function skipCommas(reading: Reading, at: number): number {
  return reading.lower(at) === ',' ? at + 1 : at;
}

/** The flat, the town, the postcode. */
function withTail(reading: Reading, street: number): number {
  let end = street;
  for (let at = skipCommas(reading, end); at - street < LONGEST_TAIL; at = skipCommas(reading, end)) {
    const next = readDwelling(reading, at) ?? readPostcode(reading, at, end > street) ?? readPlace(reading, at);
    if (next === undefined) break;
    end = next;
  }
  return end;
}

/** A town or state on the list; words in capitals; unknown words before one of these. */
function readPlace(reading: Reading, at: number): number | undefined {
  const { places, functionWords, ordinaryWords, directions } = reading.language;
  if (!reading.isWord(at)) return undefined;
  if (reading.is(at, functionWords) || reading.lower(at) === "'s") return undefined;
  if (reading.is(at, places) || reading.is(at, directions)) return at + 1;
  if (reading.capitalized(at) && !reading.startsSentence(at)) return at + 1;
  if (reading.is(at, ordinaryWords)) return undefined;
  for (let next = at + 1; next <= at + 2; next++) {
    if (reading.is(next, places)) return next + 1;
    if (!reading.isWord(next) || reading.is(next, functionWords)) break;
  }
  return undefined;
}

/** P.O. Box 552 */
function readPostBox(reading: Reading, at: number): number | undefined {
  const words: string[] = [];
  let to = at;
  for (; to < at + 6 && words.length < 3; to++) {
    if (reading.lower(to) === '.') continue;
    words.push(reading.lower(to));
    if (reading.language.postBoxes.includes(words.join(' '))) {
      const number = readNumeral(reading, afterGap(reading, to + 1));
      if (!number) return undefined;
      let end = number.to;
      for (let next = readNumeral(reading, end); next; next = readNumeral(reading, end)) end = next.to;
      return end;
    }
  }
  return undefined;
}

/** my address is rose cottage, mill lane: no number, but announced. */
function readAnnounced(reading: Reading, at: number): number | undefined {
  const { links, interjections, streets, doubtfulStreets, functionWords } = reading.language;
  const isFirst = at > 0 && reading.is(at - 1, links) && !reading.is(at, links);
  if (!isFirst || !reading.isWord(at)) return undefined;
  let cue = at - 1;
  while (cue > 0 && cue > at - 4 && (reading.is(cue, links) || reading.is(cue, interjections))) cue--;
  if (reading.cueEndingAt(cue) !== 'address') return undefined;
  for (let next = at; next < at + LONGEST_ANNOUNCED; next++) {
    if (reading.lower(next) === ',') continue;
    if (!reading.isWord(next) || reading.is(next, functionWords)) return undefined;
    const isStreet = reading.is(next, streets) || (next > at && reading.is(next, doubtfulStreets));
    if (isStreet && next > at && !reading.is(next + 1, streets)) return next + 1;
  }
  return undefined;
}
