/**
 * All that is held of a person is deleted: rows, recordings, earlier copies, and what a call that is up would still write.
 * Then it is counted again, and certified. A task may have been cut off from the database meanwhile: what it brings late
 * is looked for three times more, and then even the hash of the number is forgotten.
 */
import type { Queryable } from '../../data/database.ts';
import { findCaller } from './caller.ts';
import { amended, type Certificate, certify } from './certificate.ts';
import { concluded } from './conclude.ts';
import { eraseArchives, eraseEverything, eraseObjects } from './erase.ts';
import { completeRequest } from './lease.ts';
import { countObjects } from './objects.ts';
import { type Finding, recount } from './recount.ts';
import type { Counts, RequestResult } from './request.ts';
import type { RequestWork } from './work.ts';

/** After the deletion: a minute, an hour, a day. */
export const LOOKS_MS: readonly number[] = [60_000, 3_600_000, 86_400_000];

const NOTHING = { conversations: 0, events: 0, consents: 0, recordings: 0, archives: 0, callers: 0, liveCalls: 0 };

export async function deleteEverything(work: RequestWork): Promise<void> {
  const { request } = work.claimed;
  await eraseEverything(work);
  await eraseArchives(work);
  const objects = await recountObjects(work);
  await work.finish(async (transaction) => {
    const verification = [...(await verified(work, transaction)), ...objects];
    const [tenant] = await transaction.query<{ name: string; now: Date }>(
      'select name, now() from tenants where id = $1',
      [work.tenantId],
    );
    const left = await findCaller(transaction, work.claimed.subjectHash);
    const counts = { ...NOTHING, ...work.progress.counts };
    const certificate = certify({
      request,
      tenant: tenant!.name,
      region: work.region,
      completedAt: tenant!.now,
      deleted: counts,
      verification,
      hasOptedOut: left?.optedOutAt != null,
    });
    await concluded(work, transaction, {
      callerId: work.progress.callerId,
      result: { counts, certificate: { ...certificate } },
      lookAgainMs: LOOKS_MS[0],
      details: { certificate: certificate.hash },
    });
  });
}

/** A minute, an hour and a day after it was done. */
export async function lookAgain(work: RequestWork): Promise<void> {
  const { request, subjectHash } = work.claimed;
  const looks = (work.progress.looks ?? 0) + 1;
  const until = request.completedAt;
  const before = { ...NOTHING, ...request.result?.counts };
  await eraseEverything(work, { until });
  await eraseObjects(work, 'recordings', work.progress.unfinished ?? [], work.progress.unfinished ?? []);
  const counts = { ...NOTHING, ...work.progress.counts };
  await work.finish(async (transaction) => {
    await verified(work, transaction, until);
    const result = withLate(request.result ?? {}, difference(counts, before), counts);
    const next = LOOKS_MS[looks];
    const again = next === undefined ? undefined : next - (LOOKS_MS[looks - 1] ?? 0);
    await transaction.query(
      `update subject_requests set progress = (progress - 'callerId') || jsonb_build_object('looks', $2::int) where id = $1`,
      [request.id, looks],
    );
    await completeRequest(transaction, { id: request.id, worker: work.worker, result, lookAgainMs: again });
    if (next !== undefined) return;
    // Nothing of him can come any more: what he asked stays, that it was he does not.
    await transaction.query(
      `update subject_requests set subject_hash = null
       where subject_hash = decode($1, 'hex') and state in ('done', 'refused', 'failed') and requested_at <= $2`,
      [subjectHash, request.requestedAt],
    );
  });
}

/** Throws unless nothing is found. */
async function verified(work: RequestWork, transaction: Queryable, until?: string): Promise<Finding[]> {
  const findings = await recount(transaction, {
    requestId: work.claimed.request.id,
    // Who called again afterwards is there by right.
    callerId: until === undefined ? work.progress.callerId : undefined,
    subjectHash: work.claimed.subjectHash,
    until,
  });
  const left = findings.filter(({ found }) => found > 0);
  if (left.length === 0) return findings;
  const where = left.map(({ where: table, asked, found }) => `${found} in ${table} whose ${asked}`).join('; ');
  throw new Error(`a deletion has left rows behind: ${where}`);
}

async function recountObjects(work: RequestWork): Promise<Finding[]> {
  const { counts = {}, unfinished = [] } = work.progress;
  const left = work.stores.recordings ? await countObjects(work.stores.recordings, unfinished) : 0;
  if (left > 0) throw new Error(`${left} recordings that were being made are still there`);
  return [
    {
      where: 'store of recordings',
      asked: `each of ${counts.recordings ?? 0} objects after its deletion`,
      found: left,
    },
    { where: 'store of exports', asked: `each of ${counts.archives ?? 0} archives after its deletion`, found: 0 },
  ];
}

function withLate(result: RequestResult, more: Counts, counts: Counts): RequestResult {
  if (!result.certificate || Object.values(more).every((count) => count === 0)) return result;
  const certificate = amended(result.certificate as unknown as Certificate, {
    at: new Date().toISOString(),
    deleted: more,
  });
  return { ...result, counts, certificate: { ...certificate } };
}

function difference(after: Counts, before: Counts): Counts {
  return Object.fromEntries(Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)]));
}
