/** `/v1/audit`, and `/v1/tenants/{tenantId}/audit` */
import { z } from 'zod';
import { audit } from '../../../compliance/audit/audit.ts';
import { allAuditEntries } from '../../../compliance/audit/read.ts';
import type { Database } from '../../../data/database.ts';
import { adminOf, type Scope, WHOLE_CELL } from '../../../data/scope.ts';
import { listAudit } from '../../records.ts';
import { type Context, type Endpoint, endpoint, type Streamed, streamEndpoint } from '../endpoint.ts';
import { limit, noPath, paged, pageOf, tenantPath, uuid } from '../schemas.ts';

const entry = z
  .object({
    id: uuid,
    position: z.int().describe('1, 2, 3, … in the whole cell'),
    at: z.string().describe('ISO 8601, UTC, to the microsecond'),
    region: z.string(),
    actor: z.string().describe('`key:` and its id, `cli:` and a login, `job:` and its name'),
    reason: z.string(),
    action: z.string(),
    resource: z.string(),
    resourceId: z.string().nullable(),
    tenantId: z.string().nullable(),
    callerId: z.string().nullable(),
    details: z.string().nullable().describe('JSON'),
    previousHash: z.string(),
    hash: z.string(),
  })
  .meta({ id: 'AuditEntry' });

const position = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0);
const query = z.strictObject({
  limit,
  after: position.describe('Go on after this `position`'),
  callerId: uuid.optional(),
  resourceId: z.string().min(1).max(200).optional(),
});
const exportQuery = z.strictObject({ after: position.describe('Begin after this `position`') });

const RESOURCE = 'audit';
const NDJSON = 'application/x-ndjson';

export const auditEndpoints: readonly Endpoint[] = [
  endpoint(RESOURCE, {
    method: 'get',
    path: '/v1/audit',
    id: 'listAudit',
    summary: 'Who did and saw what in the whole cell, the earliest first',
    scope: 'audit:read',
    cellOnly: true,
    params: noPath,
    query,
    answer: pageOf(entry),
    async handle({ transaction, actor, query: { limit: most, ...filter } }) {
      const found = await listAudit(transaction, actor, undefined, { ...filter, limit: most + 1 });
      return paged(found, most, (last) => String(last.position));
    },
  }),
  streamEndpoint(RESOURCE, {
    method: 'get',
    path: '/v1/audit/export',
    id: 'exportAudit',
    summary: 'The audit of the whole cell, an entry a line, with the hashes that chain them',
    scope: 'audit:read',
    cellOnly: true,
    params: noPath,
    query: exportQuery,
    contentType: NDJSON,
    stream: (asked) => exported(asked, WHOLE_CELL, asked.query.after),
  }),
  endpoint(RESOURCE, {
    method: 'get',
    path: '/v1/tenants/{tenantId}/audit',
    id: 'listTenantAudit',
    summary: 'Who did and saw what of a tenant, the earliest first',
    scope: 'audit:read',
    params: tenantPath,
    query,
    answer: pageOf(entry),
    async handle({ transaction, actor, params, query: { limit: most, ...filter } }) {
      const found = await listAudit(transaction, actor, params.tenantId, { ...filter, limit: most + 1 });
      return paged(found, most, (last) => String(last.position));
    },
  }),
  streamEndpoint(RESOURCE, {
    method: 'get',
    path: '/v1/tenants/{tenantId}/audit/export',
    id: 'exportTenantAudit',
    summary: 'The audit of a tenant, an entry a line',
    description: 'The chain of hashes runs through the whole cell: a tenant’s part of it has gaps.',
    scope: 'audit:read',
    params: tenantPath,
    query: exportQuery,
    contentType: NDJSON,
    stream: (asked) => exported(asked, adminOf(asked.params.tenantId), asked.query.after),
  }),
];

/** That it was exported is written before the first entry leaves, and is the last that does. */
async function exported(
  { database, actor }: Context & { readonly database: Pick<Database, 'within'> },
  scope: Scope,
  after: number,
): Promise<Streamed> {
  const tenantId = 'tenantId' in scope ? scope.tenantId : undefined;
  const details = { after };
  await database.within(scope, (transaction) =>
    audit(transaction, actor, { action: 'export', resource: 'audit', tenantId, details }),
  );
  return { contentType: NDJSON, fileName: 'audit.ndjson', body: lines(allAuditEntries(database, scope, { after })) };
}

async function* lines(entries: AsyncIterable<object>): AsyncIterable<string> {
  for await (const each of entries) yield `${JSON.stringify(each)}\n`;
}
