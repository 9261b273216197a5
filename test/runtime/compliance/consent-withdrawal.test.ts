import { describe, expect, it } from 'vitest';
import { demandsNoRecording } from '../../../runtime/compliance/consent-withdrawal.ts';

const DEMANDS = [
  'stop recording',
  'Stop recording, please.',
  'Please stop recording this call.',
  'Could you please stop recording me?',
  'I would like you to stop recording now.',
  "I'd like to stop the recording.",
  'Hey, um, can you stop the recording right now, please?',
  "please don't record this",
  'Please do not record me.',
  "You can't record this.",
  'You may not record this conversation.',
  "I don't want to be recorded any more",
  "Sorry, I don't want to be recorded.",
  'I no longer want to be recorded.',
  'We do not wish to be recorded.',
  "I don't want you to record this.",
  "I don't want this call recorded.",
  'I do not want this conversation to be recorded any longer.',
  "I'd rather not be recorded.",
  'I would rather you did not record this.',
  "I don't consent to being recorded.",
  "I don't consent any more.",
  'I withdraw my consent.',
  'I want to withdraw my consent to the recording.',
  'Can I withdraw my permission, please?',
  'I take back my consent.',
  'I changed my mind about the recording.',
  'Turn off the recording.',
  'Turn the recording off, please.',
  'Switch off that recording.',
  'Delete the recording of this call.',
  'Please erase my recording.',
  'No more recording, please.',
  'Actually, no recording.',
];

const NONE = [
  'how do I stop recording my show',
  'How do I stop recording?',
  'I want to stop recording my show.',
  'Can you stop recording my show on Tuesdays?',
  "My machine won't stop recording.",
  'Did you stop recording?',
  'Are you recording this?',
  'Is this call being recorded?',
  'Please record this.',
  'I do want to be recorded.',
  "I don't mind being recorded.",
  "Don't record my name as Ann, it is Anna.",
  'Delete the recording of my show.',
  'I have a recording of the meeting.',
  'There is no recording on my machine.',
  'Stop, that is wrong.',
  "I don't want an appointment on Tuesday.",
  'I withdraw my application.',
  'I changed my mind about Tuesday.',
  'My doctor records everything I say.',
  'Do I have to withdraw my consent in writing?',
  'What happens to the recording?',
  'For the record, I was on time.',
  'no',
  '',
];

describe('a caller who is being recorded', () => {
  it.each(DEMANDS)('wants no more of it: "%s"', (text) => {
    expect(demandsNoRecording(text, 'en-US')).toEqual({ saysMore: false });
  });

  it.each(NONE)('means something else: "%s"', (text) => {
    expect(demandsNoRecording(text, 'en-US')).toBeUndefined();
  });

  it.each([
    'Please stop recording, and can I move my appointment to Tuesday?',
    'please stop recording and book me for Tuesday',
    "I don't want to be recorded any more. What are your opening hours?",
    'Ten is fine, but stop the recording.',
  ])('wants no more of it, and something else: "%s"', (text) => {
    expect(demandsNoRecording(text, 'en-US')).toEqual({ saysMore: true });
  });

  it.each([
    'Bitte nicht mehr aufnehmen.',
    'Hören Sie bitte auf, mich aufzunehmen.',
    'Stoppen Sie die Aufnahme!',
    'Ich möchte nicht mehr aufgezeichnet werden.',
    'Ich widerrufe meine Einwilligung.',
  ])('wants no more of it, in German: "%s"', (text) => {
    expect(demandsNoRecording(text, 'de-DE')).toEqual({ saysMore: false });
  });

  it.each(['Wie stoppe ich die Aufnahme meiner Sendung?', 'Ich möchte am Dienstag nicht kommen.'])(
    'means something else, in German: "%s"',
    (text) => {
      expect(demandsNoRecording(text, 'de-DE')).toBeUndefined();
    },
  );

  it('is not understood in a language that is not known', () => {
    expect(demandsNoRecording('stop recording', 'fr-FR')).toBeUndefined();
  });

  it('is judged at once, however long he speaks', { timeout: 5_000 }, () => {
    for (const text of ['please ', 'i want you to ', 'stop recording and ', 'could you ', '. '])
      expect(demandsNoRecording(`${text.repeat(10_000)}book me`, 'en-US')).toEqual(
        text.startsWith('stop') ? { saysMore: true } : undefined,
      );
    expect(demandsNoRecording(`stop recording ${'now please '.repeat(10_000)}x`, 'en-US')).toBeUndefined();
  });
});
