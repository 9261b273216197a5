/**
 * Rows and objects of one person, deleted a few at a time. What was deleted and how much of it is written down in the
 * same transaction, so that a process that goes on after another died counts nothing twice.
 */
import type { Queryable } from '../../data/database.ts';
import { archiveKey } from './archive/key.ts';
import { findCaller } from './caller.ts';
import { countObjects, discardUnfinished } from './objects.ts';
import { nextBatch } from './pacing.ts';
import { plus, type RequestWork } from './work.ts';

const CONVERSATIONS_A_STEP = 20;
const RECORDINGS_A_STEP = 50;
const FIRST_BATCH = 200;

/** What is meant: all there is, or what began before a moment. */
export interface Extent {
  /** ISO 8601. @default no limit */
  readonly until?: string;
}

/** Deletes until nothing is left. What begins meanwhile is deleted too, unless the extent says otherwise. */
export async function eraseEverything(work: RequestWork, extent: Extent = {}): Promise<void> {
  while (await markErased(work, extent)) {
    while (await eraseSomeRecordings(work)) await work.rest();
    await eraseConversations(work);
    if (await forgetCaller(work, extent)) return;
    await work.rest();
  }
}

/**
 * From this moment on nothing of these conversations is written any more, whoever holds it: a call that is up, a queue
 * that waited. The lock holds back whoever writes events of the tenant, and is held back by them.
 * @returns false when there is nobody of that number
 */
async function markErased(work: RequestWork, { until = 'infinity' }: Extent): Promise<boolean> {
  const { subjectHash, request } = work.claimed;
  return work.step(async (transaction) => {
    await lockTenant(transaction, work.tenantId);
    const caller = await findCaller(transaction, subjectHash);
    if (!caller) return { result: false, progress: work.progress };
    const marked = await transaction.query<{ live: boolean }>(
      `with mine as (
         select id, ended_at is null as live from conversations where caller_id = $1 and started_at <= $2
         union all
         -- Retention may have left what belongs to a conversation that is gone.
         select conversation_id, false from recordings where caller_id = $1 and started_at <= $2
           and not exists (select from conversations where conversations.id = conversation_id)
       ), marked as (
         insert into erasures (conversation_id, tenant_id, request_id) select distinct id, $4::uuid, $3::uuid from mine
         on conflict (conversation_id) do update set request_id = excluded.request_id
           where erasures.request_id is distinct from excluded.request_id
         returning conversation_id
       )
       select live from marked join mine on id = conversation_id`,
      [caller.id, until, request.id, work.tenantId],
    );
    const counts = plus(work.progress.counts, { liveCalls: marked.filter(({ live }) => live).length });
    return { result: true, progress: { ...work.progress, phase: 'erasing', callerId: caller.id, counts } };
  });
}

/** `for update`, since the events of calls are written under `for key share`. */
async function lockTenant(transaction: Queryable, tenantId: string): Promise<void> {
  await transaction.query('select 1 from tenants where id = $1 for update', [tenantId]);
}

/** Objects first: a row without its object is deleted again, an object without its row would never be found. */
async function eraseSomeRecordings(work: RequestWork): Promise<boolean> {
  const { request } = work.claimed;
  const recordings = await work.look((transaction) =>
    transaction.query<{ id: string; object_key: string; outcome: string | null }>(
      `select id, object_key, outcome from recordings
       where conversation_id in (select conversation_id from erasures where request_id = $1) order by id limit $2`,
      [request.id, RECORDINGS_A_STEP],
    ),
  );
  if (recordings.length === 0) return false;
  const keys = recordings.map(({ object_key: key }) => key);
  const unfinished = recordings.filter(({ outcome }) => outcome === null).map(({ object_key: key }) => key);
  await eraseObjects(work, 'recordings', keys, unfinished);
  await work.step(async (transaction) => {
    const gone = await transaction.query('delete from recordings where id = any($1::uuid[]) returning id', [
      recordings.map(({ id }) => id),
    ]);
    const counts = plus(work.progress.counts, { recordings: gone.length });
    const known = new Set([...(work.progress.unfinished ?? []), ...unfinished]);
    return { result: undefined, progress: { ...work.progress, counts, unfinished: [...known] } };
  });
  return true;
}

