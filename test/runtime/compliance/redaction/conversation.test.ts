import { describe, expect, it } from 'vitest';
import { redactConversation, type SpokenTurn } from '../../../../runtime/compliance/redaction/conversation.ts';

/** `A: …` the agent, `C: …` the caller. */
function turnsOf(...lines: string[]): SpokenTurn[] {
  return lines.map((line) => ({ speaker: line.startsWith('A: ') ? 'agent' : 'caller', text: line.slice(3) }));
}

function redacted(...lines: string[]): string[] {
  const { turns } = redactConversation(turnsOf(...lines), { language: 'en-US' });
  return turns.map(({ text }) => text);
}

describe('a redacted conversation', () => {
  it('hides a number that is said over two turns, and what the agent repeats of it', () => {
    expect(
      redacted(
        'A: What number can we reach you on?',
        'C: It is 415 555',
        'A: 415 555, go on.',
        'C: 0100.',
        'A: So 0100 at the end. Thanks.',
      ),
    ).toEqual([
      'A: What number can we reach you on?'.slice(3),
      'It is [PHONE]',
      '[PHONE], go on.',
      '[PHONE].',
      'So [PHONE] at the end. Thanks.',
    ]);
  });

  it('hides a card said four digits at a time', () => {
    expect(
      redacted(
        'A: May I have the card?',
        'C: four one one one',
        'A: Yes.',
        'C: one one one one',
        'A: Yes.',
        'C: one one one one, and',
        'A: Yes.',
        'C: one one one one',
      ),
    ).toEqual(['May I have the card?', '[CARD]', 'Yes.', '[CARD]', 'Yes.', '[CARD], and', 'Yes.', '[CARD]']);
  });

  it('hides an e-mail address that is said over two turns', () => {
    expect(redacted('A: And your email?', 'C: john dot smith', 'A: Mm-hm.', 'C: at gmail dot com')).toEqual([
      'And your email?',
      '[EMAIL]',
      'Mm-hm.',
      '[EMAIL]',
    ]);
  });

  it('takes an answer for what was asked', () => {
    expect(
      redacted(
        'A: What is your name?',
        'C: Xiomara Quispe.',
        'A: And your date of birth?',
        'C: The fourth of march.',
        'A: Which day would suit you?',
        'C: The fourth of march.',
      ),
    ).toEqual([
      'What is your name?',
      '[NAME].',
      'And your date of birth?',
      '[BIRTH_DATE].',
      'Which day would suit you?',
      '[BIRTH_DATE].',
    ]);
  });

  it('hides a name wherever it comes again, before and after it was given', () => {
    expect(
      redacted(
        'C: I spoke to Quispe last week.',
        'A: Your name, please?',
        'C: My name is Xiomara Quispe.',
        'A: Thanks, Xiomara. So, Quispe with a Q.',
        'C: yes, quispe',
      ),
    ).toEqual([
      'I spoke to [NAME] last week.',
      'Your name, please?',
      'My name is [NAME].',
      'Thanks, [NAME]. So, [NAME] with a Q.',
      'yes, [NAME]',
    ]);
  });

  it('leaves the word alone that a name happens to be', () => {
    expect(
      redacted('C: My name is Rose Hill.', 'A: Thanks, Rose. We sell a rose for every hill.', 'C: A rose is fine.'),
    ).toEqual(['My name is [NAME].', 'Thanks, [NAME]. We sell a rose for every hill.', 'A rose is fine.']);
  });

  it('leaves prices, times and references alone, however they resemble a part of a number', () => {
    expect(
      redacted(
        'C: My number is 415 555 0100.',
        'A: Your order number is 4155, and it is $4155 at 5:50.',
        'C: At ten, for two.',
      ),
    ).toEqual(['My number is [PHONE].', 'Your order number is 4155, and it is $4155 at 5:50.', 'At ten, for two.']);
  });

  it('redacts what tools were given and answered with what the conversation has shown', () => {
    const { value } = redactConversation(turnsOf('C: My name is Xiomara Quispe.', 'C: It is 415 555 0100.'), {
      language: 'en-US',
    });
    expect(value({ note: 'call Quispe', last: '0100', free: ['Tuesday at ten'], seats: 4 })).toEqual({
      note: 'call [NAME]',
      last: '[PHONE]',
      free: ['Tuesday at ten'],
      seats: 4,
    });
  });

  it('says where in each turn it stood', () => {
    const turns = turnsOf('C: It is 415 555', 'C: 0100, thanks.');
    const { turns: result } = redactConversation(turns, { language: 'en-US' });
    expect(result.map(({ found }, i) => found.map(({ start, end }) => turns[i]!.text.slice(start, end)))).toEqual([
      ['415 555'],
      ['0100'],
    ]);
  });

  it('is withheld whole in a language that nobody wrote down', () => {
    const { turns, value } = redactConversation(turnsOf('C: Mi chiamo Anna.'), { language: 'it-IT' });
    expect(turns[0]?.text).toBe('[TEXT]');
    expect(value({ name: 'Anna', seats: 4 })).toEqual({ '[TEXT]': 4 });
  });
});
