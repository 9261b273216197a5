/** How long a tenant wants its data kept. Whose, the transaction's scope says. */
import type { Queryable } from '../../data/database.ts';
import { isUuid } from '../../data/uuid.ts';
import { type Actor, audit } from '../audit/audit.ts';
import {
  DATA_CLASS_NAMES,
  DATA_CLASSES,
  type DataClass,
  type DataClassName,
  DEFAULT_DAYS,
  isDataClass,
  LONGEST_DAYS,
} from './classes.ts';

export interface Policy {
  readonly dataClass: DataClassName;
  /** As it is carried out: a transcript goes with its conversation, the proof of a consent not before the recording. */
  readonly days: number;
  /** ISO 8601, UTC; absent where the tenant has what everybody gets. */
  readonly changedAt?: string;
}

/** Thrown with everything that is wrong at once. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.join('; '));
    this.problems = problems;
  }
}

export interface Term {
  readonly tenantId: string;
  readonly dataClass: DataClassName;
  readonly days: number;
  readonly changedAt?: string;
}

/** The terms of every tenant the scope shows, by tenant, classes in the order in which they are deleted. */
export async function retentionTerms(transaction: Queryable): Promise<Term[]> {
  const rows = await transaction.query<{
    tenant_id: string;
    data_class: string;
    days: number;
    changed_at: Date | null;
  }>(`select * from retention_terms($1) order by tenant_id, array_position($2::text[], data_class)`, [
    DEFAULT_DAYS,
    DATA_CLASS_NAMES,
  ]);
  return rows.map(({ tenant_id: tenantId, data_class, days, changed_at }) => ({
    tenantId,
    dataClass: data_class as DataClassName,
    days,
    changedAt: changed_at?.toISOString(),
  }));
}

/** One policy a class; empty for a tenant that the scope does not show. */
export async function getPolicies(transaction: Queryable, tenantId: string): Promise<Policy[]> {
  const terms = await retentionTerms(transaction);
  return terms
    .filter((term) => term.tenantId === tenantId)
    .map(({ dataClass, days, changedAt }) => ({ dataClass, days, changedAt }));
}

export interface Wish {
  readonly dataClass: string;
  /** Undefined: what everybody gets. */
  readonly days: number | undefined;
}

/**
 * From the next run of the job on: all of them or none. What is kept longer from now on brings nothing back that is
 * already gone. Throws {@link PolicyError}.
 */
export async function setPolicies(
  transaction: Queryable,
  actor: Actor,
  tenantId: string,
  wishes: readonly Wish[],
): Promise<Policy[]> {
  const problems = wishes.flatMap(problemsOf);
  if (!isUuid(tenantId) || (await getPolicies(transaction, tenantId)).length === 0)
    problems.push(`found no tenant ${JSON.stringify(tenantId)}, expected the id of one of this cell`);
  if (problems.length > 0) throw new PolicyError(problems);
  for (const { dataClass, days } of wishes) {
    if (days === undefined)
      await transaction.query('delete from retention_policies where tenant_id = $1 and data_class = $2', [
        tenantId,
        dataClass,
      ]);
    else
      await transaction.query(
        `insert into retention_policies (tenant_id, data_class, days) values ($1, $2, $3)
         on conflict (tenant_id, data_class) do update set days = excluded.days, changed_at = now()`,
        [tenantId, dataClass, days],
      );
  }
  const policies = await getPolicies(transaction, tenantId);
  for (const { dataClass, days = 'default' } of wishes)
    await audit(transaction, actor, {
      action: 'change',
      resource: 'retention-policy',
      resourceId: dataClass,
      tenantId,
      details: { days },
    });
  return policies;
}

/** One of them. Throws {@link PolicyError}. */
export async function setPolicy(transaction: Queryable, actor: Actor, tenantId: string, wish: Wish): Promise<Policy> {
  const policies = await setPolicies(transaction, actor, tenantId, [wish]);
  return policies.find(({ dataClass }) => dataClass === wish.dataClass)!;
}

function problemsOf({ dataClass, days }: Wish): string[] {
  if (!isDataClass(dataClass))
    return [`found the data class ${JSON.stringify(dataClass)}, expected one of ${DATA_CLASS_NAMES.join(', ')}`];
  if (days === undefined) return [];
  const { choices }: DataClass = DATA_CLASSES[dataClass];
  if (choices && !choices.includes(days))
    return [
      `found ${days} days for ${dataClass}, expected one of ${choices.join(', ')}: objects are deleted by these classes`,
    ];
  if (Number.isInteger(days) && days >= 1 && days <= LONGEST_DAYS) return [];
  return [`found ${days} days for ${dataClass}, expected a whole number from 1 to ${LONGEST_DAYS}`];
}
