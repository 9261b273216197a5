/** Numbers and dates what happens in a call, and hands it to whoever reads along. */
import { ProviderError } from '../providers/errors.ts';
import type { Session } from '../sessions/sessions.ts';
import type { CallEvent, CallEventBody, CallEventSink } from './events.ts';

export class CallReporter {
  readonly #session: Session;
  readonly #sinks: readonly CallEventSink[];
  readonly #startedAt = performance.now();

  /** @param session shared by all calls that carry the conversation: a tool may outlast the call that asked for it. */
  constructor(session: Session, sinks: readonly CallEventSink[]) {
    this.#session = session;
    this.#sinks = sinks;
  }

  /** Something of the conversation was reported already. */
  get hasBegun(): boolean {
    return this.#session.nextSequence > 0;
  }
  /** ms since the call began. */
  get elapsedMs(): number {
    return Math.round(performance.now() - this.#startedAt);
  }

  emit(body: CallEventBody): void {
    const event: CallEvent = {
      ...body,
      conversationId: this.#session.conversationId,
      sequence: this.#session.nextSequence++,
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
