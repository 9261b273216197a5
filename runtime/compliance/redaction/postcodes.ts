/** Postcodes: at the end of an address, or announced by themselves. */
import { afterGap, readNumeral } from './numerals.ts';
import type { Reading } from './reading.ts';

const ZIP_DIGITS = 5;
const POSTCODE = { least: 3, most: 9 };

/** A zip, with its four more digits, or a postcode. */
export function readPostcode(reading: Reading, at: number, inTown: boolean): number | undefined {
  let digits = '';
  let to = at;
  for (let numeral = readNumeral(reading, to); numeral; numeral = readNumeral(reading, to)) {
    if (digits.length + numeral.digits.length > ZIP_DIGITS) break;
    digits += numeral.digits;
    to = numeral.to;
  }
  if (digits.length === ZIP_DIGITS && (inTown || to === at + 1)) {
    if (reading.lower(to) === '-' && reading.lower(to + 1).length === 4) return to + 2;
    // 07700 900118 is a telephone.
    return readNumeral(reading, to) ? undefined : to;
  }
  return readWrittenPostcode(reading, at);
}

/** LS6 2AB, M5V 3L9. */
function readWrittenPostcode(reading: Reading, at: number): number | undefined {
  let code = '';
  let to = at;
  for (; to < at + 8 && /^(digits|word)$/.test(reading.tokens[to]?.kind ?? ''); to++) {
    const { text } = reading.tokens[to]!;
    if (!reading.glued(to) && code) code += ' ';
    code += text;
    if (/^([A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}|[A-Z]\d[A-Z] \d[A-Z]\d)$/.test(code) && !isWrittenOn(reading, to + 1))
      return to + 1;
  }
  return undefined;
}

function isWrittenOn(reading: Reading, at: number): boolean {
  return reading.glued(at) && /^(digits|word)$/.test(reading.tokens[at]?.kind ?? '');
}

/** postcode s w one a two a a; zip code 94110: the code itself, where it was announced. */
export function readAnnouncedPostcode(reading: Reading, at: number): number | undefined {
  if (reading.cueBefore(at, ['postcode', 'phone', 'card', 'account', 'nationalId', 'number', 'birth']) !== 'postcode')
    return undefined;
  let length = 0;
  let hasDigit = false;
  let to = at;
  for (let next = at; length <= POSTCODE.most; next = afterGap(reading, to)) {
    const numeral = readNumeral(reading, next);
    const token = reading.tokens[next];
    const isLetters = token?.kind === 'word' && (token.text.length === 1 || /^[A-Z]{2}$/.test(token.text));
    if (!numeral && !isLetters) break;
    hasDigit ||= numeral !== undefined;
    length += numeral ? numeral.digits.length : token!.text.length;
    to = numeral?.to ?? next + 1;
  }
  return hasDigit && length >= POSTCODE.least && length <= POSTCODE.most ? to : undefined;
}
