import { describe, expect, it } from 'vitest';
import { advanceRecording, RECORDING_NAMES, type Recording } from '../../../runtime/web/recording.js';
import { advance, EMPTY } from '../../../runtime/web/transcript.js';

const asked = { type: 'consent-asked', consentId: 'c' };
const answered = (answer: string) => ({ type: 'consent-answered', consentId: 'c', answer, by: 'speech' });
const started = { type: 'recording-started', recordingId: 'r', objectKey: 'k' };
const withdrawn = { type: 'consent-withdrawn', consentId: 'c', by: 'speech' };
const finished = (outcome: string) => ({ type: 'recording-finished', recordingId: 'r', outcome });

const shown = (...events: Record<string, unknown>[]) =>
  RECORDING_NAMES[events.reduce<Recording>((recording, event) => advanceRecording(recording, event), 'none')];
const notes = (...events: Record<string, unknown>[]) =>
  events
    .reduce<typeof EMPTY>((transcript, event) => advance(transcript, event), EMPTY)
    .rows.map((row) => 'text' in row && row.text);

describe('the recording of a call, as its caller is shown it', () => {
  it.each([
    ['nothing, before he is asked', [], ''],
    ['the question', [asked], 'May this call be recorded? Say yes or no, or press 1 or 2.'],
    ['nothing between his yes and the first sound of it', [asked, answered('yes')], ''],
    ['that he is recorded', [asked, answered('yes'), started], 'Recording'],
    ['that he is not, after a no', [asked, answered('no')], 'Not recorded'],
    ['that he is not, without an answer', [asked, answered('none')], 'Not recorded'],
    ['that it has stopped', [started, withdrawn, finished('withdrawn')], 'Recording stopped, nothing of it is kept'],
    ['that it is over', [started, finished('complete')], 'No longer recorded'],
    ['no question, once the call is over', [asked, { type: 'call-ended' }], ''],
  ])('is %s', (_, events, name) => {
    expect(shown(...events)).toBe(name);
  });

  it('is written down in the transcript', () => {
    expect(notes(asked, answered('yes'), started, withdrawn, finished('withdrawn'))).toEqual([
      'You agreed to be recorded.',
      'The recording begins.',
      'You took back your consent to be recorded.',
      'The recording was thrown away.',
    ]);
    expect(notes(answered('<b>'), finished('constructor'))).toEqual([
      'Your answer was noted.',
      'The recording is over.',
    ]);
  });
});
