/**
 * One batch of each class: a short transaction that deletes some rows that are past their time, or none when there are
 * no more. Rows that somebody else holds are passed over, never waited for: two jobs share the work, and a call that is
 * being written goes on.
 */
import type { Database, Queryable } from '../../data/database.ts';
import { adminOf } from '../../data/scope.ts';
import type { DataClassName } from './classes.ts';

export interface Batch {
  readonly tenantId: string;
  readonly days: number;
  /** Rows at most. */
  readonly most: number;
}

export interface Deleted {
  readonly rows: number;
  /** Fewer than were looked for: the class has no more. */
  readonly isLast: boolean;
}

type DeleteBatch = (transaction: Queryable, batch: Batch) => Promise<Deleted>;

/** Conversations of one batch: some of them may have no event left. */
const MOST_CONVERSATIONS = 100;

/** The time of a class is over for rows from before this. By the database's clock, as everything here. */
const PAST = 'now() - make_interval(days => $2)';

/** Rows past their time by one column, which the tenant's index follows. */
const byTime =
  (table: 'conversations' | 'consents', time: string, also = ''): DeleteBatch =>
  async (transaction, { tenantId, days, most }) => {
    const rows = await transaction.query(
      `delete from ${table} where id = any (array(
         select id from ${table} where tenant_id = $1 and ${time} < ${PAST} ${also}
         order by ${time} limit $3 for update skip locked
       )) returning id`,
      [tenantId, days, most],
    );
    return { rows: rows.length, isLast: rows.length < most };
  };

/** Events, in whole conversations as far as a batch goes; a conversation that has none left is marked with its last. */
const transcripts: DeleteBatch = async (transaction, { tenantId, days, most }) => {
  const found = await transaction.query<{ id: string }>(
    `select id from conversations
     where tenant_id = $1 and transcript_deleted_at is null and started_at < ${PAST}
     order by started_at limit $3 for update skip locked`,
    [tenantId, days, MOST_CONVERSATIONS],
  );
  const ids = found.map(({ id }) => id);
  if (ids.length === 0) return { rows: 0, isLast: true };
  const [deleted] = await transaction.query<{ count: number }>(
    `with gone as (
       delete from conversation_events where ctid = any (array(
         select ctid from conversation_events where conversation_id = any ($1) limit $2
       )) returning 1
     ) select count(*)::integer as count from gone`,
    [ids, most],
  );
  const rows = deleted?.count ?? 0;
  // A full batch may have left some behind, and the conversation then is not done.
  if (rows < most)
    await transaction.query('update conversations set transcript_deleted_at = now() where id = any ($1)', [ids]);
  return { rows, isLast: false };
};

const requests: DeleteBatch = async (transaction, { tenantId, days, most }) => {
  const [deleted] = await transaction.query<{ rows: number }>('select delete_answered_requests($1, $2, $3) as rows', [
    tenantId,
    days,
    most,
  ]);
  const rows = deleted?.rows ?? 0;
  return { rows, isLast: rows < most };
};

/** What needs nothing but the database. Recordings have objects: see objects.ts. */
export const BATCHES: Readonly<Record<Exclude<DataClassName, 'recordings'>, DeleteBatch>> = {
  transcripts,
  conversations: byTime('conversations', 'started_at', 'and transcript_deleted_at is not null'),
  consents: byTime('consents', 'asked_at'),
  requests,
};

const DUE: Readonly<Record<DataClassName, string>> = {
  transcripts: `select count(*)::integer as rows from conversation_events where conversation_id in (
    select id from conversations where tenant_id = $1 and transcript_deleted_at is null and started_at < ${PAST})`,
  recordings: `select count(*)::integer as rows from recordings where tenant_id = $1 and started_at < ${PAST}`,
  conversations: `select count(*)::integer as rows from conversations where tenant_id = $1 and started_at < ${PAST}`,
  consents: `select count(*)::integer as rows from consents where tenant_id = $1 and asked_at < ${PAST}`,
  requests: `select count(*)::integer as rows from subject_requests where tenant_id = $1 and state in ('done', 'refused')
    and look_again_at is null and completed_at < ${PAST}`,
};

/** How many rows of a class are past their time: what a run would delete. */
export async function countDue(
  transaction: Queryable,
  dataClass: DataClassName,
  { tenantId, days }: Pick<Batch, 'tenantId' | 'days'>,
): Promise<number> {
  const [due] = await transaction.query<{ rows: number }>(DUE[dataClass], [tenantId, days]);
  return due?.rows ?? 0;
}

/** Callers whom nothing refers to any more. A wish not to be recorded or counted outlives the calls: it is remembered. */
const FORGOTTEN = `opted_out_at is null and first_called_at < now() - interval '1 day'
  and not exists (select from conversations where caller_id = callers.id)
  and not exists (select from consents where caller_id = callers.id)
  and not exists (select from recordings where caller_id = callers.id)`;

/** Callers looked at in one transaction. */
const MOST_CALLERS = 1_000;

/**
 * Deletes callers nobody refers to, page by page. A call of such a caller may begin at this very moment: as an erasure
 * does, the batch holds the tenant for as long as it takes, which keeps `record_events` from naming him in between.
 */
export async function* forgetCallers(
  database: Pick<Database, 'within'>,
  tenantId: string,
): AsyncGenerator<{ readonly rows: number }> {
  const scope = adminOf(tenantId);
  for (let after = '00000000-0000-0000-0000-000000000000'; ; ) {
    const page = await database.within(scope, (transaction) =>
      transaction.query<{ id: string; forgotten: boolean }>(
        `select id, ${FORGOTTEN} as forgotten from callers where tenant_id = $1 and id > $2 order by id limit $3`,
        [tenantId, after, MOST_CALLERS],
      ),
    );
    const forgotten = page.filter((caller) => caller.forgotten).map(({ id }) => id);
    const rows =
      forgotten.length === 0
        ? 0
        : await database.within(scope, (transaction) => forget(transaction, tenantId, forgotten));
    yield { rows };
    const last = page.at(-1);
    if (!last || page.length < MOST_CALLERS) return;
    after = last.id;
  }
}

async function forget(transaction: Queryable, tenantId: string, ids: readonly string[]): Promise<number> {
  await transaction.query('select from tenants where id = $1 for update', [tenantId]);
  const deleted = await transaction.query(`delete from callers where id = any ($1) and ${FORGOTTEN} returning id`, [
    ids,
  ]);
  return deleted.length;
}
