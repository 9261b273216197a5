/** `/v1/tenants/{tenantId}/numbers` */
import { z } from 'zod';
import { listNumbers } from '../../../data/phone-numbers.ts';
import { addNumber, moveNumber, removeNumber, showNumber } from '../../numbers.ts';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { idPage, moment, paged, pageOf, tenantPath, uuid } from '../schemas.ts';

/** As the database has it. */
export const e164 = z.string().regex(/^\+[1-9]\d{6,14}$/, 'an E.164 number such as +14155550100');

const phoneNumber = z
  .object({
    id: uuid,
    number: e164,
    region: z.string(),
    agentId: uuid.describe('The version of an agent that answers'),
    agent: z.string(),
    agentVersion: z.string(),
    createdAt: moment,
  })
  .meta({ id: 'PhoneNumber' });

const numberPath = z.strictObject({ tenantId: uuid, numberId: uuid });
const RESOURCE = 'numbers';

/** @param onChanged what was remembered of these numbers (E.164) is no longer true */
export function numberEndpoints(onChanged: (numbers: readonly string[]) => void): readonly Endpoint[] {
  return [
    endpoint(RESOURCE, {
      method: 'get',
      path: '/v1/tenants/{tenantId}/numbers',
      id: 'listNumbers',
      summary: 'Phone numbers of a tenant',
      scope: 'numbers:read',
      params: tenantPath,
      query: idPage,
      answer: pageOf(phoneNumber),
      handle: async ({ transaction, query: { limit, after } }) =>
        paged(await listNumbers(transaction, { limit: limit + 1, after }), limit, ({ id }) => id),
    }),
    endpoint(RESOURCE, {
      method: 'post',
      path: '/v1/tenants/{tenantId}/numbers',
      id: 'addNumber',
      summary: 'Have an agent answer a number',
      scope: 'numbers:write',
      params: tenantPath,
      body: z.strictObject({ number: e164, agentId: uuid.describe('A version of an agent of this tenant') }),
      status: 201,
      answer: phoneNumber,
      async handle({ transaction, cell, actor, params, body, afterwards }) {
        const added = await addNumber(transaction, cell, actor, params.tenantId, body);
        afterwards(() => onChanged([added.number]));
        return added;
      },
    }),
    endpoint(RESOURCE, {
      method: 'get',
      path: '/v1/tenants/{tenantId}/numbers/{numberId}',
      id: 'getNumber',
      summary: 'One phone number',
      scope: 'numbers:read',
      params: numberPath,
      answer: phoneNumber,
      handle: ({ transaction, params }) => showNumber(transaction, params.numberId),
    }),
    endpoint(RESOURCE, {
      method: 'patch',
      path: '/v1/tenants/{tenantId}/numbers/{numberId}',
      id: 'moveNumber',
      summary: 'Have another version answer a number',
      scope: 'numbers:move',
      params: numberPath,
      body: z.strictObject({ agentId: uuid.describe('A version of an agent of this tenant') }),
      answer: phoneNumber,
      async handle({ transaction, actor, params: { tenantId, numberId }, body, afterwards }) {
        const moved = await moveNumber(transaction, actor, tenantId, numberId, body.agentId);
        afterwards(() => onChanged([moved.number]));
        return moved;
      },
    }),
    endpoint(RESOURCE, {
      method: 'delete',
      path: '/v1/tenants/{tenantId}/numbers/{numberId}',
      id: 'removeNumber',
      summary: 'Have nobody answer a number any more',
      scope: 'numbers:write',
      params: numberPath,
      answer: phoneNumber,
      async handle({ transaction, actor, params: { tenantId, numberId }, afterwards }) {
        const removed = await removeNumber(transaction, actor, tenantId, numberId);
        afterwards(() => onChanged([removed.number]));
        return removed;
      },
    }),
  ];
}
