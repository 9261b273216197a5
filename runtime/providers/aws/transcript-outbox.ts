import type { Transcript } from '../speech-to-text.ts';

/**
 * What the recognizer said and nobody has read yet. A reader who falls behind finds each segment once, as it is now:
 * however long he is away, no more waits for him than there are segments.
 */
export class TranscriptOutbox implements AsyncIterable<Transcript> {
  #waiting: Transcript[] = [];
  #ended = false;
  #error: unknown;
  #wake: (() => void) | undefined;

  push(transcript: Transcript): void {
    if (this.#ended) return;
    const last = this.#waiting.at(-1);
    if (last?.segmentId === transcript.segmentId) this.#waiting.pop();
    this.#waiting.push(transcript);
    this.#wake?.();
  }

  /** The reader gets what waits, then the end, or `error`. */
  end(error?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.#wake?.();
  }

  /** The reader gets nothing more. */
  discard(): void {
    this.#waiting = [];
    this.#error = undefined;
    this.#ended = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Transcript> {
    for (;;) {
      for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) yield next;
      if (this.#error !== undefined) throw this.#error;
      if (this.#ended) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
