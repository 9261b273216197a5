/** Making, rotating and revoking the keys of the administration. A key's text is seen once, when it is made. */
import { type Actor, audit } from '../compliance/audit/audit.ts';
import type { ApiKey, Role } from '../data/api-keys.ts';
import * as keys from '../data/api-keys.ts';
import type { Queryable } from '../data/database.ts';
import { hashSecret, mintKey, spellKey } from './key-text.ts';
import { nameOf, requireWithin } from './limits.ts';
import { AdminRefusal, notFound } from './refusal.ts';
import { CELL_ROLES, TENANT_ROLES } from './roles.ts';

export interface KeyRequest {
  /** Absent: a key of the cell. */
  readonly tenantId?: string;
  readonly role: Role;
  readonly name: string;
  readonly expiresInDays: number;
}

export interface MintedKey {
  readonly key: ApiKey;
  /** `vck_…`: nobody can say it again. */
  readonly text: string;
}

export const DEFAULT_EXPIRES_IN_DAYS = 365;
export const LONGEST_EXPIRES_IN_DAYS = 730;
/** How long the old key works beside the new one. */
export const DEFAULT_OVERLAP_HOURS = 24;
export const LONGEST_OVERLAP_HOURS = 168;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export async function createKey(
  transaction: Queryable,
  actor: Actor,
  { tenantId, role, name, expiresInDays }: KeyRequest,
): Promise<MintedKey> {
  const roles: readonly Role[] = tenantId === undefined ? CELL_ROLES : TENANT_ROLES;
  if (!roles.includes(role))
    throw new AdminRefusal(
      'invalid',
      `no key of ${tenantId === undefined ? 'the cell' : 'a tenant'} can have this role`,
      [{ path: 'role', found: JSON.stringify(role), expected: `one of ${roles.join(', ')}` }],
    );
  requireWithin('expiresInDays', expiresInDays, 1, LONGEST_EXPIRES_IN_DAYS);
  const minted = await mint(transaction, {
    tenantId,
    role,
    name: nameOf(name),
    expiresAt: new Date(Date.now() + expiresInDays * DAY_MS),
  });
  await audited(transaction, actor, 'create', minted.key, { role });
  return minted;
}

/** A new key of the same kind that lasts as long; the old one works for a while beside it. */
export async function rotateKey(
  transaction: Queryable,
  actor: Actor,
  tenantId: string | undefined,
  id: string,
  overlapHours: number,
): Promise<MintedKey> {
  requireWithin('overlapHours', overlapHours, 0, LONGEST_OVERLAP_HOURS);
  const old = await showKey(transaction, tenantId, id);
  const { role, name } = old;
  if (old.revokedAt !== undefined || Date.parse(old.expiresAt) <= Date.now())
    throw new AdminRefusal('conflict', `the key is ${old.revokedAt === undefined ? 'expired' : 'revoked'}`, [
      { expected: 'one that works: create a new key' },
    ]);
  const lifeMs = Date.parse(old.expiresAt) - Date.parse(old.createdAt);
  const expiresAt = new Date(Date.now() + Math.max(lifeMs, DAY_MS));
  const minted = await mint(transaction, { tenantId, role, name, expiresAt, rotatedFrom: id });
  await keys.expireKey(transaction, id, new Date(Date.now() + overlapHours * HOUR_MS));
  await audited(transaction, actor, 'rotate', minted.key, { rotatedFrom: id, overlapHours });
  return minted;
}

/** Refused by every task within seconds. Revoking twice is revoking once. */
export async function revokeKey(
  transaction: Queryable,
  actor: Actor,
  tenantId: string | undefined,
  id: string,
): Promise<ApiKey> {
  const key = await showKey(transaction, tenantId, id);
  if (key.revokedAt !== undefined) return key;
  await keys.revokeKey(transaction, id);
  await audited(transaction, actor, 'revoke', key);
  return showKey(transaction, tenantId, id);
}

export async function showKey(transaction: Queryable, tenantId: string | undefined, id: string): Promise<ApiKey> {
  const key = await keys.findKey(transaction, tenantId, id);
  if (!key) throw notFound('key');
  return key;
}

async function mint(transaction: Queryable, key: Omit<keys.NewApiKey, 'id' | 'secretHash'>): Promise<MintedKey> {
  const text = mintKey();
  const inserted = await keys.insertKey(transaction, { ...key, id: text.id, secretHash: hashSecret(text.secret) });
  return { key: inserted, text: spellKey(text) };
}

function audited(
  transaction: Queryable,
  actor: Actor,
  action: string,
  { id, tenantId }: ApiKey,
  details?: Readonly<Record<string, unknown>>,
): Promise<void> {
  return audit(transaction, actor, { action, resource: 'api-key', resourceId: id, tenantId, details });
}
