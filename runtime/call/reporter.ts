/** Numbers and dates what happens in a call, and hands it to whoever reads along. */
import { ProviderError } from '../providers/errors.ts';
import type { CallEvent, CallEventBody, CallEventSink } from './events.ts';

export class CallReporter {
  readonly #conversationId: string;
  readonly #sinks: readonly CallEventSink[];
  readonly #startedAt = performance.now();
  #sequence: number;

  constructor(conversationId: string, firstSequence: number, sinks: readonly CallEventSink[]) {
    this.#sequence = firstSequence;
    this.#conversationId = conversationId;
    this.#sinks = sinks;
  }

  /** Number of the next event. */
  get nextSequence(): number {
    return this.#sequence;
  }
  /** ms since the call began. */
  get elapsedMs(): number {
    return Math.round(performance.now() - this.#startedAt);
  }

  emit(body: CallEventBody): void {
    const event: CallEvent = {
      ...body,
      conversationId: this.#conversationId,
      sequence: this.#sequence++,
      at: new Date().toISOString(),
      atMs: this.elapsedMs,
    };
    for (const sink of this.#sinks) sink(event);
  }

  problem(error: unknown): void {
    const known = error instanceof ProviderError;
    this.emit({
      type: 'problem',
      stage: known ? error.stage : 'runtime',
      code: known ? error.failure : 'unexpected',
      message: error instanceof Error ? error.message : String(error),
    });
  }
}
