/** Reading the audit trail: page by page for people, from end to end for an auditor. */
import type { Database, Queryable } from '../../data/database.ts';
import { type Scope, WHOLE_CELL } from '../../data/scope.ts';
import { type AuditEntry, ChainCheck, type ChainHead, type ChainProblem } from './chain.ts';

export interface AuditFilter {
  readonly callerId?: string;
  readonly resourceId?: string;
  /** Go on after this position. @default 0 */
  readonly after?: number;
  /** @default {@link LONGEST_AUDIT_PAGE} */
  readonly limit?: number;
}

export const LONGEST_AUDIT_PAGE = 1_000;

const SELECT = `
  select id, position::double precision as position, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at,
    region, actor, reason, action, resource, resource_id as "resourceId", tenant_id as "tenantId", caller_id as "callerId",
    details::text as details, encode(previous_hash, 'hex') as "previousHash", encode(hash, 'hex') as hash
  from audit_entries
  where position > $1 and ($2::uuid is null or caller_id = $2::uuid) and ($3::text is null or resource_id = $3::text)
  order by position limit $4`;

/** In the order in which they were made; whose, the transaction's scope says. */
export async function auditEntries(transaction: Queryable, filter: AuditFilter = {}): Promise<AuditEntry[]> {
  const { after = 0, callerId = null, resourceId = null, limit = LONGEST_AUDIT_PAGE } = filter;
  const most = Math.min(Math.max(Math.trunc(limit) || 1, 1), LONGEST_AUDIT_PAGE);
  return transaction.query<AuditEntry & Record<string, unknown>>(SELECT, [after, callerId, resourceId, most]);
}

/** All of them, a page a transaction: constant memory, and nobody waits behind it. */
export async function* allAuditEntries(
  database: Pick<Database, 'within'>,
  scope: Scope,
  filter: Omit<AuditFilter, 'limit'> = {},
): AsyncIterable<AuditEntry> {
  for (let after = filter.after ?? 0; ; ) {
    const from = after;
    const page = await database.within(scope, (transaction) => auditEntries(transaction, { ...filter, after: from }));
    yield* page;
    const last = page.at(-1);
    if (!last || page.length < LONGEST_AUDIT_PAGE) return;
    after = last.position;
  }
}

/** Where the chain ends: worth writing down where nobody who can change the database can change it too. */
export async function auditHead(transaction: Queryable): Promise<ChainHead | undefined> {
  const [head] = await transaction.query<ChainHead & Record<string, unknown>>(
    `select position::double precision as position, encode(hash, 'hex') as hash from audit_head`,
  );
  return head;
}

export interface AuditVerdict {
  readonly entries: number;
  /** The end of the chain that was checked. */
  readonly head: ChainHead;
  readonly problems: readonly ChainProblem[];
}

/**
 * Checks the whole chain. Entries that are made meanwhile are left for the next time.
 * @param anchors moments of the chain that were written down elsewhere: against those who can rewrite all of it.
 */
export async function verifyAudit(
  database: Pick<Database, 'within'>,
  anchors: readonly ChainHead[] = [],
): Promise<AuditVerdict> {
  const head = await database.within(WHOLE_CELL, auditHead);
  const check = new ChainCheck(anchors);
  let entries = 0;
  for await (const entry of allAuditEntries(database, WHOLE_CELL)) {
    if (head && entry.position > head.position && (await isStillGrowing(database, head))) break;
    check.add(entry);
    entries += 1;
  }
  const problems = check.finish(head);
  return { entries, head: check.last, problems };
}

/** The end has moved since it was read: what lies beyond it is new, not smuggled in. */
async function isStillGrowing(database: Pick<Database, 'within'>, before: ChainHead): Promise<boolean> {
  const now = await database.within(WHOLE_CELL, auditHead);
  return now !== undefined && now.position > before.position;
}
