import { describe, expect, it } from 'vitest';
import { drawLatency, latencyAt, noLatencies, publishedLatencies } from '../../../../runtime/local/speech/latency.ts';
import { seededRandom } from '../../../../runtime/local/speech/random.ts';

const final = publishedLatencies.final;

function percentile(values: readonly number[], part: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * part)]!;
}

describe('latencies', () => {
  it.each([
    [0, 1_136],
    [1.6449, 1_527],
    [2.3263, 1_897],
  ])('meet the published points: score %d is %i ms', (z, ms) => {
    expect(latencyAt(final, z)).toBeCloseTo(ms, 3);
  });

  it('never go down as the score goes up, and stay above zero', () => {
    const scores = Array.from({ length: 161 }, (_, i) => -4 + i * 0.05);
    const drawn = scores.map((z) => latencyAt(final, z));
    expect(drawn).toEqual([...drawn].sort((a, b) => a - b));
    expect(drawn[0]).toBeGreaterThan(600);
    expect(drawn.at(-1)).toBeLessThan(3_000);
  });

  it('drawn many times have the published percentiles', () => {
    const random = seededRandom(7);
    const drawn = Array.from({ length: 50_000 }, () => drawLatency(final, random));
    expect(percentile(drawn, 0.5) / 1_136).toBeCloseTo(1, 1);
    expect(percentile(drawn, 0.95) / 1_527).toBeCloseTo(1, 1);
    expect(percentile(drawn, 0.99) / 1_897).toBeCloseTo(1, 1);
  });

  it('are all zero when there are to be none', () => {
    expect(drawLatency(noLatencies.final, seededRandom(1))).toBe(0);
  });
});

describe('seeded randomness', () => {
  const first = (seed: number, label?: string) => Array.from({ length: 5 }, seededRandom(seed, label));

  it('repeats for the same seed and label, and differs for another', () => {
    expect(first(1, 'call')).toEqual(first(1, 'call'));
    expect(first(1, 'call')).not.toEqual(first(2, 'call'));
    expect(first(1, 'call')).not.toEqual(first(1, 'other'));
  });

  it('is even, and inside [0, 1)', () => {
    const random = seededRandom(3);
    const tenths = new Array(10).fill(0);
    for (let i = 0; i < 10_000; i++) tenths[Math.floor(random() * 10)]++;
    for (const count of tenths) expect(count).toBeGreaterThan(850);
    expect(tenths).toHaveLength(10);
  });
});
