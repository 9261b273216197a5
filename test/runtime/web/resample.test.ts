import { describe, expect, it } from 'vitest';
import { FrameMaker } from '../../../runtime/web/frames.js';
import { decodeMulaw, encodeMulaw } from '../../../runtime/web/mulaw.js';
import { Resampler } from '../../../runtime/web/resample.js';

/** One second of a tone. */
function tone(hz: number, rate: number): Float32Array {
  return Float32Array.from({ length: rate }, (_, index) => Math.sin((2 * Math.PI * hz * index) / rate) / 2);
}

/** Root mean square of the middle half, away from the ends. */
function loudness(samples: Float32Array): number {
  const middle = samples.subarray(samples.length / 4, (samples.length * 3) / 4);
  return Math.sqrt(middle.reduce((sum, sample) => sum + sample * sample, 0) / middle.length);
}

/** How often the wave crosses zero upwards: its frequency, for a second of a pure tone. */
function cycles(samples: Float32Array): number {
  return samples.reduce((count, sample, index) => count + Number(sample >= 0 && (samples[index - 1] ?? 0) < 0), 0);
}

function pushInPieces(resampler: Resampler, samples: Float32Array, pieceLength: number): Float32Array {
  const pieces: number[] = [];
  for (let at = 0; at < samples.length; at += pieceLength) {
    pieces.push(...resampler.push(samples.subarray(at, at + pieceLength)));
  }
  return Float32Array.from(pieces);
}

describe('Resampler', () => {
  it.each([
    [48_000, 8_000],
    [44_100, 8_000],
    [8_000, 48_000],
    [8_000, 44_100],
    [8_000, 8_000],
  ])('keeps pitch and loudness from %i to %i Hz', (fromHz, toHz) => {
    const output = new Resampler(fromHz, toHz).push(tone(1_000, fromHz));
    expect(Math.abs(cycles(output) - 1_000)).toBeLessThan(5);
    expect(loudness(output)).toBeCloseTo(0.5 / Math.SQRT2, 2);
  });

  it('removes what an 8 kHz stream cannot hold, instead of folding it into the speech', () => {
    for (const hz of [5_000, 7_000, 12_000]) {
      expect(loudness(new Resampler(48_000, 8_000).push(tone(hz, 48_000)))).toBeLessThan(0.005);
    }
  });

  it('adds no images of the speech above the telephone band', () => {
    const output = new Resampler(8_000, 48_000).push(tone(1_000, 8_000));
    const expected = tone(1_000, 48_000);
    const start = output.length / 2;
    const differences = output
      .subarray(start, start + 480)
      .map((sample, index) => sample - (expected[start + index] ?? 0));
    expect(loudness(differences)).toBeLessThan(0.005);
  });

  it('does not care how the stream is cut into pieces', () => {
    const input = tone(440, 44_100);
    const whole = new Resampler(44_100, 8_000).push(input);
    for (const pieceLength of [1, 128, 441, 5_000]) {
      const pieces = pushInPieces(new Resampler(44_100, 8_000), input, pieceLength);
      expect(pieces).toHaveLength(whole.length);
      expect(Math.max(...pieces.map((sample, index) => Math.abs(sample - (whole[index] ?? 9))))).toBeLessThan(1e-3);
    }
  });

  it('forgets what it held back when it is reset', () => {
    const resampler = new Resampler(8_000, 48_000);
    resampler.push(tone(1_000, 8_000));
    resampler.reset();
    expect(Math.max(...resampler.push(new Float32Array(800)))).toBe(0);
  });
});

describe('FrameMaker', () => {
  it.each([16_000, 44_100, 48_000, 96_000])('makes 50 frames of 160 bytes from each second at %i Hz', (rate) => {
    const frames = new FrameMaker(rate);
    let count = 0;
    // Two seconds in the audio thread's blocks of 128 samples; the resampler holds back a few milliseconds at most.
    for (let at = 0; at < rate * 2; at += 128) {
      for (const frame of frames.push(new Float32Array(128))) {
        expect(frame).toHaveLength(160);
        count++;
      }
    }
    expect(count).toBeGreaterThanOrEqual(99);
    expect(count).toBeLessThanOrEqual(100);
  });

  it('turns no sound into µ-law silence', () => {
    const [frame] = new FrameMaker(48_000).push(new Float32Array(4_800));
    expect(frame).toEqual(new Uint8Array(160).fill(encodeMulaw(0)));
  });

  it('keeps a voice as loud as it was', () => {
    const frames = new FrameMaker(48_000).push(tone(500, 48_000));
    const heard = Float32Array.from(frames.flatMap((frame) => Array.from(decodeMulaw(frame))));
    expect(loudness(heard)).toBeCloseTo(0.5 / Math.SQRT2, 2);
  });
});
