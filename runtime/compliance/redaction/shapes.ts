/**
 * Numbers that states and banks give to people, by their shape: `A` a letter, `9` a digit. Where groups matter they are
 * parted by a space, and letters must be capitals. A jurisdiction is a few lines here. Numbers that look like any other
 * (NHS numbers like American telephones, SIN, TFN) are known by being announced: `cues.nationalId` of a language.
 */
import type { RedactedType } from './tokens.ts';

export interface Shape {
  readonly type: RedactedType;
  readonly jurisdiction: string;
  readonly name: string;
  /** None: any code that passes `check`. */
  readonly masks: readonly string[];
  /** Counts only when written without a space. */
  readonly inOnePiece?: boolean;
  /** Of the letters and digits, without spaces, in capitals. */
  readonly check?: (code: string) => boolean;
}

export const shapes: readonly Shape[] = [
  {
    type: 'NATIONAL_ID',
    jurisdiction: 'US',
    name: 'social security number, or taxpayer number',
    masks: ['999 99 9999'],
    check: (code) => !/^(000|666)/.test(code),
  },
  {
    type: 'NATIONAL_ID',
    jurisdiction: 'UK',
    name: 'national insurance number',
    masks: ['AA999999A'],
    // https://www.gov.uk/hmrc-internal-manuals/national-insurance-manual/nim39110; QQ is the example every form shows.
    check: (code) => /^(QQ|[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z])\d{6}[A-D]$/.test(code),
  },
  { type: 'NATIONAL_ID', jurisdiction: 'IE', name: 'PPS number', masks: ['9999999A', '9999999AA'], inOnePiece: true },
  { type: 'NATIONAL_ID', jurisdiction: 'ES', name: 'DNI, NIE', masks: ['99999999A', 'A9999999A'], inOnePiece: true },
  {
    type: 'NATIONAL_ID',
    jurisdiction: 'IT',
    name: 'codice fiscale',
    masks: ['AAAAAA99A99A999A'],
  },
  {
    type: 'NUMBER',
    jurisdiction: 'EU',
    name: 'IBAN',
    masks: [],
    check: isIban,
  },
  {
    type: 'ADDRESS',
    jurisdiction: 'UK',
    name: 'postcode',
    masks: ['A9 9AA', 'A99 9AA', 'AA9 9AA', 'AA99 9AA', 'A9A 9AA', 'AA9A 9AA'],
    check: (code) => /^[A-PR-UWYZ].*[ABD-HJLNP-UW-Z]{2}$/.test(code),
  },
  { type: 'ADDRESS', jurisdiction: 'CA', name: 'postal code', masks: ['A9A 9A9'] },
];

/** ISO 13616: two letters of the country, two check digits, up to 30 more; 1 modulo 97 with the front put at the end. */
export function isIban(code: string): boolean {
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(code)) return false;
  let remainder = 0;
  for (const sign of code.slice(4) + code.slice(0, 4)) {
    const value = Number.parseInt(sign, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder === 1;
}

/** ISO/IEC 7812: the check digit of payment cards. */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let fromEnd = 0; fromEnd < digits.length; fromEnd++) {
    const digit = Number(digits[digits.length - 1 - fromEnd]);
    const doubled = fromEnd % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return digits.length > 0 && sum % 10 === 0;
}
