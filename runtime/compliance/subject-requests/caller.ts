/** The person a request is about, as far as he is known. */
import type { Queryable } from '../../data/database.ts';

export interface KnownCaller {
  readonly id: string;
  readonly firstCalledAt: Date;
  readonly optedOutAt: Date | null;
}

/** @param subjectHash hex; undefined when nobody of that number ever called the tenant. */
export async function findCaller(transaction: Queryable, subjectHash: string): Promise<KnownCaller | undefined> {
  const [row] = await transaction.query<{ id: string; first_called_at: Date; opted_out_at: Date | null }>(
    `select id, first_called_at, opted_out_at from callers where number_hash = decode($1, 'hex')`,
    [subjectHash],
  );
  return row && { id: row.id, firstCalledAt: row.first_called_at, optedOutAt: row.opted_out_at };
}
