/**
 * The calls of this process, by their conversations: for what becomes of one while it is up, by a later request of the
 * caller or of somebody with his authority.
 */
import type { RecordingControl } from './setup.ts';

/** What can be done to a call from outside. Neither throws. */
export interface LiveCall {
  /** As if the caller had taken his consent back himself. Harmless if there was none, or it is taken back already. */
  withdraw(): void;
  /** Nothing of it is kept: neither what was recorded so far nor what is said from now on. The call itself goes on. */
  erase(): void;
}

/** What ends in the very moment of a request is still dealt with. */
const REMEMBERED_MS = 60_000;

export class LiveCalls {
  readonly #calls = new Map<string, LiveCall>();
  readonly #expiries = new Map<string, NodeJS.Timeout>();

  /** Of the calls that are up, or have just ended. */
  get conversationIds(): readonly string[] {
    return [...this.#calls.keys()];
  }

  begin(conversationId: string, call: LiveCall): void {
    this.#forget(conversationId);
    this.#calls.set(conversationId, call);
  }

  /** @param call that has ended; a later one of the same conversation is not meant */
  end(conversationId: string, call: LiveCall): void {
    if (this.#calls.get(conversationId) !== call) return;
    const expiry = setTimeout(() => this.#forget(conversationId), REMEMBERED_MS);
    expiry.unref();
    this.#expiries.set(conversationId, expiry);
  }

  withdraw(conversationId: string): void {
    this.#calls.get(conversationId)?.withdraw();
  }

  erase(conversationId: string): void {
    this.#calls.get(conversationId)?.erase();
  }

  #forget(conversationId: string): void {
    clearTimeout(this.#expiries.get(conversationId));
    this.#expiries.delete(conversationId);
    this.#calls.delete(conversationId);
  }
}

/** A recording that can be forbidden for good, whatever the caller says later. */
export class ErasableRecording implements RecordingControl {
  readonly #inner: RecordingControl;
  #isErased = false;

  constructor(inner: RecordingControl) {
    this.#inner = inner;
  }

  start(): void {
    if (!this.#isErased) this.#inner.start();
  }

  withdraw(): void {
    this.#inner.withdraw();
  }

  erase(): void {
    if (this.#isErased) return;
    this.#isErased = true;
    this.#inner.withdraw();
  }
}
