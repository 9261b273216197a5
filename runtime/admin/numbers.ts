/** Phone numbers of a tenant: which version of which agent answers them. */
import { type Actor, audit } from '../compliance/audit/audit.ts';
import { findAgent } from '../data/agents.ts';
import type { Queryable } from '../data/database.ts';
import type { PhoneNumber } from '../data/phone-numbers.ts';
import * as numbers from '../data/phone-numbers.ts';
import { AdminRefusal, notFound } from './refusal.ts';
import { type CellPlace, openTenant } from './tenants.ts';

export interface NumberRequest {
  /** E.164. */
  readonly number: string;
  /** The version of an agent that answers, of the same tenant. */
  readonly agentId: string;
}

export async function addNumber(
  transaction: Queryable,
  cell: CellPlace,
  actor: Actor,
  tenantId: string,
  { number, agentId }: NumberRequest,
): Promise<PhoneNumber> {
  await openTenant(transaction, tenantId);
  await requireAgent(transaction, agentId);
  const added = await numbers.insertNumber(transaction, { tenantId, number, region: cell.region, agentId });
  if (!added)
    throw new AdminRefusal('conflict', 'a number has one tenant', [
      { path: 'number', found: 'a number that this cell has already', expected: 'another, or remove it there first' },
    ]);
  await audited(transaction, actor, 'create', tenantId, added.id, { agentId });
  return added;
}

export async function moveNumber(
  transaction: Queryable,
  actor: Actor,
  tenantId: string,
  id: string,
  agentId: string,
): Promise<PhoneNumber> {
  await showNumber(transaction, id);
  await openTenant(transaction, tenantId);
  await requireAgent(transaction, agentId);
  await numbers.pointNumber(transaction, id, agentId);
  await audited(transaction, actor, 'change', tenantId, id, { agentId });
  return showNumber(transaction, id);
}

/** Nobody answers it any more. Returns what it was. */
export async function removeNumber(
  transaction: Queryable,
  actor: Actor,
  tenantId: string,
  id: string,
): Promise<PhoneNumber> {
  const number = await showNumber(transaction, id);
  await numbers.deleteNumber(transaction, id);
  await audited(transaction, actor, 'delete', tenantId, id);
  return number;
}

export async function showNumber(transaction: Queryable, id: string): Promise<PhoneNumber> {
  const number = await numbers.findNumber(transaction, id);
  if (!number) throw notFound('phone number');
  return number;
}

async function requireAgent(transaction: Queryable, agentId: string): Promise<void> {
  if (await findAgent(transaction, agentId)) return;
  throw new AdminRefusal('invalid', 'nobody would answer', [
    { path: 'agentId', expected: 'the id of a version of an agent of this tenant' },
  ]);
}

function audited(
  transaction: Queryable,
  actor: Actor,
  action: string,
  tenantId: string,
  resourceId: string,
  details?: Readonly<Record<string, unknown>>,
): Promise<void> {
  return audit(transaction, actor, { action, resource: 'phone-number', resourceId, tenantId, details });
}
