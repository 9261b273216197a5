/** Taking tenants in and closing them. */
import { regionFacts } from '../../regions/facts.ts';
import { nameRegions, nearestRegions } from '../../regions/nearest.ts';
import { allJurisdictions, jurisdiction, mayHold } from '../../regions/residency.ts';
import { likely } from '../../regions/spelling.ts';
import { type Actor, audit } from '../compliance/audit/audit.ts';
import type { KnownCell } from '../data/cell.ts';
import type { Queryable } from '../data/database.ts';
import type { TenantRecord } from '../data/tenants.ts';
import * as tenants from '../data/tenants.ts';
import { houseOf } from '../tenants/house.ts';
import { nameOf } from './limits.ts';
import { AdminRefusal, notFound, type Problem } from './refusal.ts';

/** The cell, as far as the law asks. */
export type CellPlace = Omit<KnownCell, 'id'>;

export interface TenantRequest {
  readonly name: string;
  readonly dataResidency: string;
  /** @default the cell's, which is also the only one it can be */
  readonly region?: string;
}

/** Throws {@link AdminRefusal} with the law when the cell may not hold such data; the database would refuse it too. */
export async function createTenant(
  transaction: Queryable,
  cell: CellPlace,
  actor: Actor,
  { name, dataResidency, region = cell.region }: TenantRequest,
): Promise<TenantRecord> {
  const problems = [...regionProblems(region, cell), ...residencyProblems(dataResidency, cell)];
  if (problems.length > 0) throw new AdminRefusal('invalid', 'this cell cannot take this tenant', problems);
  const tenant = await tenants.insertTenant(transaction, { name: nameOf(name), region, dataResidency });
  const details = { dataResidency, region };
  await audit(transaction, actor, {
    action: 'create',
    resource: 'tenant',
    resourceId: tenant.id,
    tenantId: tenant.id,
    details,
  });
  return tenant;
}

/** Its calls are refused from now on; its data stays until its retention ends. Closing twice is closing once. */
export async function closeTenant(
  transaction: Queryable,
  cell: CellPlace,
  actor: Actor,
  id: string,
): Promise<TenantRecord> {
  if (id === houseOf({ ...cell, residency: [...cell.residency] }).id)
    throw new AdminRefusal('conflict', 'this tenant is the cell itself', [
      { expected: 'another tenant: agents that come with the process go when VOICECELL_AGENTS no longer names them' },
    ]);
  const closed = await tenants.closeTenant(transaction, id);
  if (!closed) return showTenant(transaction, id);
  await audit(transaction, actor, { action: 'close', resource: 'tenant', resourceId: id, tenantId: id });
  return closed;
}

export async function showTenant(transaction: Queryable, id: string): Promise<TenantRecord> {
  const tenant = await tenants.findTenant(transaction, id);
  if (!tenant) throw notFound('tenant');
  return tenant;
}

/** What answers calls is not changed for a tenant whose calls are refused. */
export async function openTenant(transaction: Queryable, id: string): Promise<TenantRecord> {
  const tenant = await showTenant(transaction, id);
  if (tenant.closedAt !== undefined)
    throw new AdminRefusal('conflict', `the tenant was closed on ${tenant.closedAt.slice(0, 10)}`, [
      { expected: 'a tenant that is open: create another one' },
    ]);
  return tenant;
}

function regionProblems(region: string, cell: CellPlace): Problem[] {
  if (region === cell.region) return [];
  return [
    {
      path: 'region',
      found: JSON.stringify(region),
      expected: `${cell.region}, where this cell is: ask the cell of the other region`,
    },
  ];
}

function residencyProblems(code: string, cell: CellPlace): Problem[] {
  if (cell.residency.includes(code) && mayHold(code, cell.jurisdiction).kind !== 'refused') return [];
  const law = jurisdiction(code);
  const said = { path: 'dataResidency', found: JSON.stringify(code.slice(0, 60)) };
  if (!law) {
    const codes = allJurisdictions().map((each) => each.code);
    const [meant] = likely(code.slice(0, 60), codes);
    return [{ ...said, expected: `${meant ? `${meant}, or another ` : ''}one of ${codes.join(', ')}` }];
  }
  const verdict = mayHold(code, cell.jurisdiction);
  const holds = `data of ${cell.residency.join(', ')}, which the cell of ${cell.region} holds`;
  if (verdict.kind === 'refused')
    return [{ ...said, expected: `${holds}; ${verdict.reason}${law.refused ? '' : nearestFor(code, cell)}` }];
  const basis = verdict.kind === 'transfer' ? `, with this as its transferBasis: ${verdict.basis}` : '';
  return [{ ...said, expected: `${holds}, or ${code} among the residency in the cell's own file${basis}` }];
}

function nearestFor(code: string, cell: CellPlace): string {
  const here = regionFacts(cell.region);
  if (!here) return '';
  const places = nearestRegions(here, (region) => regionFacts(region)?.jurisdiction === code);
  return places.length > 0 ? `. A cell for it could be in ${nameRegions(places)}` : '';
}
