/** A class of a tenant: batches until there are no more, small enough and far enough apart that calls do not feel them. */
import type { Database } from '../../data/database.ts';
import { adminOf } from '../../data/scope.ts';
import type { ObjectStore } from '../../objects/store.ts';
import { pause } from '../../pause.ts';
import { nextBatch, restAfter } from '../subject-requests/pacing.ts';
import { BATCHES, type Batch, countDue, type Deleted } from './batches.ts';
import type { DataClassName } from './classes.ts';
import { deleteRecordings } from './objects.ts';
import type { Term } from './policies.ts';

export interface Places {
  readonly database: Pick<Database, 'within'>;
  readonly recordings?: ObjectStore;
}

const FIRST_BATCH = 500;

/** Rows past their time. */
export function due(database: Pick<Database, 'within'>, { tenantId, dataClass, days }: Term): Promise<number> {
  return database.within(adminOf(tenantId), (transaction) => countDue(transaction, dataClass, { tenantId, days }));
}

/** Answers how many rows are gone. */
export async function deleteClass(places: Places, term: Term, signal: AbortSignal): Promise<number> {
  const { tenantId, days } = term;
  let count = 0;
  for (let most = FIRST_BATCH; !signal.aborted; ) {
    const beganAt = performance.now();
    const { rows, isLast } = await deleteBatch(places, term.dataClass, { tenantId, days, most });
    const tookMs = performance.now() - beganAt;
    count += rows;
    if (isLast) break;
    most = rows < most ? most : nextBatch(most, tookMs);
    await pause(restAfter(tookMs), signal);
  }
  return count;
}

async function deleteBatch({ database, recordings }: Places, dataClass: DataClassName, batch: Batch): Promise<Deleted> {
  const scope = adminOf(batch.tenantId);
  if (dataClass !== 'recordings')
    return database.within(scope, (transaction) => BATCHES[dataClass](transaction, batch));
  if (recordings) return deleteRecordings(database, recordings, batch);
  const rows = await due(database, { ...batch, dataClass });
  if (rows === 0) return { rows, isLast: true };
  throw new Error(`${rows} are past their time, and nothing says where recordings are kept`);
}
