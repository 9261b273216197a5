/** Whether a tenant wants its redacted turns among the analytics. Whose, the transaction's scope says. */
import { type Actor, audit } from '../compliance/audit/audit.ts';
import type { Queryable } from '../data/database.ts';

export async function wantsTurns(transaction: Queryable, tenantId: string): Promise<boolean> {
  const [choice] = await transaction.query<{ turns: boolean }>(
    'select turns from analytics_choices where tenant_id = $1',
    [tenantId],
  );
  return choice?.turns ?? true;
}

/** From the next day that is written on; objects of earlier days stay until they are written again or past their time. */
export async function chooseTurns(
  transaction: Queryable,
  actor: Actor,
  tenantId: string,
  turns: boolean,
): Promise<void> {
  await transaction.query(
    `insert into analytics_choices (tenant_id, turns) values ($1, $2)
     on conflict (tenant_id) do update set turns = excluded.turns, changed_at = now()`,
    [tenantId, turns],
  );
  await audit(transaction, actor, {
    action: 'change',
    resource: 'analytics-choice',
    resourceId: tenantId,
    tenantId,
    details: { turns },
  });
}
