import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ProviderError, type ProviderFailure } from '../../../runtime/providers/errors.ts';
import { type Attempt, retrying, retryWaitMs } from '../../../runtime/providers/retry.ts';
import { watched, within } from '../../../runtime/providers/waiting.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const limits = { budgetMs: 2_000, firstMs: 900, stallMs: 500, backoffMs: 100 };

describe('how long to wait before trying again', () => {
  it.each<{ failure: ProviderFailure; retries: number; spentMs: number; jitter: number; waitMs: number | undefined }>([
    { failure: 'refused', retries: 0, spentMs: 0, jitter: 1, waitMs: undefined },
    { failure: 'unavailable', retries: 0, spentMs: 50, jitter: 1, waitMs: 0 },
    { failure: 'timeout', retries: 0, spentMs: 900, jitter: 1, waitMs: 0 },
    { failure: 'malformed', retries: 0, spentMs: 0, jitter: 0, waitMs: 0 },
    { failure: 'unavailable', retries: 1, spentMs: 50, jitter: 1, waitMs: 100 },
    { failure: 'unavailable', retries: 1, spentMs: 50, jitter: 0, waitMs: 50 },
    { failure: 'unavailable', retries: 3, spentMs: 50, jitter: 1, waitMs: 400 },
    { failure: 'throttled', retries: 0, spentMs: 0, jitter: 1, waitMs: 100 },
    { failure: 'throttled', retries: 2, spentMs: 0, jitter: 0.5, waitMs: 300 },
    { failure: 'throttled', retries: 0, spentMs: 1_800, jitter: 1, waitMs: 100 },
    { failure: 'throttled', retries: 0, spentMs: 1_801, jitter: 1, waitMs: undefined },
    { failure: 'timeout', retries: 0, spentMs: 1_901, jitter: 0, waitMs: undefined },
  ])('$failure after $retries retries and $spentMs ms: $waitMs', ({ failure, retries, spentMs, jitter, waitMs }) => {
    expect(retryWaitMs(limits, failure, retries, spentMs, jitter)).toBe(waitMs);
  });
});

/** Runs attempts from a script: each item is a value to deliver, an error to throw, or ms to let pass. */
function running(
  script: (string | Error | number)[][],
  { resumable = false, signal = new AbortController().signal } = {},
) {
  const attempts: Attempt[] = [];
  const delivered: string[] = [];
  const failures: ProviderFailure[] = [];
  async function* attempt(current: Attempt): AsyncGenerator<string> {
    const steps = script[Math.min(attempts.length, script.length - 1)]!;
    attempts.push(current);
    for (const step of steps) {
      if (typeof step === 'string') yield step;
      else if (typeof step === 'number') await new Promise((resolve) => setTimeout(resolve, step));
      else throw step;
    }
  }
  const explain = (error: unknown) =>
    new ProviderError('language-model', 'scripted', (error as Error).message as ProviderFailure, 'scripted');
  const startedAt = performance.now();
  const outcome = (async () => {
    const onRetry = ({ failure }: ProviderError) => failures.push(failure);
    for await (const item of retrying({ limits, signal, resumable, attempt, explain, onRetry })) delivered.push(item);
  })().then(
    () => ({ failure: undefined, tookMs: performance.now() - startedAt }),
    (error) => ({ failure: (error as ProviderError).failure, tookMs: performance.now() - startedAt }),
  );
  return { outcome, attempts, delivered, failures };
}

const unavailable = new Error('unavailable');
const throttled = new Error('throttled');

