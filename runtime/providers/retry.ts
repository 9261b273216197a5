/**
 * Trying again inside a latency budget. A caller waits at most about three seconds before he hears something, so a
 * stage gets two to two and a half in all, attempts and waits together; then its error surfaces and the call finds
 * words. The clients' own retries are off (`aws/clients.ts`): theirs know no deadline.
 */
import type { ProviderError, ProviderFailure } from './errors.ts';
import { linkAbort, pause } from './waiting.ts';

export interface RetryLimits {
  /** From the first request, or the last progress, to giving up. */
  readonly budgetMs: number;
  /** A request that has brought nothing after this long is given up. */
  readonly firstMs: number;
  /** Once it brings something: the longest pause within it. */
  readonly stallMs: number;
  /** The wait before trying again when throttled; doubles each time. */
  readonly backoffMs: number;
}

/** An attempt with less time than this left could only fail. */
const SHORTEST_ATTEMPT_MS = 100;

/**
 * How long to wait before trying again; undefined when trying again cannot help or there is no time for it. A broken
 * connection is tried again at once, the first time: most are stale, and the next one is fresh.
 * @param retries how often it was tried again since the last progress.
 * @param spentMs how much of the budget is gone.
 * @param jitter 0 to 1, spreads the retries of many calls: the wait is half fixed, half random.
 */
export function retryWaitMs(
  limits: RetryLimits,
  failure: ProviderFailure,
  retries: number,
  spentMs: number,
  jitter: number,
): number | undefined {
  if (failure === 'refused') return undefined;
  const doublings = failure === 'throttled' ? retries : retries - 1;
  const waitMs = doublings < 0 ? 0 : limits.backoffMs * 2 ** doublings * (0.5 + jitter / 2);
  return spentMs + waitMs + SHORTEST_ATTEMPT_MS <= limits.budgetMs ? waitMs : undefined;
}

export interface Attempt {
  /** Aborts when the attempt is over, whoever ended it: pass it to the client, so that nothing outlives the attempt. */
  readonly signal: AbortSignal;
  /** As in the limits, but never beyond the budget. */
  readonly firstMs: number;
  readonly stallMs: number;
}

export interface Retried<T> {
  readonly limits: RetryLimits;
  readonly signal: AbortSignal;
  /**
   * True when a later attempt takes up where the last one broke off. Otherwise a failure after the first item surfaces:
   * the caller would hear the beginning twice.
   */
  readonly resumable: boolean;
  attempt(attempt: Attempt): AsyncIterable<T>;
  explain(error: unknown): ProviderError;
  onRetry?(failure: ProviderError, waitMs: number): void;
}

/** The items of the first attempt that succeeds. An aborted signal ends it without an error. */
export async function* retrying<T>({
  limits,
  signal,
  resumable,
  attempt,
  explain,
  onRetry,
}: Retried<T>): AsyncGenerator<T> {
  let retries = 0;
  let startedAt = performance.now();
  for (;;) {
    const { controller, unlink } = linkAbort(signal);
    let delivered = false;
    let waitMs = 0;
    try {
      const firstMs = Math.min(limits.firstMs, limits.budgetMs - (performance.now() - startedAt));
      for await (const item of attempt({ signal: controller.signal, firstMs, stallMs: limits.stallMs })) {
        delivered = true;
        yield item;
        retries = 0;
        startedAt = performance.now();
      }
      return;
    } catch (error) {
      if (signal.aborted) return;
      const failure = explain(error);
      const next = retryWaitMs(limits, failure.failure, retries, performance.now() - startedAt, Math.random());
      if (next === undefined || (delivered && !resumable)) throw failure;
      waitMs = next;
      retries++;
      onRetry?.(failure, waitMs);
    } finally {
      unlink();
      controller.abort();
    }
    await pause(waitMs, signal);
    if (signal.aborted) return;
  }
}
