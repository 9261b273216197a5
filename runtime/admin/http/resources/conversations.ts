/** `/v1/tenants/{tenantId}/conversations` */
import { z } from 'zod';
import { listConversations, listEvents, showConversation } from '../../records.ts';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { limit, moment, paged, pageOf, spellTimeCursor, tenantPath, timeCursor, uuid } from '../schemas.ts';

const conversation = z
  .object({
    id: uuid,
    tenantId: uuid,
    callerId: uuid.optional().describe('Who called, without his number; absent when he showed none'),
    callId: z.string().optional().describe("The channel's own id of the call"),
    channel: z.string(),
    agent: z.string(),
    agentVersion: z.string(),
    region: z.string(),
    startedAt: moment,
    ended: z
      .object({ at: moment, reason: z.string(), durationMs: z.int() })
      .optional()
      .describe('Absent while the call is up'),
  })
  .meta({ id: 'Conversation' });

/** runtime/call/events.ts says what the types have. */
const event = z
  .looseObject({
    type: z.string(),
    conversationId: uuid,
    sequence: z.int(),
    at: moment,
    atMs: z.number().describe('ms since the call began'),
  })
  .meta({ id: 'CallEvent', description: 'Something that happened in a call; more fields, by its type' });

const conversationPath = z.strictObject({ tenantId: uuid, conversationId: uuid });
const RESOURCE = 'conversations';

export const conversationEndpoints: readonly Endpoint[] = [
  endpoint(RESOURCE, {
    method: 'get',
    path: '/v1/tenants/{tenantId}/conversations',
    id: 'listConversations',
    summary: 'Conversations of a tenant, the latest first',
    scope: 'conversations:read',
    params: tenantPath,
    query: z.strictObject({ limit, after: timeCursor.optional() }),
    answer: pageOf(conversation),
    async handle({ transaction, actor, params: { tenantId }, query: { limit: most, after } }) {
      const page = { limit: most + 1, after: after && { startedAt: after.at, id: after.id } };
      const found = await listConversations(transaction, actor, tenantId, page);
      return paged(found, most, ({ startedAt, id }) => spellTimeCursor(startedAt, id));
    },
  }),
  endpoint(RESOURCE, {
    method: 'get',
    path: '/v1/tenants/{tenantId}/conversations/{conversationId}',
    id: 'getConversation',
    summary: 'One conversation, without what was said',
    scope: 'conversations:read',
    params: conversationPath,
    answer: conversation,
    handle: ({ transaction, actor, params: { tenantId, conversationId } }) =>
      showConversation(transaction, actor, tenantId, conversationId),
  }),
  endpoint(RESOURCE, {
    method: 'get',
    path: '/v1/tenants/{tenantId}/conversations/{conversationId}/events',
    id: 'listConversationEvents',
    summary: 'What was said and done, in order: enough to replay it',
    scope: 'conversations:read',
    params: conversationPath,
    query: z.strictObject({
      limit,
      after: z.coerce.number().int().min(-1).max(2_147_483_647).default(-1).describe('Go on after this `sequence`'),
    }),
    answer: pageOf(event),
    async handle({ transaction, actor, params, query: { limit: most, after } }) {
      const { tenantId, conversationId } = params;
      const found = await listEvents(transaction, actor, tenantId, { conversationId, after, limit: most + 1 });
      return paged(found, most, ({ sequence }) => String(sequence));
    },
  }),
];
