/** Numbers and dates what happens in a call, and hands it to whoever reads along. */
import { ProviderError } from '../providers/errors.ts';
import type { CallEvent, CallEventBody, CallEventSink } from './events.ts';

export class CallReporter {
  readonly #conversationId: string;
  readonly #sinks: readonly CallEventSink[];
  readonly #startedAt = performance.now();
  readonly #numbering: { nextSequence: number };

  /** @param numbering shared by all calls that carry the conversation: a tool may outlast the call that asked for it. */
  constructor(conversationId: string, numbering: { nextSequence: number }, sinks: readonly CallEventSink[]) {
    this.#numbering = numbering;
    this.#conversationId = conversationId;
    this.#sinks = sinks;
  }

  /** Something of the conversation was reported already. */
  get hasBegun(): boolean {
    return this.#numbering.nextSequence > 0;
  }
  /** ms since the call began. */
  get elapsedMs(): number {
    return Math.round(performance.now() - this.#startedAt);
  }

  emit(body: CallEventBody): void {
    const event: CallEvent = {
      ...body,
      conversationId: this.#conversationId,
      sequence: this.#numbering.nextSequence++,
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
