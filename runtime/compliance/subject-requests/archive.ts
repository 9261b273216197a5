/**
 * A copy of all that is held of a person, as one archive in the store of exports. What it holds follows from the moment
 * he asked: after a crash it is written again from the beginning, to the same place, and is the same.
 */
import { EXPORT_RETENTION_DAYS } from '../../../regions/retention.ts';
import { archiveFiles } from './archive/files.ts';
import { archiveKey } from './archive/key.ts';
import { zip } from './archive/zip.ts';
import { findCaller } from './caller.ts';
import { concluded } from './conclude.ts';
import { discardUnfinished } from './objects.ts';
import type { Counts, RequestKind } from './request.ts';
import type { RequestWork } from './work.ts';

const DAY_MS = 86_400_000;

export async function exportArchive(work: RequestWork): Promise<void> {
  const { request, subjectHash } = work.claimed;
  const { exports, recordings } = work.stores;
  if (!exports) throw new Error('nothing says where the exports are: expected the store of the cell');
  const found = await work.look(async (transaction) => ({
    caller: await findCaller(transaction, subjectHash),
    tenant: await transaction.query<{ name: string }>('select name from tenants where id = $1', [work.tenantId]),
    earlier: await transaction.query<{ id: string; kind: RequestKind; requested_at: Date }>(
      `select id, kind, requested_at from subject_requests
       where subject_hash = decode($1, 'hex') and (requested_at, id) < ($2, $3) order by requested_at, id`,
      [subjectHash, request.requestedAt, request.id],
    ),
  }));
  const key = archiveKey(request);
  // What an attempt that was killed has left.
  await discardUnfinished(exports, [key]);
  let counts: Counts = { conversations: 0, events: 0, consents: 0, recordings: 0, accesses: 0 };
  const none = counts;
  const files = archiveFiles({
    look: (query) => work.look(query, counts),
    request,
    tenant: found.tenant[0]?.name ?? '',
    region: work.region,
    caller: found.caller,
    earlier: found.earlier.map(({ id, kind, requested_at: at }) => ({ id, kind, requestedAt: at.toISOString() })),
    recordings,
    onCounts: (written) => {
      counts = { ...none, ...written };
    },
  });
  const { bytes } = await exports.put(key, zip(files, new Date(request.requestedAt)), {
    contentType: 'application/zip',
    retentionDays: EXPORT_RETENTION_DAYS,
    onFailure: 'discard',
    signal: work.signal,
  });
  const keptUntil = new Date(Date.now() + EXPORT_RETENTION_DAYS * DAY_MS).toISOString();
  await work.finish((transaction) =>
    concluded(work, transaction, {
      callerId: found.caller?.id,
      result: { counts, archive: { key, bytes, keptUntil } },
      details: { archive: key, bytes },
    }),
  );
}
