import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Leave, Limiter } from '../../../runtime/providers/limiter.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const forever = new AbortController().signal;

function enterMany(limiter: Limiter, count: number, limitMs = 60_000, signal = forever) {
  const entered: { index: number; atMs: number; leave: Leave }[] = [];
  const refused: number[] = [];
  const startedAt = performance.now();
  for (let index = 0; index < count; index++)
    void limiter.enter(limitMs, signal).then((leave) => {
      if (leave) entered.push({ index, atMs: Math.round(performance.now() - startedAt), leave });
      else refused.push(index);
    });
  return { entered, refused };
}

describe('the limiter', () => {
  it('lets a burst in at once and the rest at the quota’s rate, first come, first served', async () => {
    const { entered } = enterMany(new Limiter({ perSecond: 8, burst: 10, concurrent: 100 }), 26);
    await vi.advanceTimersByTimeAsync(0);
    expect(entered).toHaveLength(10);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(entered).toHaveLength(18);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(entered.map(({ index }) => index)).toEqual(Array.from({ length: 26 }, (_, index) => index));
  });

  it('never lets more in within any second than burst and rate together', async () => {
    const { entered } = enterMany(new Limiter({ perSecond: 8, burst: 10, concurrent: 1_000 }), 100);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(entered).toHaveLength(100);
    for (const { atMs } of entered)
      expect(entered.filter((other) => other.atMs >= atMs && other.atMs < atMs + 1_000).length).toBeLessThanOrEqual(18);
  });

  it('saves up no more than a burst while it is quiet', async () => {
    const limiter = new Limiter({ perSecond: 8, burst: 2, concurrent: 100 });
    await vi.advanceTimersByTimeAsync(60_000);
    const { entered } = enterMany(limiter, 5);
    await vi.advanceTimersByTimeAsync(0);
    expect(entered).toHaveLength(2);
  });

  it('lets the next one in when one leaves, once for each', async () => {
    const { entered } = enterMany(new Limiter({ perSecond: 1_000, burst: 1_000, concurrent: 2 }), 4);
    await vi.advanceTimersByTimeAsync(0);
    expect(entered).toHaveLength(2);
    entered[0]?.leave();
    entered[0]?.leave();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(entered).toHaveLength(3);
  });

  it('turns away who has waited too long, and keeps his place for nobody', async () => {
    const { entered, refused } = enterMany(new Limiter({ perSecond: 1, burst: 1, concurrent: 10 }), 4, 1_500);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(entered.map(({ index }) => index)).toEqual([0, 1]);
    expect(refused).toEqual([2, 3]);
  });

  it('lets those who give up go at once', async () => {
    const limiter = new Limiter({ perSecond: 1, burst: 1, concurrent: 10 });
    const gone = new AbortController();
    const first = enterMany(limiter, 3, 60_000, gone.signal);
    await vi.advanceTimersByTimeAsync(0);
    gone.abort();
    await vi.advanceTimersByTimeAsync(0);
    expect(first.refused).toEqual([1, 2]);
    expect(enterMany(limiter, 1, 60_000, gone.signal).entered).toEqual([]);
    const second = enterMany(limiter, 1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(second.entered).toHaveLength(1);
  });
});
