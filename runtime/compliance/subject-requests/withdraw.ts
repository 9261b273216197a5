/** His consent is taken back by later request: what rests on it is deleted, what is being made of it stops. */
import type { Queryable } from '../../data/database.ts';
import { findCaller } from './caller.ts';
import { concluded } from './conclude.ts';
import { discardUnfinished } from './objects.ts';
import { plus, type RequestWork } from './work.ts';

const RECORDINGS_A_STEP = 50;

/** @returns how many had not been withdrawn before */
export async function withdrawConsents(
  transaction: Queryable,
  callerId: string,
  { onlyLive }: { readonly onlyLive: boolean },
): Promise<number> {
  const withdrawn = await transaction.query(
    `update consents set withdrawn_at = now(), withdrawn_by = 'request'
     where caller_id = $1 and withdrawn_at is null and (answer is null or answer = 'yes')
       and (not $2 or conversation_id in (select id from conversations where caller_id = $1 and ended_at is null))
     returning id`,
    [callerId, onlyLive],
  );
  return withdrawn.length;
}

/** Who never called, or never agreed, has nothing to take back: done all the same. */
export async function withdrawConsent(work: RequestWork): Promise<void> {
  const caller = await work.look((transaction) => findCaller(transaction, work.claimed.subjectHash));
  if (caller) {
    // First of all, so that every task with a call of his stops recording it.
    await work.step(async (transaction) => {
      const consents = await withdrawConsents(transaction, caller.id, { onlyLive: false });
      const counts = plus(work.progress.counts, { consents });
      return { result: undefined, progress: { ...work.progress, phase: 'recordings', counts } };
    });
    while (await deleteSomeRecordings(work, caller.id)) await work.rest();
  }
  await work.finish((transaction) =>
    concluded(work, transaction, {
      callerId: caller?.id,
      result: { counts: { consents: 0, recordings: 0, ...work.progress.counts } },
    }),
  );
}

/** The object goes before its row says so: after a crash it is deleted again, which is harmless. */
async function deleteSomeRecordings(work: RequestWork, callerId: string): Promise<boolean> {
  const recordings = await work.look((transaction) =>
    transaction.query<{ id: string; object_key: string; outcome: string | null }>(
      `select id, object_key, outcome from recordings where caller_id = $1 and outcome is distinct from 'withdrawn'
       order by id limit $2`,
      [callerId, RECORDINGS_A_STEP],
    ),
  );
  if (recordings.length === 0) return false;
  const store = work.stores.recordings;
  if (!store) throw new Error('nothing says where the recordings are: expected the store of the cell');
  await discardUnfinished(
    store,
    recordings.filter(({ outcome }) => outcome === null).map(({ object_key: key }) => key),
  );
  await store.delete(recordings.map(({ object_key: key }) => key));
  await work.step(async (transaction) => {
    const marked = await transaction.query(
      `update recordings set outcome = 'withdrawn', finished_at = coalesce(finished_at, now()), bytes = 0, duration_ms = 0
       where id = any($1::uuid[]) and outcome is distinct from 'withdrawn' returning id`,
      [recordings.map(({ id }) => id)],
    );
    const counts = plus(work.progress.counts, { recordings: marked.length });
    return { result: undefined, progress: { ...work.progress, counts } };
  });
  return true;
}
