import { describe, expect, it } from 'vitest';
import { redact } from '../../../../runtime/compliance/redaction/redact.ts';

const language = 'en-US';
const redacted = (text: string) => redact(text, { language }).text;

describe('a redacted text', () => {
  it.each([
    ['my number is 415 555 0100', 'my number is [PHONE]'],
    ['it is four one five, five five five, oh one double oh', 'it is [PHONE]'],
    ['four one five 555 oh one hundred', '[PHONE]'],
    ['triple five, oh one nine nine', '[PHONE]'],
    ['five one two five five five to one for five', '[PHONE]'],
    ['(415) 555-0100 extension two oh four, please', '[PHONE], please'],
    ['my visa is forty-one eleven, eleven eleven, eleven eleven, eleven eleven', 'my visa is [CARD]'],
    ['4111 1111 1111 1111', '[CARD]'],
    ['the social is oh seven eight, oh five, one one two oh', 'the social is [NATIONAL_ID]'],
    ['QQ 12 34 56 C', '[NATIONAL_ID]'],
    ['my pin is four eight two nine', 'my pin is [NUMBER]'],
    ['GB29 NWBK 6016 1331 9268 19', '[NUMBER]'],
    ['john dot smith at gmail dot com', '[EMAIL]'],
    ['it is j-o-h-n dot smith at gmail.com', 'it is [EMAIL]'],
    ['write to John.Smith+x@mail.example.co.uk.', 'write to [EMAIL].'],
    ['born on the fourth of march nineteen eighty', 'born on [BIRTH_DATE]'],
    ['12 Baker Street, London NW1 6XE', '[ADDRESS]'],
    ['i live at forty two oak avenue springfield illinois six two seven oh four', 'i live at [ADDRESS]'],
    ['my name is john smith and i am late', 'my name is [NAME] and i am late'],
    ["Sean O'Brien's here, with Mr. Park", "[NAME]'s here, with [NAME]"],
    ['that is spelled k o w a l c z y k', 'that is spelled [NAME]'],
  ])('hides what identifies somebody: %s', (text, expected) => {
    expect(redacted(text)).toBe(expected);
  });

  it.each([
    'your reference is BSD 4711',
    'the order number is 88231',
    'that is $1,250.00 or twelve ninety nine a month',
    'we are open from 8:30 to 17:30, monday to friday',
    'may second at ten fifteen, or june third',
    'Your appointment is on 04/03/2026.',
    'it was nineteen ninety eight, not 2019, 2020 or 2021',
    'two hundred and fifty people and 1500000 dollars',
    'turn left on baker street, it is a ten minute drive',
    'will you mark that down, or may I?',
    'The Grace Hotel is next to Victoria Station.',
    'what is your date of birth and your phone number?',
    'look at amazon dot com',
  ])('leaves alone what does not: %s', (text) => {
    expect(redacted(text)).toBe(text);
  });

  it('says what it found, and where it stood', () => {
    const text = 'This is Sarah, on 415-555-0100.';
    const { found } = redact(text, { language });
    expect(found.map(({ type, start, end }) => [type, text.slice(start, end)])).toEqual([
      ['NAME', 'Sarah'],
      ['PHONE', '415-555-0100'],
    ]);
  });

  it('is not fooled by marks, spaces and capitals that recognizers and people put in', () => {
    expect(redacted('Four. One. Five. Five. Five. Five. Oh. One. Oh. Oh.')).toBe('[PHONE].');
    expect(redacted('415\u200b555\u00a00100')).toBe('[PHONE]');
    expect(redacted('\uff14\uff11\uff15 \uff15\uff15\uff15 \uff10\uff11\uff10\uff10')).toBe('[PHONE]');
    expect(redacted('MY NUMBER IS FOUR ONE FIVE FIVE FIVE FIVE OH ONE OH OH')).toBe('MY NUMBER IS [PHONE]');
  });

  it('takes an answer for what the question asked', () => {
    const answer = (text: string, ...asked: ('name' | 'birth' | 'postcode' | 'account')[]) =>
      redact(text, { language, asked }).text;
    expect(answer('yes, xiomara', 'name')).toBe('yes, [NAME]');
    expect(answer('the ninth of october', 'birth')).toBe('[BIRTH_DATE]');
    expect(answer('nine four one one zero', 'postcode')).toBe('[ADDRESS]');
    expect(answer('it is 4471', 'account')).toBe('it is [NUMBER]');
    expect(answer('it is 4471')).toBe('it is 4471');
  });

  it('is withheld whole in a language that nobody wrote down', () => {
    expect(redact('mi chiamo Anna', { language: 'it-IT' })).toEqual({
      text: '[TEXT]',
      found: [{ type: 'TEXT', start: 0, end: 14 }],
    });
    expect(redact('', { language: 'it-IT' }).text).toBe('');
  });
});
