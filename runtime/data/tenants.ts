/** Tenants as they are kept. Which of them exist for a query is the transaction's scope. */
import type { Queryable } from './database.ts';

export interface TenantRecord {
  /** UUID. */
  readonly id: string;
  readonly name: string;
  readonly region: string;
  /** The jurisdiction whose personal data it holds: `US`, `EU`, … */
  readonly dataResidency: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** Its calls are refused from then on. */
  readonly closedAt?: string;
}

export interface NewTenant {
  readonly name: string;
  readonly region: string;
  readonly dataResidency: string;
}

/** A page of rows in the order of their ids, which never changes. */
export interface IdPage {
  readonly limit: number;
  /** Go on after this id. */
  readonly after?: string;
}

interface Row {
  id: string;
  name: string;
  region: string;
  data_residency: string;
  created_at: Date;
  closed_at: Date | null;
}

/** The database refuses one that may not be in this cell, with the constraint `residency`. */
export async function insertTenant(transaction: Queryable, tenant: NewTenant): Promise<TenantRecord> {
  const { name, region, dataResidency } = tenant;
  const [row] = await transaction.query<Row>(
    'insert into tenants (name, region, data_residency) values ($1, $2, $3) returning *',
    [name, region, dataResidency],
  );
  return toTenant(row!);
}

export async function listTenants(transaction: Queryable, { limit, after }: IdPage): Promise<TenantRecord[]> {
  const rows = await transaction.query<Row>(
    'select * from tenants where $2::uuid is null or id > $2 order by id limit $1',
    [limit, after ?? null],
  );
  return rows.map(toTenant);
}

export async function findTenant(transaction: Queryable, id: string): Promise<TenantRecord | undefined> {
  const [row] = await transaction.query<Row>('select * from tenants where id = $1', [id]);
  return row && toTenant(row);
}

/** Undefined when there is none, or when it is closed already. */
export async function closeTenant(transaction: Queryable, id: string): Promise<TenantRecord | undefined> {
  const [row] = await transaction.query<Row>(
    'update tenants set closed_at = now() where id = $1 and closed_at is null returning *',
    [id],
  );
  return row && toTenant(row);
}

function toTenant({ id, name, region, data_residency, created_at, closed_at }: Row): TenantRecord {
  return {
    id,
    name,
    region,
    dataResidency: data_residency,
    createdAt: created_at.toISOString(),
    closedAt: closed_at?.toISOString(),
  };
}
