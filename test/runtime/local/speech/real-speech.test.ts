import { describe, expect, it } from 'vitest';
import { createVoiceActivityDetector } from '../../../../runtime/audio/vad.ts';
import { isAudible } from '../../../../runtime/local/speech/pcm-frames.ts';
import { FRAME_MS, Recognizer } from '../../../../runtime/local/speech/recognizer.ts';
import { CallScript } from '../../../../runtime/local/speech/script.ts';
import { createVoice, type VoiceName } from '../../../../runtime/local/voice.ts';

const FRAME_BYTES = 160;
const LINES = [
  'Yes.',
  'No, thanks.',
  'Wait, stop.',
  'Could you make it Thursday, please?',
  'My number is 555-0199.',
  'Sure. Thursday at ten works for me.',
  'Yes, that works. And, uh, can you tell me what it costs?',
  'Um, I think it was about three weeks ago, and the tooth still hurts when I drink something cold.',
];

/** What the recognizer makes of a voice saying the lines, with a second and a half between them. */
async function recognize(voice: VoiceName, seed: number | undefined, isLengthKnown: boolean): Promise<string[]> {
  const speaker = await createVoice({ voice, seed });
  const spoken = await Promise.all(LINES.map((line) => speaker.speak(line)));
  const script = new CallScript();
  script.replace(LINES.map((text, i) => (isLengthKnown ? { text, spokenMs: spoken[i]!.length / 8 } : text)));
  const recognizer = new Recognizer(script, { partialMs: () => 300, finalMs: () => 1_100, stableAfterMs: 200 });
  const detector = await createVoiceActivityDetector({ aggressiveness: 2 });
  const finals: string[] = [];
  let nowMs = 0;
  const hear = (frame: Uint8Array) => {
    nowMs += FRAME_MS;
    recognizer.hear({ isVoiced: detector.isSpeech(frame), isAudible: isAudible(frame) }, nowMs);
    const result = recognizer.due(nowMs);
    if (result?.isFinal) finals.push(result.words.map(({ text, punctuation }) => text + punctuation).join(' '));
  };
  const silence = new Uint8Array(FRAME_BYTES).fill(0xff);
  for (const audio of spoken) {
    for (let at = 0; at < audio.length; at += FRAME_BYTES) hear(audio.subarray(at, at + FRAME_BYTES));
    for (let ms = 0; ms < 1_500; ms += FRAME_MS) hear(silence);
  }
  detector.close();
  return finals;
}

describe('real speech, heard by real voice activity detection', () => {
  it.each([
    ['slt', undefined],
    ['kal', undefined],
    ['kal', 5],
    ['awb', undefined],
    ['rms', undefined],
  ] as const)('of %s (person %s) gives every line exactly, one result each', async (voice, seed) => {
    expect(await recognize(voice, seed, false)).toEqual(LINES);
    expect(await recognize(voice, seed, true)).toEqual(LINES);
  });
});
