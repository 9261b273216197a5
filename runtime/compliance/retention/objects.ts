/** What is kept outside the database: recordings, whose rows say where, and exports, which have none. */
import { ANALYTICS_RETENTION_DAYS, ANCHOR_RETENTION_DAYS, EXPORT_RETENTION_DAYS } from '../../../regions/retention.ts';
import type { Database } from '../../data/database.ts';
import { adminOf } from '../../data/scope.ts';
import { isUuid } from '../../data/uuid.ts';
import { checkKey } from '../../objects/keys.ts';
import type { ObjectStore } from '../../objects/store.ts';
import { idsOf, RECORDINGS_PREFIX } from '../../recording/keys.ts';
import type { Batch, Deleted } from './batches.ts';

/** A recording that is past its time is written by nobody any more. */
const QUIET_MS = 60_000;
const DAY_MS = 86_400_000;
/** Objects that are deleted in one request. */
const MOST_OBJECTS = 500;

/**
 * Objects first, then their rows: cut off in between, the row is still there and says what to delete again. No lock is
 * held while the store works.
 */
export async function deleteRecordings(
  database: Pick<Database, 'within'>,
  store: ObjectStore,
  { tenantId, days, most }: Batch,
): Promise<Deleted> {
  const scope = adminOf(tenantId);
  const due = await database.within(scope, (transaction) =>
    transaction.query<{ id: string; object_key: string; growing: boolean }>(
      `select id, object_key, outcome is null as growing from recordings
       where tenant_id = $1 and started_at < now() - make_interval(days => $2) order by started_at limit $3`,
      [tenantId, days, most],
    ),
  );
  if (due.length === 0) return { rows: 0, isLast: true };
  // What is no key names no object.
  const keys = due.filter(({ object_key: key }) => isKey(key));
  for (const { object_key: key } of keys.filter(({ growing }) => growing))
    for await (const unfinished of store.unfinished(key, { quietForMs: QUIET_MS })) await unfinished.discard();
  await store.delete(keys.map(({ object_key: key }) => key));
  const gone = await database.within(scope, (transaction) =>
    transaction.query('delete from recordings where id = any ($1) returning id', [due.map(({ id }) => id)]),
  );
  return { rows: gone.length, isLast: due.length < most };
}

function isKey(text: string): boolean {
  try {
    checkKey(text);
    return true;
  } catch {
    return false;
  }
}

/** Recordings no row speaks of: the call's own words about them were lost. Answers how many were deleted, by tenant. */
export async function sweepRecordings(
  store: ObjectStore,
  { nowMs, daysOf }: { readonly nowMs: number; daysOf(tenantId: string): number | undefined },
): Promise<Map<string, number>> {
  const swept = new Map<string, number>();
  const tenantOf = (key: string) => idsOf(key)?.tenantId ?? key.slice(RECORDINGS_PREFIX.length).split('/')[0] ?? '';
  const isPast = ({ key, modifiedAt }: { readonly key: string; readonly modifiedAt: Date }) => {
    const tenantId = tenantOf(key);
    const days = isUuid(tenantId) ? daysOf(tenantId) : undefined;
    return days !== undefined && isOlder(modifiedAt, days, nowMs);
  };
  for await (const keys of pagesOf(store, RECORDINGS_PREFIX, isPast)) {
    await store.delete(keys);
    for (const tenantId of keys.map(tenantOf)) swept.set(tenantId, (swept.get(tenantId) ?? 0) + 1);
  }
  return swept;
}

const EXPORT_DAYS: Readonly<Record<string, number>> = {
  analytics: ANALYTICS_RETENTION_DAYS,
  audit: ANCHOR_RETENTION_DAYS,
};

/** What is neither analytics nor an anchor was made for a person who asked. */
const exportDays = (key: string): number => EXPORT_DAYS[key.split('/')[0] ?? ''] ?? EXPORT_RETENTION_DAYS;

/** Exports past their time. Answers how many were deleted. */
export async function sweepExports(store: ObjectStore, nowMs: number): Promise<number> {
  let count = 0;
  // Of a job that died while it wrote: a bucket's lifecycle does the same.
  for await (const unfinished of store.unfinished('', { quietForMs: DAY_MS })) await unfinished.discard();
  for await (const keys of pagesOf(store, '', ({ key, modifiedAt }) => isOlder(modifiedAt, exportDays(key), nowMs))) {
    await store.delete(keys);
    count += keys.length;
  }
  return count;
}

const isOlder = (at: Date, days: number, nowMs: number): boolean => nowMs - at.getTime() > days * DAY_MS;

type Listed = { readonly key: string; readonly modifiedAt: Date };

async function* pagesOf(
  store: ObjectStore,
  prefix: string,
  isPast: (found: Listed) => boolean,
): AsyncGenerator<string[]> {
  let keys: string[] = [];
  for await (const found of store.list(prefix)) {
    if (!isPast(found)) continue;
    keys.push(found.key);
    if (keys.length === MOST_OBJECTS) {
      yield keys;
      keys = [];
    }
  }
  if (keys.length > 0) yield keys;
}
