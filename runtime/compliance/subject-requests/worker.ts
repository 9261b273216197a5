/**
 * Works on the requests of a cell in one of its processes, one at a time: whichever has waited longest and nobody works
 * on. A process that dies is succeeded by another when its lease is over.
 */
import { randomUUID } from 'node:crypto';
import type { Database } from '../../data/database.ts';
import { describeFailure, isUnavailable } from '../../data/failures.ts';
import { WHOLE_CELL } from '../../data/scope.ts';
import { type Logger, safeError } from '../../logger.ts';
import { pause } from '../../pause.ts';
import { discardExpired } from './expire.ts';
import { claimRequest, LeaseLostError } from './lease.ts';
import { REQUEST_KINDS } from './request.ts';
import { countOverdue } from './requests.ts';
import { runRequest } from './run.ts';
import type { Stores } from './work.ts';

/** Nobody waits at a screen for it: the law counts in days. */
export const LOOKED_FOR_EVERY_MS = 5_000;
/** Overdue requests are counted, and expired archives deleted. */
const TIDIED_EVERY_MS = 60_000;

export interface WorkerOptions {
  /** Logged in as the administration. */
  readonly database: Pick<Database, 'within'>;
  readonly stores: Stores;
  readonly region: string;
  readonly logger: Logger;
  /** Resolves when the database is ready, or never will be. */
  readonly ready: Promise<void>;
  /** The database is another cell's: what people ask of it is answered there. */
  readonly isForeign: () => boolean;
  readonly signal: AbortSignal;
}

export interface SubjectRequestWorker {
  /** Requests whose deadline has passed without an answer; undefined while nobody knows. */
  readonly overdue: number | undefined;
  /** Looks for work now instead of in a moment. */
  nudge(): void;
  /** Resolves after the signal, when nothing is under way any more. */
  readonly closed: Promise<void>;
}

export function startSubjectRequestWorker(options: WorkerOptions): SubjectRequestWorker {
  const { database, stores, region, logger, signal } = options;
  const worker = randomUUID();
  const kinds = REQUEST_KINDS.filter((kind) => stores.exports || (kind !== 'access' && kind !== 'export'));
  let overdue: number | undefined;
  let tidyAgainAt = 0;
  let wake = new AbortController();

  async function tidy(): Promise<void> {
    if (performance.now() < tidyAgainAt) return;
    tidyAgainAt = performance.now() + TIDIED_EVERY_MS;
    const before = overdue ?? 0;
    overdue = await database.within(WHOLE_CELL, countOverdue);
    if (overdue > before) logger.error({ overdue }, 'requests of people about their data are overdue');
    if (stores.exports) await discardExpired(database, stores.exports);
  }

  /** @returns whether there was anything to do */
  async function workOnce(): Promise<boolean> {
    const claimed = await claimRequest(database, worker, { kinds });
    if (!claimed) return false;
    const { id: requestId, kind, tenantId } = claimed.request;
    try {
      await runRequest({ database, stores, region, worker, claimed, signal });
      logger.info({ requestId, kind, tenantId }, 'a request about somebody’s data is answered');
    } catch (error) {
      const isQuiet = error instanceof LeaseLostError || signal.aborted;
      logger[isQuiet ? 'info' : 'error'](
        { requestId, kind, tenantId, attempts: claimed.attempts, ...safeError(error) },
        'a request about somebody’s data could not be answered yet',
      );
    }
    return true;
  }

  async function run(): Promise<void> {
    await options.ready;
    while (!signal.aborted && !options.isForeign()) {
      let isIdle = true;
      try {
        await tidy();
        isIdle = !(await workOnce());
      } catch (error) {
        // That the database is down, health says.
        const level = isUnavailable(error) ? 'debug' : 'error';
        logger[level]({ error: describeFailure(error) }, 'requests about data could not be looked for');
      }
      if (isIdle) await pause(LOOKED_FOR_EVERY_MS, AbortSignal.any([signal, wake.signal]));
      wake = wake.signal.aborted ? new AbortController() : wake;
    }
  }

  const closed = run();
  return {
    get overdue() {
      return overdue;
    },
    nudge: () => wake.abort(),
    closed,
  };
}
