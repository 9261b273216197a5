/** E-mail addresses, written or said: "john dot smith at gmail dot com", "j-o-h-n at gmail.com". */
import { own, readNumeral } from './numerals.ts';
import type { Reading, Span } from './reading.ts';
import { isLetter } from './tokens.ts';

/** Enough to tell "at gmail dot com" from the end of a sentence. */
const TOP_LEVEL = new Set(
  (
    'com net org edu gov mil int io co uk us ie de fr es it nl be ch at se no dk fi pl pt ca mx br au nz za in jp eu info ' +
    'biz me tv app dev ai cloud online store shop site tech xyz pro name mobi example test web email mail'
  ).split(' '),
);
/** Known well enough to be said without their ending. */
const PROVIDERS = new Set('gmail googlemail hotmail outlook yahoo icloud aol protonmail gmx'.split(' '));
/** smith and sons dot co dot uk: words of a host's name that are said apart. */
const MOST_HOST_WORDS = 5;
const MOST_HOST_PARTS = 10;
const LONGEST_ENDING = 10;
/** How far a mailbox's name may reach back. */
const LONGEST_MAILBOX = 16;
const LONGEST_CLAUSE = 8;
const MAILBOX_MARKS = /^[._%+-]$/;

export function findEmails(reading: Reading): Span[] {
  const spans: Span[] = [];
  let done = 0;
  for (let at = 1; at < reading.tokens.length; at++) {
    const isSign = reading.lower(at) === '@';
    if (!isSign && !reading.is(at, reading.language.at)) continue;
    const to = readHost(reading, at + 1, isSign);
    if (to === undefined) continue;
    const from = readMailbox(reading, at, done, isSign);
    if (from === undefined) continue;
    spans.push({ type: 'EMAIL', from, to });
    done = to;
    at = to - 1;
  }
  return spans;
}

/** Where the host ends that begins at `from`. */
function readHost(reading: Reading, from: number, isSign: boolean): number | undefined {
  let at = from;
  let end: number | undefined;
  for (let count = 0; count <= MOST_HOST_WORDS && isHostWord(reading, at); count++) {
    if (count === 0 && PROVIDERS.has(reading.lower(at))) end = at + 1;
    at = afterHostWord(reading, at);
    const ending = readEnding(reading, at, isSign);
    if (ending !== undefined) {
      end = ending;
      at = ending;
      break;
    }
    const next = reading.is(at, reading.language.emailDots) || (reading.lower(at) === '.' && reading.glued(at));
    if (next) at++;
    if (end !== undefined && !next) break;
  }
  return end;
}

/** acme, acme-corp, acme dash corp. */
function afterHostWord(reading: Reading, at: number): number {
  let to = at + 1;
  for (let parts = 0; parts < MOST_HOST_PARTS; parts++) {
    const isDash =
      reading.lower(to) === '-' || (reading.is(to, reading.language.emailConnectors) && !isDot(reading, to));
    const next = isDash ? to + 1 : to;
    if (!(isDash || reading.glued(next)) || !isHostWord(reading, next)) break;
    to = next + 1;
  }
  return to;
}

function isHostWord(reading: Reading, at: number): boolean {
  const token = reading.tokens[at];
  return token !== undefined && (token.kind === 'word' || token.kind === 'digits') && !isDot(reading, at);
}

/** dot com, .co.uk, dot co dot uk: where it ends. */
function readEnding(reading: Reading, from: number, isSign: boolean): number | undefined {
  let end: number | undefined;
  for (let at = from; isDot(reading, at) && at - from < LONGEST_ENDING; ) {
    const isMark = reading.lower(at) === '.';
    const isGlued = reading.glued(at) && reading.glued(at + 1);
    const word = reading.lower(at + 1);
    const spelled = spelledEnding(reading, at + 1);
    const ends = isMark && isGlued ? /^\p{L}{2,}$/u.test(word) : TOP_LEVEL.has(word);
    if ((!ends && spelled === undefined) || (isMark && !isGlued && !isSign)) break;
    end = spelled ?? at + 2;
    at = end;
  }
  return end;
}

/** dot n l, dot c o m */
function spelledEnding(reading: Reading, from: number): number | undefined {
  let word = '';
  let at = from;
  for (; at < from + 3 && reading.tokens[at] && isLetter(reading.tokens[at]!); at++) word += reading.lower(at);
  return word.length > 1 && TOP_LEVEL.has(word) ? at : undefined;
}

function isDot(reading: Reading, at: number): boolean {
  return reading.lower(at) === '.' || reading.is(at, reading.language.emailDots);
}

