import { describe, expect, it } from 'vitest';
import { type ConsentAnswer, consentAnswer } from '../../../runtime/compliance/consent-answer.ts';
import { consentLanguage } from '../../../runtime/compliance/consent-languages.ts';

const ENGLISH: Readonly<Record<ConsentAnswer, readonly string[]>> = {
  yes: [
    'yes',
    'Yes.',
    'YES',
    'Yeah.',
    'yep',
    'Yes please.',
    'Yes, please do.',
    'Yes, you may.',
    'Yes I do.',
    "yeah that's fine",
    'Yes, that is fine.',
    'Sure.',
    'sure go ahead',
    'Sure, why not?',
    'Okay.',
    "OK, that's okay with me.",
    "Um, yes, I think that's all right.",
    'not a problem',
    'no problem',
    'No problem at all.',
    "That's not a problem.",
    "I don't mind",
    'I do not mind.',
    "No, I don't mind.",
    "I don't have a problem with that.",
    'I have no objections to being recorded.',
    "I can't see why not.",
    'Of course.',
    'Of course you can.',
    'Absolutely, go ahead.',
    'By all means.',
    'I agree.',
    'I consent to this call being recorded.',
    'You have my permission to record.',
    'Hello, yes, that would be fine, thank you very much.',
    "I'm fine with that.",
    'Feel free.',
    'Yes yes yes.',
    'Alright then.',
    'Works for me.',
    "Yes, that's perfectly fine with me, thanks.",
    "Yes, I'm happy to be recorded.",
    'Sure, that sounds good.',
    "Yeah, sure, that's no problem at all.",
  ],
  no: [
    'no',
    'No.',
    'Nope.',
    'nah',
    'no thanks',
    'No, thank you.',
    'No way!',
    "I'd rather not",
    'I would rather you did not.',
    "I'd prefer not to be recorded.",
    'I do not consent',
    "I don't agree.",
    'I disagree.',
    'I refuse.',
    "Please don't.",
    'Do not record me.',
    "Don't you dare record this.",
    "No, I don't want that.",
    'Not really.',
    'Of course not.',
    'Absolutely not.',
    'Certainly not, thank you.',
    'Never.',
    'Under no circumstances.',
    "I'd say no.",
    'yes… no wait, no',
    'Yes, no, I mean no.',
    'Yeah, no.',
    "Sure, but I don't want it.",
    'Yes, I mind.',
    'I do mind.',
    'Okay, no recording please.',
    'I would not say yes.',
    'No, what for?',
    'Stop.',
  ],
  unclear: [
    '',
    '…',
    'what?',
    'Sorry?',
    'Pardon?',
    'What did you say?',
    "I'm sorry, I didn't catch that.",
    "I don't understand.",
    'Could you repeat that?',
    'do I have to?',
    'Do I have a choice?',
    'Yes?',
    'Okay?',
    'Why?',
    'Why not?',
    'Yes, but why?',
    'Yes, what for?',
    'Yes, if you delete it afterwards.',
    'Yes, but only this once.',
    'Sure, as long as nobody hears it.',
    'Maybe.',
    'It depends.',
    'I guess so.',
    "I don't know.",
    "I'm not sure.",
    "I don't care.",
    'Whatever.',
    'Do I say yes or no?',
    'Wait, yes.',
    "No, that's fine.",
    'No, yes.',
    'Not at all.',
    'Uh-huh.',
    'Mm-hmm.',
    'Right.',
    'I see.',
    'Hello?',
    'Hi, good morning.',
    'I need to change my appointment.',
    'Yes, I would like to book a cleaning on Tuesday.',
    'Yes, this is Anna Keller.',
    'Yes, I can hear you.',
    "Yes, I'm listening.",
    'Yes, speaking.',
    'Okay, go on.',
    'Okay, I understand.',
    'Yes, hello, is this the dental clinic?',
    'One moment.',
    'Are you a robot?',
    'Ja.',
    '1',
  ],
};

const GERMAN: Readonly<Record<ConsentAnswer, readonly string[]>> = {
  yes: [
    'Ja.',
    'Ja, gerne.',
    'Na klar.',
    'Kein Problem.',
    'Das ist in Ordnung.',
    'Ich habe nichts dagegen.',
    'Das stört mich nicht.',
    'Ich bin einverstanden.',
    'Ja, natürlich, machen Sie ruhig.',
    'Von mir aus.',
  ],
  no: [
    'Nein.',
    'Nein danke.',
    'Lieber nicht.',
    'Auf keinen Fall.',
    'Ich bin nicht einverstanden.',
    'Ja… nein, doch nicht.',
    'Ich möchte nicht aufgenommen werden.',
    'Bitte keine Aufnahme.',
  ],
  unclear: [
    'Was?',
    'Wie bitte?',
    'Warum denn?',
    'Muss ich das?',
    'Ja, aber nur dieses Mal.',
    'Vielleicht.',
    'Das habe ich nicht verstanden.',
    'Ist mir egal.',
    'Ja?',
    'Ich brauche einen Termin.',
    'Yes.',
  ],
};

const table = (phrases: Readonly<Record<ConsentAnswer, readonly string[]>>) =>
  Object.entries(phrases).flatMap(([answer, said]) => said.map((text) => ({ text, answer })));

describe('to the question of consent', () => {
  it.each(table(ENGLISH))('"$text" is $answer', ({ text, answer }) => {
    expect(consentAnswer(text, 'en-US')).toBe(answer);
  });

  it.each(table(GERMAN))('"$text" is $answer, in German', ({ text, answer }) => {
    expect(consentAnswer(text, 'de-DE')).toBe(answer);
  });

  it('nothing is a yes in a language that is not known', () => {
    for (const language of ['fr-FR', '', 'constructor']) expect(consentAnswer('yes', language)).toBe('unclear');
  });

  it('is the same however it is written', () => {
    expect(consentAnswer('i don’t mind', 'en-GB')).toBe('yes');
    expect(consentAnswer('I DON’T MIND!', 'EN')).toBe('yes');
  });

  it('is judged at once, however long it is', { timeout: 5_000 }, () => {
    expect(consentAnswer('yes '.repeat(20_000), 'en-US')).toBe('yes');
    expect(consentAnswer('no '.repeat(20_000), 'en-US')).toBe('no');
  });
});

describe.each(['en', 'de'])('the phrases of %s', (code) => {
  const language = consentLanguage(code)!;
  const phrases = (['yes', 'no', 'negation', 'doubt', 'filler'] as const).flatMap((kind) => language[kind]);

  it('mean one thing each', () => {
    expect(phrases.filter((phrase, nth) => phrases.indexOf(phrase) < nth)).toEqual([]);
  });

  it('are bare words', () => {
    expect(phrases.filter((phrase) => !/^\p{Ll}+( \p{Ll}+)*$/u.test(phrase))).toEqual([]);
  });
});
