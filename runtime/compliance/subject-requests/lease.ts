/**
 * One process works on a request at a time. It holds a lease, which every step of its work renews in the step's own
 * transaction: a process that was thought dead and is not can do nothing any more, and one that is dead loses nothing but
 * the step it was in.
 */
import type { Database, Queryable } from '../../data/database.ts';
import { WHOLE_CELL } from '../../data/scope.ts';
import type { Actor } from '../audit/audit.ts';
import {
  type Correction,
  REQUEST_COLUMNS,
  REQUEST_KINDS,
  type RequestKind,
  type RequestProgress,
  type RequestResult,
  type RequestRow,
  type SubjectRequest,
  toRequest,
} from './request.ts';

/** A process that is silent for so long is dead. */
export const LEASE_MS = 60_000;
/** What failed so often is not tried again by itself. */
export const MOST_ATTEMPTS = 8;

/** Another process has taken the request over. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
}

export interface Claimed {
  readonly request: SubjectRequest;
  /** Keyed hash of the person's number, hex. */
  readonly subjectHash: string;
  readonly correction?: Correction;
  /** Who asked for it. */
  readonly actor: Actor;
  /** How often it was begun, this time included. */
  readonly attempts: number;
}

interface ClaimedRow extends RequestRow {
  hash: string;
  input: Correction | null;
  actor: string;
  reason: string;
  attempts: number;
}

/** Requests of one person are answered in the order in which they came. */
const CLAIM = `
  update subject_requests set state = case when state = 'done' then state else 'running' end, worker = $1,
    leased_until = now() + $2 * interval '1 ms', attempts = attempts + 1
  where id = (
    select id from subject_requests as wanted
    where ($3::uuid is null or id = $3 or ($5 and state <> 'done' and exists (
        select from subject_requests as asked
        where asked.id = $3 and asked.tenant_id = wanted.tenant_id and asked.subject_hash = wanted.subject_hash
          and asked.state in ('received', 'running') and (wanted.requested_at, wanted.id) < (asked.requested_at, asked.id)
      )))
      and kind = any($4) and subject_hash is not null and (leased_until is null or leased_until < now())
      and (state in ('received', 'running') or (state = 'done' and look_again_at <= now()))
      and not exists (
        select from subject_requests as earlier
        where earlier.tenant_id = wanted.tenant_id and earlier.subject_hash = wanted.subject_hash
          and earlier.state in ('received', 'running') and wanted.state <> 'done'
          and (earlier.requested_at, earlier.id) < (wanted.requested_at, wanted.id)
      )
    order by requested_at, id limit 1
    for update skip locked
  )
  returning ${REQUEST_COLUMNS}, encode(subject_hash, 'hex') as hash, input, actor, reason, attempts`;

export interface Wanted {
  /** @default any */
  readonly id?: string;
  /** Or one of the same person that must be answered before it. */
  readonly orEarlier?: boolean;
  /** For which the process has the means. @default all of them */
  readonly kinds?: readonly RequestKind[];
}

/** The request that has waited longest of those that are wanted; undefined when there is nothing to do. */
export async function claimRequest(
  database: Pick<Database, 'within'>,
  worker: string,
  { id, orEarlier = false, kinds = REQUEST_KINDS }: Wanted = {},
): Promise<Claimed | undefined> {
  const [row] = await database.within(WHOLE_CELL, (transaction) =>
    transaction.query<ClaimedRow>(CLAIM, [worker, LEASE_MS, id ?? null, kinds, orEarlier]),
  );
  if (!row) return undefined;
  const { hash: subjectHash, input, actor, reason, attempts } = row;
  return {
    request: toRequest(row),
    subjectHash,
    correction: input ?? undefined,
    actor: { id: actor, reason },
    attempts,
  };
}

/** Renews the lease and writes how far the work has come. Throws {@link LeaseLostError}. */
export async function renewLease(
  transaction: Queryable,
  { id, worker, progress }: { readonly id: string; readonly worker: string; readonly progress: RequestProgress },
): Promise<void> {
  const held = await transaction.query(
    `update subject_requests set progress = $3, leased_until = now() + $4 * interval '1 ms'
     where id = $1 and worker = $2 returning id`,
    [id, worker, JSON.stringify(progress), LEASE_MS],
  );
  if (held.length === 0) throw new LeaseLostError('another process works on the request');
}

/** The request is answered. What was to be corrected is not kept. Throws {@link LeaseLostError}. */
export async function completeRequest(
  transaction: Queryable,
  done: { readonly id: string; readonly worker: string; readonly result: RequestResult; readonly lookAgainMs?: number },
): Promise<void> {
  const { id, worker, result, lookAgainMs = null } = done;
  const held = await transaction.query(
    `update subject_requests set state = 'done', completed_at = coalesce(completed_at, now()), result = $3, input = null,
       worker = null, leased_until = null, attempts = 0, look_again_at = now() + $4::float8 * interval '1 ms'
     where id = $1 and worker = $2 returning id`,
    [id, worker, JSON.stringify(result), lookAgainMs],
  );
  if (held.length === 0) throw new LeaseLostError('another process works on the request');
}

/** The attempt failed: later again, or never; then what was to be corrected is not kept. Nothing happens when another process has taken over. */
export async function giveBack(
  database: Pick<Database, 'within'>,
  attempt: {
    readonly id: string;
    readonly worker: string;
    readonly afterMs: number;
    readonly error: string;
    readonly isLast: boolean;
  },
): Promise<void> {
  const { id, worker, afterMs, error, isLast } = attempt;
  await database.within(WHOLE_CELL, (transaction) =>
    transaction.query(
      `update subject_requests set state = case when state = 'done' then state when $5 then 'failed' else 'received' end,
         input = case when $5 then null else input end, worker = null, leased_until = now() + $3 * interval '1 ms', progress = progress || jsonb_build_object('lastError', $4::text)
       where id = $1 and worker = $2`,
      [id, worker, afterMs, error, isLast],
    ),
  );
}

/** Answered with a no, unless somebody works on it. @returns whether it was */
export async function refuseRequest(
  transaction: Queryable,
  { id, because }: { readonly id: string; readonly because: string },
): Promise<boolean> {
  const refused = await transaction.query(
    `update subject_requests set state = 'refused', completed_at = now(), input = null, worker = null,
       result = jsonb_build_object('note', $2::text)
     where id = $1 and (state = 'failed' or (state in ('received', 'running') and (leased_until is null or leased_until < now() or worker is null)))
     returning id`,
    [id, because],
  );
  return refused.length > 0;
}