describe('trying again', () => {
  it('delivers what the first sound attempt brings', async () => {
    const { outcome, delivered, failures } = running([[unavailable], [throttled], ['a', 'b']]);
    await vi.runAllTimersAsync();
    expect((await outcome).failure).toBeUndefined();
    expect(delivered).toEqual(['a', 'b']);
    expect(failures).toEqual(['unavailable', 'throttled']);
  });

  it('gives up inside its budget, with the last error', async () => {
    const { outcome, attempts } = running([[300, throttled]]);
    await vi.runAllTimersAsync();
    const { failure, tookMs } = await outcome;
    expect(failure).toBe('throttled');
    expect(tookMs).toBeLessThanOrEqual(limits.budgetMs);
    expect(attempts.length).toBeGreaterThan(2);
  });

  it('never lets an attempt wait beyond the budget', async () => {
    const { outcome, attempts } = running([[900, unavailable], [900, unavailable], ['a']]);
    await vi.runAllTimersAsync();
    await outcome;
    expect(attempts[0]?.firstMs).toBe(900);
    for (const { firstMs } of attempts) expect(firstMs).toBeLessThanOrEqual(900);
    expect(attempts.at(-1)!.firstMs).toBeLessThanOrEqual(200);
  });

  it('does not repeat what was delivered', async () => {
    const { outcome, delivered, attempts } = running([
      ['a', unavailable],
      ['a', 'b'],
    ]);
    await vi.runAllTimersAsync();
    expect((await outcome).failure).toBe('unavailable');
    expect(delivered).toEqual(['a']);
    expect(attempts).toHaveLength(1);
  });

  it('goes on after what was delivered when the attempt can, with a fresh budget after each progress', async () => {
    const { outcome, delivered } = running(
      [
        [1_500, 'a', unavailable],
        [1_500, 'b', unavailable],
        [1_500, 'c'],
      ],
      { resumable: true },
    );
    await vi.runAllTimersAsync();
    expect((await outcome).failure).toBeUndefined();
    expect(delivered).toEqual(['a', 'b', 'c']);
  });

  it('ends without an error when it is aborted, in an attempt or between two', async () => {
    for (const script of [[10_000], [throttled]]) {
      const over = new AbortController();
      const { outcome, attempts } = running([[...script]], { signal: over.signal });
      await vi.advanceTimersByTimeAsync(10);
      over.abort();
      await vi.runAllTimersAsync();
      expect((await outcome).failure).toBeUndefined();
      expect(attempts).toHaveLength(1);
    }
  });

  it('ends the signal of every attempt, however it went', async () => {
    const { outcome, attempts } = running([[unavailable], ['a']]);
    await vi.runAllTimersAsync();
    await outcome;
    expect(attempts.map(({ signal }) => signal.aborted)).toEqual([true, true]);
  });
});

describe('waiting', () => {
  const never = new Promise<string>(() => {});

  it('ends at the deadline', async () => {
    const over = new AbortController();
    const outcome = within(never, 250, over.signal).catch((error: Error) => error.message);
    await vi.advanceTimersByTimeAsync(250);
    expect(await outcome).toBe('nothing came within 250 ms');
  });

  it('has no deadline when it is told so', async () => {
    const over = new AbortController();
    const outcome = within(never, Number.POSITIVE_INFINITY, over.signal).catch((error: Error) => error.message);
    expect(vi.getTimerCount()).toBe(0);
    over.abort(new Error('over'));
    expect(await outcome).toBe('over');
  });

  it('ends at once when it begins aborted', async () => {
    const outcome = within(never, 250, AbortSignal.abort(new Error('over'))).catch((error: Error) => error.message);
    expect(await outcome).toBe('over');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('leaves no timer behind', async () => {
    expect(await within(Promise.resolve('a'), 250, new AbortController().signal)).toBe('a');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('for items counts the pauses of their source, not those of their reader', async () => {
    const source = (async function* () {
      yield 'a';
      await new Promise((resolve) => setTimeout(resolve, 400));
      yield 'b';
      await new Promise((resolve) => setTimeout(resolve, 600));
      yield 'c';
    })();
    const read: string[] = [];
    const outcome = (async () => {
      for await (const item of watched(source, 500, new AbortController().signal)) {
        read.push(item);
        await new Promise((resolve) => setTimeout(resolve, 5_000));
      }
    })().catch((error: Error) => error.name);
    await vi.runAllTimersAsync();
    expect(await outcome).toBe('TimeoutError');
    expect(read).toEqual(['a', 'b']);
  });
});
