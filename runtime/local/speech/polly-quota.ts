/** Polly's quotas: requests a second as a bucket of tokens, and requests at a time. */
import type { Engine } from './polly-voices.ts';

export interface EngineQuota {
  readonly perSecond: number;
  readonly burst: number;
  readonly concurrent: number;
}

export type PollyLimits = Readonly<Record<Engine, EngineQuota>>;

/** Amazon Polly developer guide, quotas, before anyone has asked for more. */
export const pollyLimits: PollyLimits = {
  standard: { perSecond: 80, burst: 100, concurrent: 80 },
  neural: { perSecond: 8, burst: 10, concurrent: 18 },
  generative: { perSecond: 8, burst: 8, concurrent: 26 },
  'long-form': { perSecond: 8, burst: 10, concurrent: 26 },
};

export class PollyQuota {
  readonly #quota: EngineQuota;
  #tokens: number;
  #refilledMs: number | undefined;
  #running = 0;

  constructor(quota: EngineQuota) {
    this.#quota = quota;
    this.#tokens = quota.burst;
  }

  /** Takes one request's place, to be given back by {@link leave}; false when the request has to be refused. */
  enter(nowMs: number): boolean {
    const { perSecond, burst, concurrent } = this.#quota;
    const elapsedMs = nowMs - (this.#refilledMs ?? nowMs);
    this.#tokens = Math.min(burst, this.#tokens + (elapsedMs * perSecond) / 1_000);
    this.#refilledMs = nowMs;
    if (this.#tokens < 1 || this.#running >= concurrent) return false;
    this.#tokens--;
    this.#running++;
    return true;
  }

  leave(): void {
    this.#running--;
  }
}
