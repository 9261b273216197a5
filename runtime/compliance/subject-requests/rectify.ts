/** What a transcript has wrong of him is put right, in every conversation of his up to his asking. */
import type { Queryable } from '../../data/database.ts';
import { findCaller } from './caller.ts';
import { concluded } from './conclude.ts';
import { CORRECTED_EVENTS, correct } from './correction.ts';
import type { Correction } from './request.ts';
import { plus, type RequestWork } from './work.ts';

const NO_ID = '00000000-0000-0000-0000-000000000000';
const RECORDINGS_NOTE = 'Recordings hold what was said and are not changed.';

export async function rectify(work: RequestWork): Promise<void> {
  const { correction, subjectHash, request } = work.claimed;
  if (!correction) throw new Error('a request to rectify does not say what');
  const caller = await work.look((transaction) => findCaller(transaction, subjectHash));
  if (caller) while (await correctNext(work, caller.id, correction, request.requestedAt)) await work.rest();
  await work.finish((transaction) =>
    concluded(work, transaction, {
      callerId: caller?.id,
      result: {
        counts: { conversations: 0, events: 0, replaced: 0, ...work.progress.counts },
        note: RECORDINGS_NOTE,
      },
    }),
  );
}

/** One conversation, whole: a correction that was made is not made again, even where the new text holds the old. */
async function correctNext(
  work: RequestWork,
  callerId: string,
  correction: Correction,
  until: string,
): Promise<boolean> {
  return work.step(async (transaction) => {
    const [next] = await transaction.query<{ id: string }>(
      `select id from conversations where caller_id = $1 and id > $2 and started_at <= $3 order by id limit 1`,
      [callerId, work.progress.after ?? NO_ID, until],
    );
    if (!next) return { result: false, progress: work.progress };
    const { events, replaced } = await correctConversation(transaction, next.id, correction, until);
    const counts = plus(work.progress.counts, { conversations: Number(events > 0), events, replaced });
    return { result: true, progress: { ...work.progress, phase: 'transcripts', after: next.id, counts } };
  });
}

async function correctConversation(transaction: Queryable, id: string, correction: Correction, at: string) {
  const rows = await transaction.query<{ sequence: number; type: string; body: Record<string, unknown> }>(
    'select sequence, type, body from conversation_events where conversation_id = $1 and type = any($2) order by sequence',
    [id, CORRECTED_EVENTS],
  );
  let events = 0;
  let replaced = 0;
  for (const row of rows) {
    const corrected = correct(row, correction, at);
    if (!corrected) continue;
    events += 1;
    replaced += corrected.replaced;
    await transaction.query('update conversation_events set body = $3 where conversation_id = $1 and sequence = $2', [
      id,
      row.sequence,
      JSON.stringify(corrected.body),
    ]);
  }
  return { events, replaced };
}
