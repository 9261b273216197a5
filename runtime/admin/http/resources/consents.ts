/** `/v1/tenants/{tenantId}/consents` */
import { z } from 'zod';
import { listConsents, showConsent } from '../../records.ts';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { limit, moment, paged, pageOf, spellTimeCursor, tenantPath, timeCursor, uuid } from '../schemas.ts';

const consent = z
  .object({
    id: uuid,
    conversationId: uuid,
    callerId: uuid.optional(),
    purpose: z.string(),
    jurisdiction: z.string().describe('Whose law the wording was written for'),
    wording: z.string(),
    wordingVersion: z.string(),
    language: z.string(),
    askedAt: moment,
    playedAt: moment.optional().describe('The channel acknowledged its last word'),
    answer: z.enum(['yes', 'no', 'none']).optional(),
    answeredBy: z.string().optional(),
    answeredAt: moment.optional(),
    withdrawnAt: moment.optional(),
    withdrawnBy: z.string().optional(),
  })
  .meta({ id: 'Consent' });

const RESOURCE = 'consents';

export const consentEndpoints: readonly Endpoint[] = [
  endpoint(RESOURCE, {
    method: 'get',
    path: '/v1/tenants/{tenantId}/consents',
    id: 'listConsents',
    summary: 'What callers were asked and answered, the latest first',
    scope: 'consents:read',
    params: tenantPath,
    query: z.strictObject({
      limit,
      after: timeCursor.optional(),
      conversationId: uuid.optional(),
      callerId: uuid.optional(),
    }),
    answer: pageOf(consent),
    async handle({ transaction, actor, params: { tenantId }, query }) {
      const { limit: most, after, conversationId, callerId } = query;
      const place = after && { askedAt: after.at, id: after.id };
      const filter = { limit: most + 1, conversationId, callerId, after: place };
      const found = await listConsents(transaction, actor, tenantId, filter);
      return paged(found, most, ({ askedAt, id }) => spellTimeCursor(askedAt, id));
    },
  }),
  endpoint(RESOURCE, {
    method: 'get',
    path: '/v1/tenants/{tenantId}/consents/{consentId}',
    id: 'getConsent',
    summary: 'One consent, with the wording that was played',
    scope: 'consents:read',
    params: z.strictObject({ tenantId: uuid, consentId: uuid }),
    answer: consent,
    handle: ({ transaction, actor, params: { tenantId, consentId } }) =>
      showConsent(transaction, actor, tenantId, consentId),
  }),
];