/** Where the mailbox begins that ends before `sign`; undefined when what stands there is no mailbox: "looked at …". */
function readMailbox(reading: Reading, sign: number, notBefore: number, isSign: boolean): number | undefined {
  const announced = announcedFrom(reading, sign, notBefore) ?? clauseFrom(reading, sign, notBefore);
  let from = sign;
  let joined = false;
  while (from > notBefore && sign - from < LONGEST_MAILBOX) {
    const before = from - 1;
    const isFirst = from === sign;
    if (isAtom(reading, before)) {
      const isNext =
        isFirst || isConnector(reading, from) || reading.glued(from) || runsOn(reading, before, from, announced);
      if (!isNext) break;
    } else if (isConnector(reading, before) && !isFirst && from - 1 > notBefore && isAtom(reading, before - 1)) {
      joined = true;
    } else break;
    from = before;
  }
  if (from === sign) return undefined;
  if (isSign || joined || announced !== undefined || sign - from > 1) return from;
  const word = reading.lower(from);
  const { mailboxes, ordinaryWords, functionWords, firstNames } = reading.language;
  const isPlain = (ordinaryWords.has(word) || functionWords.has(word)) && !mailboxes.has(word) && !firstNames.has(word);
  return isPlain ? undefined : from;
}

/** The first token of the mailbox, where one was announced: my email is … */
function announcedFrom(reading: Reading, sign: number, notBefore: number): number | undefined {
  for (let at = sign - 1; at >= Math.max(notBefore, sign - LONGEST_MAILBOX); at--) {
    const cue = reading.cueEndingAt(at);
    if (cue === 'email' || cue === 'address') return skipLinks(reading, at + 1, sign);
    if (reading.tokens[at]!.kind === 'placeholder') return undefined;
    if (at === 0 && reading.asked.includes('email')) return skipLinks(reading, 0, sign);
  }
  return undefined;
}

/**
 * Whatever is said right before "at gmail dot com" is a mailbox: the clause, but for what opens it ("it's", "send it to").
 * Other hosts are also places one can be at.
 */
function clauseFrom(reading: Reading, sign: number, notBefore: number): number | undefined {
  if (!PROVIDERS.has(reading.lower(sign + 1))) return undefined;
  const { clauseOpeners } = reading.language;
  let from = sign;
  while (from > notBefore && sign - from < LONGEST_CLAUSE) {
    const token = reading.tokens[from - 1]!;
    const isSpelt = /^[-_.]$/.test(token.text) || (token.text === ',' && isConnector(reading, from - 1));
    if ((token.kind === 'mark' && !isSpelt) || token.kind === 'placeholder' || clauseOpeners.has(token.lower)) break;
    from--;
  }
  return from < sign ? from : undefined;
}

function skipLinks(reading: Reading, from: number, to: number): number {
  const { links, interjections } = reading.language;
  let at = from;
  while (at < to - 1 && (reading.is(at, links) || reading.is(at, interjections))) at++;
  return at;
}

/** Letters and numbers are said one after another; plain words only where an address was announced, or for names. */
function runsOn(reading: Reading, before: number, after: number, announced: number | undefined): boolean {
  const { firstNames, lastNames, functionWords } = reading.language;
  if (announced !== undefined && before >= announced) return true;
  const isSign = (at: number) => isLetter(reading.tokens[at]!) || isNumber(reading, at);
  if (functionWords.has(reading.lower(before)) && !isSign(before)) return false;
  if (isSign(after) && (isSign(before) || !reading.language.ordinaryWords.has(reading.lower(before)))) return true;
  const isName = (at: number) => firstNames.has(reading.lower(at)) || lastNames.has(reading.lower(at));
  return isName(before) && (isName(after) || isSign(after));
}

function isNumber(reading: Reading, at: number): boolean {
  const { multipliers, numberJoin } = reading.language;
  if (readNumeral(reading, at) !== undefined || own(multipliers, reading.lower(at))) return true;
  return reading.lower(at) === numberJoin && readNumeral(reading, at + 1) !== undefined;
}

function isAtom(reading: Reading, at: number): boolean {
  const token = reading.tokens[at];
  if (!token || token.kind === 'mark' || token.kind === 'placeholder') return false;
  return !isConnector(reading, at);
}

function isConnector(reading: Reading, at: number): boolean {
  const lower = reading.lower(at);
  if (reading.is(at, reading.language.emailConnectors)) return true;
  if (MAILBOX_MARKS.test(lower)) return reading.glued(at) || reading.glued(at + 1);
  // "j, o, h, n"
  const beside = [at - 1, at + 1].map((other) => reading.tokens[other]);
  return lower === ',' && beside.every((token) => token !== undefined && isLetter(token));
}
