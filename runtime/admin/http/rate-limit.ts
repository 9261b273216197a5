/** How often a key may ask: a token bucket for each, counted by every task for itself. */

export interface RateLimit {
  /** At once, after a pause. */
  readonly burst: number;
  /** In the long run. */
  readonly perSecond: number;
}

/** Enough to page through a busy day's conversations, too little to be felt by a call. */
export const defaultRateLimit = { burst: 100, perSecond: 20 } as const satisfies RateLimit;

/** Buckets that have filled up again are forgotten when there are so many, and when there are twice as many again. */
const MANY_BUCKETS = 10_000;

export class RateLimiter {
  readonly #limit: RateLimit;
  readonly #buckets = new Map<string, { tokens: number; atMs: number }>();
  #tidyAt = MANY_BUCKETS;

  constructor(limit: RateLimit = defaultRateLimit) {
    this.#limit = limit;
  }

  /** Takes a token. Returns 0, or in how many ms there will be one. */
  take(key: string, nowMs = performance.now()): number {
    const { burst, perSecond } = this.#limit;
    const { tokens, atMs } = this.#buckets.get(key) ?? { tokens: burst, atMs: nowMs };
    const filled = Math.min(burst, tokens + ((nowMs - atMs) * perSecond) / 1_000);
    if (this.#buckets.size >= this.#tidyAt) this.#forgetFull(nowMs);
    this.#buckets.set(key, { tokens: filled >= 1 ? filled - 1 : filled, atMs: nowMs });
    return filled >= 1 ? 0 : Math.ceil(((1 - filled) * 1_000) / perSecond);
  }

  #forgetFull(nowMs: number): void {
    const { burst, perSecond } = this.#limit;
    for (const [key, { tokens, atMs }] of this.#buckets)
      if (tokens + ((nowMs - atMs) * perSecond) / 1_000 >= burst) this.#buckets.delete(key);
    this.#tidyAt = Math.max(MANY_BUCKETS, 2 * this.#buckets.size);
  }
}
