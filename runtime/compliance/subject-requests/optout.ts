/** From now on his data is used for nothing but the calls themselves. */
import { findCaller } from './caller.ts';
import { concluded } from './conclude.ts';
import { withdrawConsents } from './withdraw.ts';
import type { RequestWork } from './work.ts';

/**
 * Somebody who never called is remembered too: he has asked not to be recorded when he does. A recording that is being
 * made of him stops; what was made before stays, unless he withdraws his consent for it.
 */
export async function optOut(work: RequestWork): Promise<void> {
  const { subjectHash } = work.claimed;
  await work.finish(async (transaction) => {
    await transaction.query(
      `insert into callers (tenant_id, number_hash, opted_out_at) values ($1, decode($2, 'hex'), now())
       on conflict (tenant_id, number_hash) do update set opted_out_at = coalesce(callers.opted_out_at, excluded.opted_out_at)`,
      [work.tenantId, subjectHash],
    );
    const caller = await findCaller(transaction, subjectHash);
    const stopped = caller ? await withdrawConsents(transaction, caller.id, { onlyLive: true }) : 0;
    await concluded(work, transaction, {
      callerId: caller?.id,
      result: { counts: { liveRecordingsStopped: stopped } },
    });
  });
}
