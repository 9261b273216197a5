/** Works on one request from where it stands to its end, in this process. */
import { safeError } from '../../logger.ts';
import { exportArchive } from './archive.ts';
import { deleteEverything, lookAgain } from './delete.ts';
import { type Claimed, giveBack, LeaseLostError, MOST_ATTEMPTS } from './lease.ts';
import { optOut } from './optout.ts';
import { rectify } from './rectify.ts';
import type { RequestKind } from './request.ts';
import { withdrawConsent } from './withdraw.ts';
import { RequestWork, type WorkOptions } from './work.ts';

const WORK: Readonly<Record<RequestKind, (work: RequestWork) => Promise<void>>> = {
  access: exportArchive,
  export: exportArchive,
  delete: deleteEverything,
  rectify,
  optout: optOut,
  withdraw: withdrawConsent,
};

/** After the nth failure in a row: 5 s, doubling up to an hour. */
export function retryAfterMs(attempts: number): number {
  return Math.min(5_000 * 2 ** (attempts - 1), 3_600_000);
}

/** Rejects with whatever went wrong, after giving the request back to be tried again later. */
export async function runRequest(options: WorkOptions): Promise<void> {
  const { claimed, worker, database, signal } = options;
  const { request } = claimed;
  const work = new RequestWork(options);
  try {
    await (request.state === 'done' ? lookAgain : WORK[request.kind])(work);
  } catch (error) {
    if (error instanceof LeaseLostError) throw error;
    await giveBack(database, { id: request.id, worker, ...outcomeOf(claimed, error, signal) }).catch(() => {});
    throw error;
  }
}

/** Interrupted work is taken up by the next process at once. */
function outcomeOf({ attempts }: Claimed, error: unknown, signal: AbortSignal) {
  if (signal.aborted) return { afterMs: 0, error: 'interrupted', isLast: false };
  const { error: what } = safeError(error);
  return { afterMs: retryAfterMs(attempts), error: what, isLast: attempts >= MOST_ATTEMPTS };
}
