import { describe, expect, it } from 'vitest';
import { decodeMulaw } from '../../../runtime/audio/mulaw.ts';
import { resample } from '../../../runtime/local/telephone.ts';
import { createVoice } from '../../../runtime/local/voice.ts';

const loudness = (mulaw: Uint8Array) => {
  const samples = decodeMulaw(mulaw);
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
};

describe('the local voice', () => {
  it('speaks: seconds of audible telephone audio in whole frames, without a silent start', async () => {
    const speech = await (await createVoice()).speak('Good morning, this is Bright Smile Dental.');
    expect(speech.length % 160).toBe(0);
    expect(speech.length / 8).toBeGreaterThan(1_500);
    expect(speech.length / 8).toBeLessThan(4_000);
    expect(loudness(speech)).toBeGreaterThan(1_000);
    expect(loudness(speech.subarray(160, 800))).toBeGreaterThan(50);
  });

  it('says the same text the same way, and longer texts for longer', async () => {
    const voice = await createVoice({ voice: 'kal' });
    const [once, again, longer] = await Promise.all(['Hello.', 'Hello.', 'Hello, who is calling?'].map(voice.speak));
    expect(again).toEqual(once);
    expect(longer!.length).toBeGreaterThan(once!.length);
  });

  it('has four people, and more of each by seed', async () => {
    const people = [
      {},
      { voice: 'kal' },
      { voice: 'awb' },
      { voice: 'rms' },
      { seed: 1 },
      { seed: 2 },
    ] as const satisfies Parameters<typeof createVoice>[0][];
    const said = await Promise.all(people.map(async (person) => (await createVoice(person)).speak('Yes, please.')));
    expect(new Set(said.map((speech) => Buffer.from(speech).toString('base64'))).size).toBe(people.length);
  });

  it.each(['', '   ', '...', '🙂', '\u0000'])('has nothing to say for %j', async (text) => {
    expect(await (await createVoice()).speak(text)).toHaveLength(0);
  });

  it('reads typographic quotes, dashes and accents as if they were plain', async () => {
    const voice = await createVoice({ voice: 'kal' });
    expect(await voice.speak('It’s a “café”')).toEqual(await voice.speak('It\'s a "cafe"'));
  });

  it('takes a text that looks like an option for a text', async () => {
    const speech = await (await createVoice({ voice: 'kal' })).speak('-voice nobody');
    expect(speech.length).toBeGreaterThan(0);
  });

  it('refuses a text longer than the service it stands for would take', async () => {
    await expect((await createVoice()).speak('a'.repeat(3_001))).rejects.toThrow(
      '3001 characters, expected at most 3000',
    );
  });
});

describe('resampling to the telephone', () => {
  const tone = (hz: number, sampleRateHz: number) =>
    Int16Array.from({ length: sampleRateHz }, (_, i) => 10_000 * Math.sin((2 * Math.PI * hz * i) / sampleRateHz));
  const level = (samples: Int16Array) =>
    Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);

  it.each([16_000, 22_050, 44_100, 48_000])(
    'keeps the voice and drops what would fold back, from %i Hz',
    (sampleRateHz) => {
      const kept = resample({ sampleRateHz, samples: tone(1_000, sampleRateHz) });
      const dropped = resample({ sampleRateHz, samples: tone(5_000, sampleRateHz) });
      expect(kept).toHaveLength(8_000);
      expect(level(kept) / level(tone(1_000, 8_000))).toBeCloseTo(1, 1);
      expect(level(dropped)).toBeLessThan(level(kept) / 100);
    },
  );

  it('leaves telephone audio alone', () => {
    const samples = tone(440, 8_000);
    expect(resample({ sampleRateHz: 8_000, samples })).toBe(samples);
  });
});
