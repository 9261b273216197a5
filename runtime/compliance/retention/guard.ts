/**
 * What keeps a wrong clock from deleting everything. Rows carry the time of the process that wrote them, and the job
 * compares it with the database's: it does not begin when the two disagree, nor when it looks as if time had leapt.
 */
import type { Queryable } from '../../data/database.ts';
import { DEFAULT_DAYS } from './classes.ts';

/** The job will not delete. The message says why, and what to do. */
export class RetentionRefusedError extends Error {
  override readonly name = 'RetentionRefusedError';
}

/** Clocks that are kept by a time service differ by far less. */
export const MOST_CLOCK_DIFFERENCE_MS = 300_000;
/** A job that runs every day has not run for so long only when something is wrong: with it, or with the clock. */
export const LONGEST_BREAK_MS = 3 * 86_400_000;
/** Fewer rows than that are no catastrophe, and a small cell may well have nothing but old ones. */
export const FEW_ROWS = 1_000;

export interface Clocks {
  readonly processMs: number;
  readonly databaseMs: number;
  /** When the job was last done, by the database's clock. */
  readonly lastRunMs?: number;
}

export interface Share {
  readonly dataClass: string;
  /** Rows past their time. */
  readonly due: number;
  readonly total: number;
}

/** Why not to trust the clocks at all; undefined when they agree. */
export function clocksDisagree({ processMs, databaseMs }: Clocks): string | undefined {
  const differenceMs = Math.abs(processMs - databaseMs);
  if (differenceMs <= MOST_CLOCK_DIFFERENCE_MS) return undefined;
  return (
    `the clock of the database says ${iso(databaseMs)}, that of this process ${iso(processMs)}: ` +
    `${Math.round(differenceMs / 60_000)} minutes apart, expected at most ${MOST_CLOCK_DIFFERENCE_MS / 60_000}. ` +
    'Put right whichever is wrong, then run it again'
  );
}

/** Time may have leapt: nobody knows that the clock was the same one yesterday. */
export function mayHaveLeapt({ databaseMs, lastRunMs }: Clocks): boolean {
  if (lastRunMs === undefined) return true;
  return databaseMs - lastRunMs > LONGEST_BREAK_MS || lastRunMs - databaseMs > MOST_CLOCK_DIFFERENCE_MS;
}

/** Why the shares look as if time had leapt; undefined when they do not. */
export function tooMuchAtOnce({ databaseMs, lastRunMs }: Clocks, shares: readonly Share[]): string | undefined {
  const suspicious = shares.filter(({ due, total }) => due > FEW_ROWS && due * 2 > total);
  if (suspicious.length === 0) return undefined;
  const found = suspicious.map(({ dataClass, due, total }) => `${due} of ${total} rows of ${dataClass}`).join(', ');
  const last = lastRunMs === undefined ? 'it has never run here' : `it last ran at ${iso(lastRunMs)}`;
  return (
    `would delete ${found}: more than half, and ${last} while the clock now says ${iso(databaseMs)}. ` +
    'Look at the clock. If it is right (the job stood still, or is new), run it once with --force'
  );
}

export async function readClocks(transaction: Queryable, processNow: () => number): Promise<Clocks> {
  const askedMs = processNow();
  const [row] = await transaction.query<{ now_ms: number; last_ms: number | null }>(
    `select extract(epoch from clock_timestamp())::float8 * 1000 as now_ms,
       (select extract(epoch from max(finished_at))::float8 * 1000 from retention_runs) as last_ms`,
  );
  return {
    processMs: (askedMs + processNow()) / 2,
    databaseMs: row?.now_ms ?? Number.NaN,
    lastRunMs: row?.last_ms ?? undefined,
  };
}

/** Counts everything: only for the rare day on which time may have leapt. */
export async function readShares(transaction: Queryable): Promise<Share[]> {
  const rows = await transaction.query<{ data_class: string; due: number; total: number }>(
    `with terms as (select * from retention_terms($1)), rows as (
       select tenant_id, 'transcripts' as data_class, started_at as at from conversations where transcript_deleted_at is null
       union all select tenant_id, 'recordings', started_at from recordings
       union all select tenant_id, 'conversations', started_at from conversations
       union all select tenant_id, 'consents', asked_at from consents
     )
     select data_class, count(*) filter (where at < now() - make_interval(days => days))::float8 as due, count(*)::float8 as total
     from rows join terms using (tenant_id, data_class) group by 1 order by 1`,
    [DEFAULT_DAYS],
  );
  return rows.map(({ data_class: dataClass, due, total }) => ({ dataClass, due, total }));
}

const iso = (ms: number): string => new Date(ms).toISOString();