/** Copies of his data that were made for him earlier. */
export async function eraseArchives(work: RequestWork): Promise<void> {
  const { subjectHash, request } = work.claimed;
  const earlier = await work.look((transaction) =>
    transaction.query<{ id: string; tenant_id: string; kept: boolean }>(
      `select id, tenant_id, coalesce(result ? 'archive', false) as kept from subject_requests
       where subject_hash = decode($1, 'hex') and kind in ('access', 'export') and id <> $2 and requested_at <= $3`,
      [subjectHash, request.id, request.requestedAt],
    ),
  );
  if (earlier.length === 0) return;
  const keys = earlier.map(({ id, tenant_id: tenantId }) => archiveKey({ id, tenantId }));
  await eraseObjects(work, 'exports', keys, keys);
  await work.step(async (transaction) => {
    const gone = await transaction.query(
      `update subject_requests set result = result - 'archive' where id = any($1::uuid[]) and result ? 'archive' returning id`,
      [earlier.map(({ id }) => id)],
    );
    const counts = plus(work.progress.counts, { archives: gone.length });
    return { result: undefined, progress: { ...work.progress, counts } };
  });
}

/** Throws unless they are gone. */
export async function eraseObjects(
  work: RequestWork,
  which: 'recordings' | 'exports',
  keys: readonly string[],
  unfinished: readonly string[],
): Promise<void> {
  const store = work.stores[which];
  if (!store) throw new Error(`nothing says where the ${which} are: expected the store of the cell`);
  await discardUnfinished(store, unfinished);
  await store.delete(keys);
  const left = await countObjects(store, keys);
  if (left > 0) throw new Error(`${left} of ${keys.length} objects in the store of ${which} are still there`);
}

/** Events first, a batch at a time: a conversation that took its thousands of events along would hold up calls. */
async function eraseConversations(work: RequestWork): Promise<void> {
  const { request } = work.claimed;
  let batch = FIRST_BATCH;
  for (;;) {
    const limit = batch;
    const isDone = await work.step(async (transaction) => {
      const mine = await transaction.query<{ id: string }>(
        `select id from conversations where id in (select conversation_id from erasures where request_id = $1)
         order by id limit $2`,
        [request.id, CONVERSATIONS_A_STEP],
      );
      if (mine.length === 0) return { result: true, progress: work.progress };
      const ids = mine.map(({ id }) => id);
      const events = await transaction.query(
        `delete from conversation_events where ctid = any(array(
           select ctid from conversation_events where conversation_id = any($1::uuid[]) limit $2
         )) returning 1 as gone`,
        [ids, limit],
      );
      const isLast = events.length < limit;
      const consents = isLast
        ? await rowsGone(transaction, 'delete from consents where conversation_id = any($1::uuid[])', ids)
        : 0;
      const conversations = isLast
        ? await rowsGone(transaction, 'delete from conversations where id = any($1::uuid[])', ids)
        : 0;
      const counts = plus(work.progress.counts, { events: events.length, consents, conversations });
      return { result: false, progress: { ...work.progress, counts } };
    });
    if (isDone) return;
    batch = nextBatch(batch, work.tookMs);
    await work.rest();
  }
}

async function rowsGone(transaction: Queryable, statement: string, ids: readonly string[]): Promise<number> {
  return (await transaction.query(`${statement} returning 1 as gone`, [ids])).length;
}

/**
 * The last row that says who he is. If he opted out, a new one says only that, and nothing in the audit points to it. @returns false when a call of his has begun meanwhile that is to be erased too
 */
async function forgetCaller(work: RequestWork, { until }: Extent): Promise<boolean> {
  return work.step(async (transaction) => {
    await lockTenant(transaction, work.tenantId);
    const caller = await findCaller(transaction, work.claimed.subjectHash);
    if (!caller) return { result: true, progress: work.progress };
    const [left] = await transaction.query<{ calls: boolean }>(
      `select exists (select from conversations where caller_id = $1) as calls`,
      [caller.id],
    );
    // New calls are not meant where there is a limit.
    if (left?.calls) return { result: until !== undefined, progress: work.progress };
    const { optedOutAt } = caller;
    const isMark = optedOutAt?.getTime() === caller.firstCalledAt.getTime();
    // Retention may have left rows of conversations that are gone.
    const consents = await transaction.query('delete from consents where caller_id = $1 returning 1 as gone', [
      caller.id,
    ]);
    await transaction.query('delete from callers where id = $1', [caller.id]);
    if (optedOutAt)
      await transaction.query(
        `insert into callers (tenant_id, number_hash, first_called_at, opted_out_at) values ($1, decode($2, 'hex'), $3, $3)`,
        [work.tenantId, work.claimed.subjectHash, optedOutAt],
      );
    const counts = plus(work.progress.counts, { callers: isMark ? 0 : 1, consents: consents.length });
    return { result: true, progress: { ...work.progress, counts } };
  });
}
