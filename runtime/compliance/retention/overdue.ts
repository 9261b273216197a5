/** What is still there although the job should have deleted it. Cheap enough to be asked once a minute by every task. */
import { RETENTION_GRACE_HOURS } from '../../../regions/retention.ts';
import type { Queryable } from '../../data/database.ts';
import { DEFAULT_DAYS } from './classes.ts';

/** Rows by class; at most a thousand of each tenant are counted. Empty when all is well. */
export async function overdueRows(
  database: Queryable,
  graceHours = RETENTION_GRACE_HOURS,
): Promise<Map<string, number>> {
  const rows = await database.query<{ data_class: string; overdue: string }>(
    `select * from overdue($1, make_interval(hours => $2)) where overdue > 0 order by data_class`,
    [DEFAULT_DAYS, graceHours],
  );
  return new Map(rows.map(({ data_class, overdue }) => [data_class, Number(overdue)]));
}

/** All classes together. */
export async function countOverdue(database: Queryable): Promise<number> {
  const rows = await overdueRows(database);
  return [...rows.values()].reduce((sum, count) => sum + count, 0);
}
