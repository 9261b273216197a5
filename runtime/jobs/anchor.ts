/**
 * Writes down, outside the database, where the audit trail ends today. Whoever owns the database can rewrite all of the
 * trail, but not what an anchor says of it. Before a new one is written the trail is held against the last: an anchor of
 * a trail that was tampered with would hide it.
 */
import { ANCHOR_RETENTION_DAYS } from '../../regions/retention.ts';
import type { ChainHead, ChainProblem } from '../compliance/audit/chain.ts';
import { verifyAudit } from '../compliance/audit/read.ts';
import type { Database } from '../data/database.ts';
import type { ObjectStore } from '../objects/store.ts';

/** `audit/2026-11-25.json` */
const PREFIX = 'audit/';

export interface Anchored {
  readonly head: ChainHead;
  readonly entries: number;
  readonly problems: readonly ChainProblem[];
}

/** Writes no anchor when there are problems. */
export async function anchorAudit(
  database: Pick<Database, 'within'>,
  store: ObjectStore,
  { region, day }: { readonly region: string; readonly day: string },
): Promise<Anchored> {
  const last = await lastAnchor(store);
  const { head, entries, problems } = await verifyAudit(database, last ? [last] : []);
  if (problems.length === 0) {
    const { position, hash } = head;
    const text = `${JSON.stringify({ region, day, position, hash })}\n`;
    const options = {
      contentType: 'application/json',
      retentionDays: ANCHOR_RETENTION_DAYS,
      onFailure: 'discard',
    } as const;
    await store.put(`${PREFIX}${day}.json`, once(text), options);
  }
  return { head, entries, problems };
}

async function lastAnchor(store: ObjectStore): Promise<ChainHead | undefined> {
  let last: string | undefined;
  for await (const { key } of store.list(PREFIX)) last = key;
  const body = last === undefined ? undefined : await store.get(last);
  if (!body) return undefined;
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  const { position, hash } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as ChainHead;
  if (!(Number.isSafeInteger(position) && position >= 0 && /^[0-9a-f]{64}$/.test(hash)))
    throw new Error(`${last} is no anchor of an audit trail`);
  // Nothing had happened yet: it says nothing that is not known.
  return position === 0 ? undefined : { position, hash };
}

async function* once(text: string) {
  yield Buffer.from(text);
}
