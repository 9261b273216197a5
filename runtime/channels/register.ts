/**
 * What must be known of a call beyond its socket, and beyond its task: which tokens were used, and how the conversation
 * let go of it. Promises, because a cell of several tasks keeps this in its session store.
 */
import type { Farewell } from './channel.ts';

/**
 * How long a call is remembered: longer than Twilio lets any call last (24 h at most), so that no webhook of a call
 * that is over can be replayed while the call could still be up.
 */
export const REMEMBERED_FOR_MS = 25 * 3_600_000;

export interface CallEntry {
  /** The conversation to take up again if the socket breaks. */
  readonly conversationId?: string;
  /** Set once the conversation has let go. */
  readonly farewell?: Farewell;
}

export interface CallRegister {
  /** True for the first who asks, false ever after. */
  claim(key: string): Promise<boolean>;
  isClaimed(key: string): Promise<boolean>;
  /** Adds to what is known of a call. */
  note(callId: string, entry: CallEntry): Promise<void>;
  find(callId: string): Promise<CallEntry | undefined>;
}

/** The register of a cell with one task. */
export class MemoryCallRegister implements CallRegister {
  readonly #claims = new ExpiringMap<true>();
  readonly #entries = new ExpiringMap<CallEntry>();

  async claim(key: string): Promise<boolean> {
    if (this.#claims.get(key)) return false;
    this.#claims.set(key, true);
    return true;
  }

  async isClaimed(key: string): Promise<boolean> {
    return this.#claims.get(key) ?? false;
  }

  async note(callId: string, entry: CallEntry): Promise<void> {
    this.#entries.set(callId, { ...this.#entries.get(callId), ...entry });
  }

  async find(callId: string): Promise<CallEntry | undefined> {
    return this.#entries.get(callId);
  }
}

/** Oldest first, since every `set` moves a key to the end: what has expired is always at the front. */
class ExpiringMap<T> {
  readonly #values = new Map<string, { value: T; expiresAtMs: number }>();

  get(key: string): T | undefined {
    const found = this.#values.get(key);
    return found && found.expiresAtMs > Date.now() ? found.value : undefined;
  }

  set(key: string, value: T): void {
    const nowMs = Date.now();
    for (const [oldKey, { expiresAtMs }] of this.#values) {
      if (expiresAtMs > nowMs) break;
      this.#values.delete(oldKey);
    }
    this.#values.delete(key);
    this.#values.set(key, { value, expiresAtMs: nowMs + REMEMBERED_FOR_MS });
  }
}
