/**
 * Counts again what a deletion has deleted. Which tables could hold any of it is asked of the database itself, so that a
 * table nobody thought of is not forgotten: whatever names a caller or a conversation is counted.
 */
import type { Queryable } from '../../data/database.ts';

/** A question that was asked after the deletion, and its answer, which must be 0. */
export interface Finding {
  readonly where: string;
  readonly asked: string;
  readonly found: number;
}

/** Rows that stay, and why they are no personal data: what a certificate says of them. */
export const KEPT: Readonly<Record<string, string>> = {
  audit_entries:
    'who did what with this data, when and why; ids only, which stand for nobody any more (accountability, GDPR article 5(2))',
  erasures: 'ids of the deleted conversations, so that nothing of them is written again; they stand for nobody',
  backups:
    'backups of the database, where the cell makes them, hold what was deleted until they expire; nobody reads them',
};

const BY_COLUMN: Readonly<Record<string, string>> = {
  caller_id: 'is the deleted caller',
  conversation_id: 'is a deleted conversation',
};

export interface Deleted {
  readonly requestId: string;
  readonly callerId: string | undefined;
  readonly subjectHash: string;
  /** Conversations that began later are not meant. @default no limit */
  readonly until?: string;
}

export async function recount(transaction: Queryable, deleted: Deleted): Promise<Finding[]> {
  const { requestId, callerId = null, subjectHash, until = 'infinity' } = deleted;
  const conversations = 'select conversation_id from erasures where request_id = $1';
  const findings = [
    await count(transaction, 'conversations', 'id is a deleted conversation', `id in (${conversations})`, requestId),
    await count(
      transaction,
      'callers',
      'number is the person’s, beyond the mark that he opted out',
      `number_hash = decode($1, 'hex') and (opted_out_at is null or first_called_at <> opted_out_at) and not exists (
         select from conversations where caller_id = callers.id and started_at > $2
       )`,
      subjectHash,
      until,
    ),
  ];
  for (const { table, column } of await tablesWith(transaction, Object.keys(BY_COLUMN))) {
    if (Object.hasOwn(KEPT, table)) continue;
    const isCaller = column === 'caller_id';
    if (isCaller && callerId === null) continue;
    const condition = isCaller
      ? `${quoted(column)}::text = $1::text`
      : `${quoted(column)}::text in (select conversation_id::text from erasures where request_id = $1)`;
    const asked = `${column} ${BY_COLUMN[column]}`;
    findings.push(await count(transaction, table, asked, condition, isCaller ? callerId : requestId));
  }
  return findings;
}

async function count(
  transaction: Queryable,
  where: string,
  asked: string,
  condition: string,
  ...values: unknown[]
): Promise<Finding> {
  const [row] = await transaction.query<{ found: number }>(
    `select count(*)::integer as found from ${quoted(where)} where ${condition}`,
    values,
  );
  return { where, asked, found: row?.found ?? 0 };
}

async function tablesWith(transaction: Queryable, columns: readonly string[]) {
  return transaction.query<{ table: string; column: string }>(
    `select relname as table, attname as column from pg_attribute join pg_class on pg_class.oid = attrelid
     where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not attisdropped and attname = any($1)
     order by 1, 2`,
    [columns],
  );
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
