/** An archive that was not fetched in time is a copy of personal data that nobody needs. */
import type { Database } from '../../data/database.ts';
import { WHOLE_CELL } from '../../data/scope.ts';
import type { ObjectStore } from '../../objects/store.ts';

const AT_ONCE = 100;

/** A bucket deletes by itself, too; a folder does not. */
export async function discardExpired(database: Pick<Database, 'within'>, exports: ObjectStore): Promise<number> {
  const expired = await database.within(WHOLE_CELL, (transaction) =>
    transaction.query<{ id: string; key: string }>(
      `select id, result -> 'archive' ->> 'key' as key from subject_requests
       where result ? 'archive' and (result -> 'archive' ->> 'keptUntil')::timestamptz < now() limit $1`,
      [AT_ONCE],
    ),
  );
  if (expired.length === 0) return 0;
  await exports.delete(expired.map(({ key }) => key));
  await database.within(WHOLE_CELL, (transaction) =>
    transaction.query(`update subject_requests set result = result - 'archive' where id = any($1::uuid[])`, [
      expired.map(({ id }) => id),
    ]),
  );
  return expired.length;
}
