/** `/v1/tenants` */
import { z } from 'zod';
import { numbersOfTenant } from '../../../data/phone-numbers.ts';
import { listTenants } from '../../../data/tenants.ts';
import { closeTenant, createTenant, showTenant } from '../../tenants.ts';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { idPage, moment, name, noPath, paged, pageOf, tenantPath, uuid } from '../schemas.ts';

const tenant = z
  .object({
    id: uuid,
    name: z.string(),
    region: z.string(),
    dataResidency: z.string().describe('The jurisdiction whose personal data it holds: US, EU, UK, …'),
    createdAt: moment,
    closedAt: moment.optional().describe('Its calls are refused from then on'),
  })
  .meta({ id: 'Tenant' });

const newTenant = z.strictObject({
  name,
  dataResidency: z.string().min(1).max(60).describe('The jurisdiction whose personal data it will hold: US, EU, UK, …'),
  region: z.string().min(1).max(60).optional().describe("The cell's own, and by default that"),
});

const RESOURCE = 'tenants';

/** @param onChanged what was remembered of these numbers (E.164) is no longer true */
export const tenantEndpoints = (onChanged: (numbers: readonly string[]) => void): readonly Endpoint[] => [
  endpoint(RESOURCE, {
    method: 'get',
    path: '/v1/tenants',
    id: 'listTenants',
    summary: 'Tenants of the cell; for a key of a tenant, that one',
    scope: 'tenants:read',
    params: noPath,
    query: idPage,
    answer: pageOf(tenant),
    handle: async ({ transaction, query: { limit, after } }) =>
      paged(await listTenants(transaction, { limit: limit + 1, after }), limit, ({ id }) => id),
  }),
  endpoint(RESOURCE, {
    method: 'post',
    path: '/v1/tenants',
    id: 'createTenant',
    summary: 'Take a tenant in',
    description: 'Refused with the law when this cell may not hold data of that residency.',
    scope: 'tenants:write',
    cellOnly: true,
    params: noPath,
    body: newTenant,
    status: 201,
    answer: tenant,
    handle: ({ transaction, cell, actor, body }) => createTenant(transaction, cell, actor, body),
  }),
  endpoint(RESOURCE, {
    method: 'get',
    path: '/v1/tenants/{tenantId}',
    id: 'getTenant',
    summary: 'One tenant',
    scope: 'tenants:read',
    params: tenantPath,
    answer: tenant,
    handle: ({ transaction, params }) => showTenant(transaction, params.tenantId),
  }),
  endpoint(RESOURCE, {
    method: 'post',
    path: '/v1/tenants/{tenantId}/close',
    id: 'closeTenant',
    summary: 'Refuse its calls from now on; its data stays until its retention ends',
    scope: 'tenants:write',
    params: tenantPath,
    answer: tenant,
    async handle({ transaction, cell, actor, params: { tenantId }, afterwards }) {
      const closed = await closeTenant(transaction, cell, actor, tenantId);
      const numbers = await numbersOfTenant(transaction, tenantId);
      afterwards(() => onChanged(numbers));
      return closed;
    },
  }),
];
