/** How many calls this process takes, and when it takes none. */

/** From the webhook's answer to the socket: Twilio needs well under a second, a browser as long as its permission prompt. */
export const HOLD_MS = 10_000;

/** Why no call can come in. */
export type Refusal = 'full' | 'draining';

export class Admission {
  readonly #capacity: number;
  /** Places promised to calls whose socket has not come yet → when the promise lapses. */
  readonly #held = new Map<string, number>();
  #active = 0;
  #refused = 0;
  #draining = false;
  #onIdle: Array<() => void> = [];
  #lapseTimer: NodeJS.Timeout | undefined;

  /** @param capacity calls at the same time. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Calls that are up. */
  get active(): number {
    return this.#active;
  }

  /** Calls turned away so far because every place was taken. */
  get refused(): number {
    return this.#refused;
  }

  /** Why a new call would be refused now. */
  get refusal(): Refusal | undefined {
    if (this.#draining) return 'draining';
    this.#forgetLapsed();
    return this.#active + this.#held.size >= this.#capacity ? 'full' : undefined;
  }

  /** Keeps a place for a call that was just answered. Asking again for the same call prolongs it. */
  hold(callId: string): Refusal | undefined {
    const refusal = this.#held.has(callId) ? undefined : this.refusal;
    if (refusal === undefined) this.#held.set(callId, Date.now() + HOLD_MS);
    else if (refusal === 'full') this.#refused++;
    return refusal;
  }

  /**
   * The call's socket is here. A call with a place kept for it enters even while draining: it was promised.
   * Returns the function that gives the place back (safe to call twice), or why there is none.
   */
  enter(callId: string): (() => void) | Refusal {
    this.#forgetLapsed();
    const refusal = this.#held.delete(callId) ? undefined : this.refusal;
    if (refusal !== undefined) return refusal;
    this.#active += 1;
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#active -= 1;
      this.#tellIfIdle();
    };
  }

  /** From now on no new call comes in. There is no way back. */
  drain(): void {
    this.#draining = true;
    this.#tellIfIdle();
  }

  /** Settles once draining has begun, the last call is over, and no place is held for one more. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#onIdle.push(resolve);
      this.#tellIfIdle();
    });
  }

  #tellIfIdle(): void {
    if (!this.#draining || this.#active > 0 || this.#onIdle.length === 0) return;
    this.#forgetLapsed();
    if (this.#held.size === 0) {
      for (const tell of this.#onIdle.splice(0)) tell();
      return;
    }
    const lapseMs = Math.min(...this.#held.values()) - Date.now();
    clearTimeout(this.#lapseTimer);
    this.#lapseTimer = setTimeout(() => this.#tellIfIdle(), lapseMs);
  }

  #forgetLapsed(): void {
    const nowMs = Date.now();
    for (const [callId, lapsesAtMs] of this.#held) if (lapsesAtMs <= nowMs) this.#held.delete(callId);
  }
}
