/**
 * Deletes what is past its time: tenant by tenant, class by class, batch by batch. It may be cut off anywhere and run
 * again, and two may run at once: every batch leaves the database as if the job had ended there.
 */
import type { Database } from '../../data/database.ts';
import { describeFailure, isUnavailable } from '../../data/failures.ts';
import { WHOLE_CELL } from '../../data/scope.ts';
import type { ObjectStore } from '../../objects/store.ts';
import type { Actor } from '../audit/audit.ts';
import { forgetCallers } from './batches.ts';
import type { DataClassName } from './classes.ts';
import { deleteClass, due } from './delete-class.ts';
import { clocksDisagree, mayHaveLeapt, RetentionRefusedError, readClocks, readShares, tooMuchAtOnce } from './guard.ts';
import { sweepExports, sweepRecordings } from './objects.ts';
import { retentionTerms, type Term } from './policies.ts';
import { beginRun, byTenant, finishRun } from './runs.ts';

export interface RetentionOptions {
  /** Of the administration. One connection is enough. */
  readonly database: Pick<Database, 'within'>;
  /** Where the cell keeps its objects, as far as it has such a place. */
  readonly recordings?: ObjectStore;
  readonly exports?: ObjectStore;
  readonly actor: Actor;
  /** Counts, and deletes nothing. */
  readonly isDryRun?: boolean;
  /** Deletes although time seems to have leapt. Never although the clocks disagree. */
  readonly isForced?: boolean;
  /** Ends the job after the batch under way. */
  readonly signal?: AbortSignal;
  /** Told as it goes, a class of a tenant at a time. */
  readonly onDone?: (done: ClassReport) => void;
  /** The process's own clock. @default Date.now */
  readonly now?: () => number;
}

export interface ClassReport {
  /** Absent for what belongs to the whole cell. */
  readonly tenantId?: string;
  /** `callers`: nobody refers to them any more. `recording-objects`: no row did. `exports`: objects. */
  readonly dataClass: DataClassName | 'callers' | 'recording-objects' | 'exports';
  readonly days?: number;
  /** Deleted, or in a dry run to be deleted: rows, or objects where there are no rows. */
  readonly count: number;
}

export interface RetentionReport {
  /** By the database's clock; ISO 8601, UTC. */
  readonly startedAt: string;
  readonly isDryRun: boolean;
  /** Everything was looked at; not so when the job was told to end. */
  readonly isComplete: boolean;
  /** Classes of which something was past its time. */
  readonly deleted: readonly ClassReport[];
  /** What could not be deleted, and why. The next run tries again. */
  readonly problems: readonly string[];
}

/** What is attempted on a store too. */
const USES_STORE = /^(recordings|exports)/;

/** Throws {@link RetentionRefusedError}, and what keeps it from beginning at all. */
export async function runRetention(options: RetentionOptions): Promise<RetentionReport> {
  const { database, isDryRun = false, actor, signal = new AbortController().signal } = options;
  const { nowMs, terms } = await prepare(options);
  const report: ClassReport[] = [];
  const problems: string[] = [];
  const tell = (done: ClassReport) => {
    if (done.count === 0) return;
    report.push(done);
    options.onDone?.(done);
  };
  const attempt = async (what: string, work: () => Promise<void>) => {
    if (signal.aborted) return;
    try {
      await work();
    } catch (error) {
      // Without the database nothing else can be done either; without a store, much.
      if (isUnavailable(error) && !USES_STORE.test(what)) throw error;
      problems.push(`${what}: ${describeFailure(error)}`);
    }
  };

  const runId = isDryRun ? undefined : await beginRun(database, actor);
  for (const [tenantId, its] of byTenant(terms)) {
    for (const term of its)
      await attempt(`${term.dataClass} of tenant ${tenantId}`, async () => {
        const count = isDryRun ? await due(database, term) : await deleteClass(options, term, signal);
        tell({ tenantId, dataClass: term.dataClass, days: term.days, count });
      });
    if (!isDryRun)
      await attempt(`callers of tenant ${tenantId}`, async () => {
        let count = 0;
        for await (const { rows } of forgetCallers(database, tenantId)) count += rows;
        tell({ tenantId, dataClass: 'callers', count });
      });
  }
  if (!isDryRun) await sweep(options, { nowMs, terms, tell, attempt });
  if (runId !== undefined) await finishRun(database, actor, { runId, report, isComplete: !signal.aborted });
  return {
    startedAt: new Date(nowMs).toISOString(),
    isDryRun,
    isComplete: !signal.aborted,
    deleted: report,
    problems,
  };
}

async function prepare({ database, isDryRun, isForced, now = Date.now }: RetentionOptions) {
  return database.within(WHOLE_CELL, async (transaction) => {
    const clocks = await readClocks(transaction, now);
    const refusal =
      clocksDisagree(clocks) ??
      (isForced || isDryRun || !mayHaveLeapt(clocks)
        ? undefined
        : tooMuchAtOnce(clocks, await readShares(transaction)));
    if (refusal !== undefined) throw new RetentionRefusedError(refusal);
    return { nowMs: clocks.databaseMs, terms: await retentionTerms(transaction) };
  });
}

interface Sweep {
  readonly nowMs: number;
  readonly terms: readonly Term[];
  readonly tell: (done: ClassReport) => void;
  readonly attempt: (what: string, work: () => Promise<void>) => Promise<void>;
}

async function sweep({ recordings, exports }: RetentionOptions, { nowMs, terms, tell, attempt }: Sweep): Promise<void> {
  const days = new Map(
    terms.filter(({ dataClass }) => dataClass === 'recordings').map((term) => [term.tenantId, term.days]),
  );
  await attempt('recordings without a row', async () => {
    const swept = recordings
      ? await sweepRecordings(recordings, { nowMs, daysOf: (tenantId) => days.get(tenantId) })
      : [];
    for (const [tenantId, count] of swept)
      tell({ tenantId, dataClass: 'recording-objects', days: days.get(tenantId), count });
  });
  await attempt('exports', async () => {
    const count = exports ? await sweepExports(exports, nowMs) : 0;
    tell({ dataClass: 'exports', count });
  });
}
