/** Waiting that always ends: with the result, at a deadline, or with the abort of whoever asked. */

/** Thrown when a provider let its deadline pass. */
export class WaitedTooLong extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'TimeoutError';
  }
}

/** A controller of its own that aborts with any of its sources. Call `unlink` when done, or the sources keep it. */
export function linkAbort(...sources: readonly AbortSignal[]): { controller: AbortController; unlink: () => void } {
  const controller = new AbortController();
  const onAbort = (event: Event) => controller.abort((event.target as AbortSignal).reason);
  for (const source of sources) {
    if (source.aborted) controller.abort(source.reason);
    source.addEventListener('abort', onAbort, { once: true });
  }
  const unlink = () => {
    for (const source of sources) source.removeEventListener('abort', onAbort);
  };
  return { controller, unlink };
}

/**
 * The result of `promise` if it comes within `limitMs` (may be `Infinity`) and before `signal` aborts; otherwise throws
 * {@link WaitedTooLong} or the abort's reason. What `promise` does later is nobody's concern.
 */
export function within<T>(promise: Promise<T>, limitMs: number, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const onAbort = () => settle(() => reject(signal.reason));
    const onDeadline = () => settle(() => reject(new WaitedTooLong(`nothing came within ${Math.round(limitMs)} ms`)));
    const timer = Number.isFinite(limitMs) ? setTimeout(onDeadline, limitMs) : undefined;
    const settle = (act: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      act();
    };
    promise.then(
      (value) => settle(() => resolve(value)),
      (error) => settle(() => reject(error)),
    );
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** Resolves after `ms`, or as soon as `signal` aborts: look at it afterwards. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}

/**
 * The items of `source`, each within `stallMs` of being asked for: the time its reader takes does not count.
 * Throws {@link WaitedTooLong} at a stall and the reason at an abort, at once, even when `source` itself hangs.
 */
export async function* watched<T>(source: AsyncIterable<T>, stallMs: number, signal: AbortSignal): AsyncGenerator<T> {
  const items = source[Symbol.asyncIterator]();
  let ended = false;
  try {
    for (;;) {
      const item = await within(items.next(), stallMs, signal);
      if (item.done) {
        ended = true;
        return;
      }
      yield item.value;
    }
  } finally {
    // Not awaited: a hanging source would hang its reader.
    if (!ended) items.return?.().catch(() => {});
  }
}
