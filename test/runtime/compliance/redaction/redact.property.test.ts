import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { redactConversation } from '../../../../runtime/compliance/redaction/conversation.ts';
import { Reading } from '../../../../runtime/compliance/redaction/reading.ts';
import { redact } from '../../../../runtime/compliance/redaction/redact.ts';
import { passesLuhn } from '../../../../runtime/compliance/redaction/shapes.ts';

const language = 'en-GB';
const redacted = (text: string) => redact(text, { language }).text;

/** Pieces of everything the detectors look for, to be thrown together at random. */
const PIECES = (
  "my name is|mark|John|o'brien|Mr.|van der|s m i t h|born|the fourth of march|nineteen eighty|04/03/1980|twelve|Baker|" +
  'street|flat 3|London|NW1 6XE|at|gmail|dot|com|@|.|,|-|four|double|oh|hundred|and|415|555|0100|4111 1111 1111 1111|$|' +
  "dollars|pin|account|reference|BSD|QQ 12 34 56 C|GB29|zip|phone|is|'s|[NAME]|[PHONE]|[|]|a|i|will|may|1,000|(|+|ext|\n"
).split('|');
const anyWords = fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((pieces) => pieces.join(' '));
const anyText = fc.oneof(anyWords, fc.string({ unit: 'binary', maxLength: 200 }), fc.string({ maxLength: 200 }));

describe('whatever is redacted', () => {
  it('comes out, and comes out the same when it is redacted again', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const once = redacted(text);
        expect(redacted(once)).toBe(once);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is the given text but for what was found, each found in its place', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { text: result, found } = redact(text, { language });
        let at = 0;
        let expected = '';
        for (const { type, start, end } of found) {
          expect(start).toBeGreaterThanOrEqual(at);
          expect(end).toBeGreaterThan(start);
          expected += `${text.slice(at, start)}[${type}]`;
          at = end;
        }
        expect(result).toBe(expected + text.slice(at));
      }),
      { numRuns: 1_000 },
    );
  });

  it('holds no part of a card number, however it is said and wherever it stands', () => {
    const words = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
    const card = fc
      .array(fc.integer({ min: 0, max: 9 }), { minLength: 15, maxLength: 15 })
      .map((digits) => digits.join(''))
      .map((digits) => `${digits}${'0123456789'.split('').find((check) => passesLuhn(digits + check))}`);
    const cut = fc.array(fc.boolean(), { minLength: 16, maxLength: 16 });
    const around = fc.constantFrom('so it is', 'yes', 'my card', 'um', '');
    fc.assert(
      fc.property(card, cut, cut, around, (digits, spoken, gaps, before) => {
        const said = [...digits].map((digit, i) =>
          spoken[i] ? ` ${words[Number(digit)]} ` : gaps[i] ? `${digit} ` : digit,
        );
        const hidden = redacted(`${before} ${said.join('')} thanks`);
        expect(hidden.replace(/\s+/g, ' ').trim()).toBe(`${before} [CARD] thanks`.trim());
      }),
    );
  });
});

describe('the work of redacting', () => {
  const hostile = [
    'at ',
    'at-',
    'a.',
    'a@a.',
    'a dot at ',
    '1 ',
    '1,000,',
    '1.',
    'one ',
    'double ',
    'hundred ',
    'twenty ',
    'five thousand and ',
    'the ',
    'may ',
    'may the 4 ',
    '4 th of ',
    'born ',
    '12 big ',
    '1 a ',
    'flat 1 ',
    'p o ',
    'my name is ',
    'van ',
    'mark ',
    'Mark ',
    's ',
    's-',
    's as in sam ',
    'card ',
    'um ',
    '. ',
    "'s ",
    'A1',
    'QQ12',
    '[NAME] ',
    '[',
    'address is ',
    'email is a ',
  ];
  const LENGTH = 4_000;

  it.each(hostile)('grows no faster than the text: %j', (piece) => {
    const work = (times: number) => {
      const looks = vi.spyOn(Reading.prototype, 'lower');
      redacted(piece.repeat(times));
      const count = looks.mock.calls.length;
      looks.mockRestore();
      return count;
    };
    const times = Math.ceil(LENGTH / piece.length / 4);
    expect(work(times * 4)).toBeLessThanOrEqual(work(times) * 4.5 + 1_000);
  });

  it('ends for a whole conversation of one megabyte', () => {
    const text = 'my name is anna and it is four one five 555 0100 at gmail dot com '.repeat(160);
    const turns = Array.from({ length: 100 }, (_, i) => ({
      speaker: i % 2 ? ('agent' as const) : ('caller' as const),
      text,
    }));
    const { turns: result } = redactConversation(turns, { language });
    expect(result.every(({ text: hidden }) => !/anna|0100|gmail/.test(hidden))).toBe(true);
  });
});
