/** Reads `body` until it ends or `signal` aborts, in which case it throws the signal's reason, also out of a long wait. */
export async function* abortable<T>(body: AsyncIterable<T>, signal: AbortSignal | undefined): AsyncGenerator<T> {
  if (!signal) return yield* body;
  const iterator = body[Symbol.asyncIterator]();
  // A promise for each wait: one that lived as long as the body would hold on to all that was ever raced against it.
  let abort: (reason: unknown) => void = () => {};
  const onAbort = () => abort(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    for (;;) {
      signal.throwIfAborted();
      const next = await new Promise<IteratorResult<T>>((resolve, reject) => {
        abort = reject;
        iterator.next().then(resolve, reject);
      });
      if (next.done) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    // Not waited for: a source that has stalled does not answer this either.
    void iterator.return?.()?.catch(() => {});
  }
}
