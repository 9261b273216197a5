import { beforeAll, describe, expect, it } from 'vitest';
import { createVoiceActivityDetector } from '../../../runtime/audio/vad.ts';
import { createVoice } from '../../../runtime/local/voice.ts';

const FRAME_BYTES = 160;
const silence = new Uint8Array(FRAME_BYTES).fill(0xff);
let frames: Uint8Array[];

beforeAll(async () => {
  const speech = await (await createVoice()).speak('Good morning. How can I help you today?');
  frames = Array.from({ length: speech.length / FRAME_BYTES }, (_, i) =>
    speech.subarray(i * FRAME_BYTES, (i + 1) * FRAME_BYTES),
  );
});

describe('voice activity detection', () => {
  it('hears real speech as speech and silence as silence', async () => {
    const detector = await createVoiceActivityDetector({ aggressiveness: 2 });
    const voiced = frames.filter((frame) => detector.isSpeech(frame)).length;
    expect(voiced / frames.length).toBeGreaterThan(0.8);
    for (let i = 0; i < 25; i++) detector.isSpeech(silence);
    expect(detector.isSpeech(silence)).toBe(false);
    detector.close();
  });

  it('keeps detectors apart: one call speaking is not another one speaking', async () => {
    const [speaking, quiet] = await Promise.all([
      createVoiceActivityDetector({ aggressiveness: 2 }),
      createVoiceActivityDetector({ aggressiveness: 2 }),
    ]);
    const heard = frames.map((frame) => [speaking.isSpeech(frame), quiet.isSpeech(silence)]);
    expect(heard.some(([left]) => left)).toBe(true);
    expect(heard.some(([, right]) => right)).toBe(false);
    speaking.close();
    quiet.close();
  });

  it('judges the same audio the same way again after a reset', async () => {
    const detector = await createVoiceActivityDetector({ aggressiveness: 3 });
    const first = frames.map((frame) => detector.isSpeech(frame));
    detector.reset();
    expect(frames.map((frame) => detector.isSpeech(frame))).toEqual(first);
    detector.close();
  });

  it('gives its memory back: thousands of calls one after the other fit', async () => {
    for (let call = 0; call < 50_000; call++) (await createVoiceActivityDetector({ aggressiveness: 0 })).close();
  });

  it('refuses a frame of another length, and any frame once closed', async () => {
    const detector = await createVoiceActivityDetector({ aggressiveness: 0 });
    expect(() => detector.isSpeech(new Uint8Array(80))).toThrow('a frame of 80 bytes, expected 160');
    detector.close();
    detector.close();
    expect(() => detector.isSpeech(silence)).toThrow('closed');
  });
});
