/** Keys to the administration over HTTP. Their secrets are not here, only the SHA-256 of each. */
import type { Queryable } from './database.ts';
import type { IdPage } from './tenants.ts';

export type Role = 'operator' | 'admin' | 'agent-developer' | 'auditor';

export interface ApiKey {
  /** UUID. */
  readonly id: string;
  /** Absent for a key of the cell. */
  readonly tenantId?: string;
  readonly role: Role;
  readonly name: string;
  /** ISO 8601, UTC, as the others. */
  readonly createdAt: string;
  readonly expiresAt: string;
  /** To the minute. */
  readonly lastUsedAt?: string;
  readonly revokedAt?: string;
  /** The key in whose place it was made. */
  readonly rotatedFrom?: string;
}

export interface NewApiKey {
  readonly id: string;
  readonly tenantId?: string;
  readonly role: Role;
  readonly name: string;
  readonly secretHash: Uint8Array;
  readonly expiresAt: Date;
  readonly rotatedFrom?: string;
}

interface Row {
  id: string;
  tenant_id: string | null;
  role: Role;
  name: string;
  secret_hash: Buffer;
  created_at: Date;
  expires_at: Date;
  last_used_at: Date | null;
  revoked_at: Date | null;
  rotated_from: string | null;
}

const COLUMNS = 'id, tenant_id, role, name, created_at, expires_at, last_used_at, revoked_at, rotated_from';

export async function insertKey(transaction: Queryable, key: NewApiKey): Promise<ApiKey> {
  const { id, tenantId = null, role, name, secretHash, expiresAt, rotatedFrom = null } = key;
  const [row] = await transaction.query<Row>(
    `insert into api_keys (id, tenant_id, role, name, secret_hash, expires_at, rotated_from)
     values ($1, $2, $3, $4, $5, $6, $7) returning ${COLUMNS}`,
    [id, tenantId, role, name, secretHash, expiresAt, rotatedFrom],
  );
  return toKey(row!);
}

/** False when there is one of this id, whatever has become of it. */
export async function insertKeyOnce(transaction: Queryable, key: NewApiKey): Promise<boolean> {
  const { id, tenantId = null, role, name, secretHash, expiresAt } = key;
  const inserted = await transaction.query(
    `insert into api_keys (id, tenant_id, role, name, secret_hash, expires_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (id) do nothing returning id`,
    [id, tenantId, role, name, secretHash, expiresAt],
  );
  return inserted.length > 0;
}

/** @param tenantId undefined: the keys of the cell itself */
export async function listKeys(
  transaction: Queryable,
  tenantId: string | undefined,
  { limit, after }: IdPage,
): Promise<ApiKey[]> {
  const rows = await transaction.query<Row>(
    `select ${COLUMNS} from api_keys
     where tenant_id is not distinct from $3::uuid and ($2::uuid is null or id > $2) order by id limit $1`,
    [limit, after ?? null, tenantId ?? null],
  );
  return rows.map(toKey);
}

export async function findKey(
  transaction: Queryable,
  tenantId: string | undefined,
  id: string,
): Promise<ApiKey | undefined> {
  const [row] = await transaction.query<Row>(
    `select ${COLUMNS} from api_keys where id = $1 and tenant_id is not distinct from $2::uuid`,
    [id, tenantId ?? null],
  );
  return row && toKey(row);
}

/**
 * Whoever presents a key says its id; whether he knows its secret, the hash tells.
 * @param region in a database that is the cell of another one, no key is found
 */
export async function keyWithHash(
  transaction: Queryable,
  id: string,
  region: string,
): Promise<{ readonly key: ApiKey; readonly secretHash: Uint8Array } | undefined> {
  const [row] = await transaction.query<Row>(
    `select ${COLUMNS}, secret_hash from api_keys
     where id = $1 and exists (select from cell where cell.region = $2)`,
    [id, region],
  );
  return row && { key: toKey(row), secretHash: row.secret_hash };
}

/** Never later than it would have been. */
export async function expireKey(transaction: Queryable, id: string, at: Date): Promise<void> {
  await transaction.query('update api_keys set expires_at = least(expires_at, $2) where id = $1', [id, at]);
}

export async function revokeKey(transaction: Queryable, id: string): Promise<void> {
  await transaction.query('update api_keys set revoked_at = coalesce(revoked_at, now()) where id = $1', [id]);
}

/** Of the cell's keys, those that have the same name and role. */
export async function revokeOthers(
  transaction: Queryable,
  { id, name, role }: Pick<NewApiKey, 'id' | 'name' | 'role'>,
): Promise<void> {
  await transaction.query(
    `update api_keys set revoked_at = now()
     where tenant_id is null and name = $2 and role = $3 and id <> $1 and revoked_at is null`,
    [id, name, role],
  );
}

export async function noteUse(transaction: Queryable, id: string): Promise<void> {
  await transaction.query(`update api_keys set last_used_at = date_trunc('minute', now()) where id = $1`, [id]);
}

function toKey(row: Row): ApiKey {
  return {
    id: row.id,
    tenantId: row.tenant_id ?? undefined,
    role: row.role,
    name: row.name,
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
    lastUsedAt: row.last_used_at?.toISOString(),
    revokedAt: row.revoked_at?.toISOString(),
    rotatedFrom: row.rotated_from ?? undefined,
  };
}
