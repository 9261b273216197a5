/** Keeps a process inside a service's quota, so that a burst waits a little instead of being thrown back. */

export interface Quota {
  /** Requests a second, on average. */
  readonly perSecond: number;
  /** Requests at once after a quiet moment. */
  readonly burst: number;
  /** Requests under way at a time. */
  readonly concurrent: number;
}

/** Call it when the request is over. Safe to call twice. */
export type Leave = () => void;

/** A token bucket for the rate and a count of what is under way. First come, first served. */
export class Limiter {
  readonly #quota: Quota;
  readonly #waiting = new Set<() => void>();
  #tokens: number;
  #filledAt = performance.now();
  #underWay = 0;
  #refill: NodeJS.Timeout | undefined;

  constructor(quota: Quota) {
    this.#quota = quota;
    this.#tokens = quota.burst;
  }

  /** Waits for leave to send one request; undefined if it did not come within `limitMs`, or `signal` aborted. */
  enter(limitMs: number, signal: AbortSignal): Promise<Leave | undefined> {
    return new Promise((resolve) => {
      const settle = (leave: Leave | undefined) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', giveUp);
        this.#waiting.delete(admit);
        resolve(leave);
      };
      const admit = () => settle(this.#admit());
      const giveUp = () => settle(undefined);
      const timer = setTimeout(giveUp, limitMs);
      if (signal.aborted) return giveUp();
      signal.addEventListener('abort', giveUp, { once: true });
      this.#waiting.add(admit);
      this.#serve();
    });
  }

  #admit(): Leave {
    this.#tokens--;
    this.#underWay++;
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#underWay--;
      this.#serve();
    };
  }

  /** Admits whoever may go now, and comes back when the next token is due. */
  #serve(): void {
    const { perSecond, burst, concurrent } = this.#quota;
    const now = performance.now();
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#filledAt) * perSecond) / 1000);
    this.#filledAt = now;
    for (const admit of this.#waiting) {
      if (this.#underWay >= concurrent) return;
      if (this.#tokens < 1) break;
      admit();
    }
    clearTimeout(this.#refill);
    if (this.#waiting.size === 0) return;
    this.#refill = setTimeout(() => this.#serve(), Math.ceil(((1 - this.#tokens) * 1000) / perSecond));
    this.#refill.unref();
  }
}
