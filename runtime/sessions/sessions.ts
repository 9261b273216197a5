/**
 * What must outlive a call's socket: if it is cut, the channel connects again, perhaps to another task, and the
 * conversation goes on. First form: one process, in memory.
 */
import { randomUUID } from 'node:crypto';
import { History } from '../call/history.ts';

/** What the caller has said to being recorded. */
export interface ConsentState {
  /** UUID, as in the conversation's events. */
  readonly id: string;
  readonly answer: 'yes' | 'no' | 'none';
  readonly withdrawn: boolean;
}

/** One conversation, over however many sockets. Its calls grow it in place. */
export interface Session {
  /** UUID. */
  readonly conversationId: string;
  readonly history: History;
  /** Number of the next event. */
  nextSequence: number;
  /** Turns of the caller so far. */
  turns: number;
  /** Keys of what was recorded of it so far. */
  recordings?: readonly string[];
  /** Once he has been asked: he is not asked again. */
  consent?: ConsentState;
}

export function newSession(): Session {
  return { conversationId: randomUUID(), history: new History(), nextSequence: 0, turns: 0 };
}

export interface Sessions {
  /** Keeps the session of a call that is up. */
  open(callId: string, session: Session): void;
  /** The session of a call that was cut, to be taken up again; undefined if there is none. */
  find(callId: string): Session | undefined;
  /** The call is over for good, or was cut: forgets the session at once, or after the channel's time to come back. */
  close(callId: string, { resumable }: { resumable: boolean }): void;
}

/** A channel that has not come back by then never will. */
const RESUMABLE_MS = 60_000;

export class MemorySessions implements Sessions {
  readonly #sessions = new Map<string, Session>();
  readonly #expiries = new Map<string, NodeJS.Timeout>();

  open(callId: string, session: Session): void {
    this.#forget(callId);
    this.#sessions.set(callId, session);
  }

  find(callId: string): Session | undefined {
    return this.#sessions.get(callId);
  }

  close(callId: string, { resumable }: { resumable: boolean }): void {
    if (!resumable) {
      this.#forget(callId);
      return;
    }
    const expiry = setTimeout(() => this.#forget(callId), RESUMABLE_MS);
    expiry.unref();
    this.#expiries.set(callId, expiry);
  }

  #forget(callId: string): void {
    clearTimeout(this.#expiries.get(callId));
    this.#expiries.delete(callId);
    this.#sessions.delete(callId);
  }
}
