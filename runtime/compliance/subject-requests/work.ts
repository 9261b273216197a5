/** What the work on one request is done with: steps that are kept whole or not at all, and rests between them. */
import type { Database, Queryable } from '../../data/database.ts';
import { adminOf } from '../../data/scope.ts';
import type { ObjectStore } from '../../objects/store.ts';
import { pause } from '../../pause.ts';
import { type Claimed, LEASE_MS, renewLease } from './lease.ts';
import { restAfter } from './pacing.ts';
import type { Counts, RequestProgress } from './request.ts';

export interface Stores {
  readonly recordings?: ObjectStore;
  readonly exports?: ObjectStore;
}

export interface WorkOptions {
  readonly database: Pick<Database, 'within'>;
  readonly stores: Stores;
  /** The cell's. */
  readonly region: string;
  /** UUID of whoever works: one a process. */
  readonly worker: string;
  readonly claimed: Claimed;
  /** Ends the work between two steps. */
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: RequestProgress) => void;
}

export class RequestWork {
  readonly claimed: Claimed;
  readonly stores: Stores;
  readonly region: string;
  readonly worker: string;
  readonly #options: WorkOptions;
  #progress: RequestProgress;
  #renewedAt = performance.now();
  #tookMs = 0;

  constructor(options: WorkOptions) {
    this.#options = options;
    this.claimed = options.claimed;
    this.stores = options.stores;
    this.region = options.region;
    this.worker = options.worker;
    this.#progress = options.claimed.request.progress;
  }

  get tenantId(): string {
    return this.claimed.request.tenantId;
  }

  get progress(): RequestProgress {
    return this.#progress;
  }

  get signal(): AbortSignal {
    return this.#options.signal;
  }

  /** What the last step took. */
  get tookMs(): number {
    return this.#tookMs;
  }

  /**
   * One transaction in the tenant's name. What `work` did and how far it has come with that are kept together: a step
   * is never done twice. Throws `LeaseLostError` when another process has taken over, with nothing done.
   */
  async step<T>(
    work: (transaction: Queryable) => Promise<{ readonly result: T; readonly progress: RequestProgress }>,
  ): Promise<T> {
    const { result, progress } = await this.#within(async (transaction) => {
      const done = await work(transaction);
      const { id } = this.claimed.request;
      await renewLease(transaction, { id, worker: this.worker, progress: done.progress });
      return done;
    });
    this.#renewedAt = performance.now();
    this.#progress = progress;
    this.#options.onProgress?.(progress);
    return result;
  }

  /** One transaction that only looks. Tells now and then that somebody still works here, and with what counts. */
  async look<T>(work: (transaction: Queryable) => Promise<T>, counts?: Counts): Promise<T> {
    if (counts) this.#progress = { ...this.#progress, counts };
    if (performance.now() - this.#renewedAt < LEASE_MS / 10) return this.#within(work);
    return this.step(async (transaction) => ({ result: await work(transaction), progress: this.#progress }));
  }

  /** The last transaction: whatever ends the lease is part of `work`. */
  finish<T>(work: (transaction: Queryable) => Promise<T>): Promise<T> {
    return this.#within(work);
  }

  /** Leaves the database to the calls for a while. */
  rest(): Promise<void> {
    return pause(restAfter(this.#tookMs), this.signal);
  }

  async #within<T>(work: (transaction: Queryable) => Promise<T>): Promise<T> {
    this.signal.throwIfAborted();
    const startedAt = performance.now();
    try {
      return await this.#options.database.within(adminOf(this.tenantId), work);
    } finally {
      this.#tookMs = performance.now() - startedAt;
    }
  }
}

/** Counts added up by name. */
export function plus(counts: Counts | undefined, more: Counts): Counts {
  const sum: Record<string, number> = { ...counts };
  for (const [name, count] of Object.entries(more)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}
