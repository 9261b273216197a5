/** What is kept of a run: when it was done, and for the audit what it deleted of whom. */
import type { Database } from '../../data/database.ts';
import { WHOLE_CELL } from '../../data/scope.ts';
import { type Actor, audit } from '../audit/audit.ts';
import type { ClassReport } from './run.ts';

/** A note of a run is kept so long. */
const RUNS_KEPT = '1 year';

/** The audit is told before anything is gone: a job that is cut off has left its word. */
export async function beginRun(database: Pick<Database, 'within'>, actor: Actor): Promise<string> {
  return database.within(WHOLE_CELL, async (transaction) => {
    const [run] = await transaction.query<{ id: string }>('insert into retention_runs default values returning id');
    const resourceId = run!.id;
    await audit(transaction, actor, { action: 'begin', resource: 'retention-run', resourceId });
    return resourceId;
  });
}

interface Finished {
  readonly runId: string;
  readonly report: readonly ClassReport[];
  readonly isComplete: boolean;
}

export async function finishRun(
  database: Pick<Database, 'within'>,
  actor: Actor,
  { runId, report, isComplete }: Finished,
): Promise<void> {
  await database.within(WHOLE_CELL, async (transaction) => {
    if (isComplete)
      await transaction.query('update retention_runs set finished_at = clock_timestamp() where id = $1', [runId]);
    await transaction.query(`delete from retention_runs where started_at < now() - interval '${RUNS_KEPT}'`);
    for (const [tenantId, deleted] of byTenant(report)) {
      const counts = Object.fromEntries(deleted.map(({ dataClass, count }) => [dataClass, count]));
      await audit(transaction, actor, {
        action: 'delete',
        resource: 'retention-run',
        resourceId: runId,
        tenantId,
        details: counts,
      });
    }
    if (isComplete) await audit(transaction, actor, { action: 'finish', resource: 'retention-run', resourceId: runId });
  });
}

/** Everything of a tenant together; what belongs to none comes under `undefined`. */
export function byTenant<Key extends string | undefined, T extends { readonly tenantId?: Key }>(
  items: readonly T[],
): Map<T['tenantId'], T[]> {
  const tenants = new Map<T['tenantId'], T[]>();
  for (const item of items) tenants.set(item.tenantId, [...(tenants.get(item.tenantId) ?? []), item]);
  return tenants;
}
