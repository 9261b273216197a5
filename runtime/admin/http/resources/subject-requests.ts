/** `/v1/tenants/{tenantId}/subject-requests` */
import { z } from 'zod';
import {
  becauseSchema,
  REQUEST_KINDS,
  REQUEST_STATES,
  type SubjectRequest,
} from '../../../compliance/subject-requests/request.ts';
import { listRequests } from '../../../compliance/subject-requests/requests.ts';
import { adminOf } from '../../../data/scope.ts';
import type { ObjectStore } from '../../../objects/store.ts';
import { AdminRefusal } from '../../refusal.ts';
import {
  fetchArchive,
  refuseSubjectRequest,
  showCertificate,
  showSubjectRequest,
  subjectRequestSchema,
  takeSubjectRequest,
} from '../../subject-requests.ts';
import { type Endpoint, endpoint, streamEndpoint } from '../endpoint.ts';
import { limit, moment, paged, pageOf, spellTimeCursor, tenantPath, timeCursor, uuid } from '../schemas.ts';

/** What the process needs to take requests in. */
export interface SubjectDesk {
  /** Turns callers' numbers into the hashes by which they are known. */
  readonly callerKey: string;
  /** Where archives are. Absent where nobody can be given one. */
  readonly exports?: ObjectStore;
  /** There is work. */
  nudge(): void;
}

const counts = z.record(z.string(), z.number());
const subjectRequest = z
  .object({
    id: uuid,
    tenantId: uuid,
    kind: z.enum(REQUEST_KINDS),
    state: z.enum(REQUEST_STATES),
    verifiedBy: z.string(),
    jurisdiction: z.string().describe('Whose law sets the deadline'),
    law: z.string(),
    requestedAt: moment,
    dueAt: moment,
    completedAt: moment.optional(),
    isOverdue: z.boolean().describe('The deadline has passed and nobody has answered'),
    progress: z.object({ phase: z.string().optional(), counts: counts.optional() }),
    result: z
      .object({
        counts: counts.optional(),
        archive: z.object({ key: z.string(), bytes: z.number(), keptUntil: moment }).optional(),
        certificate: z.looseObject({}).optional().describe('Of a deletion: what was deleted, counted again, and kept'),
        note: z.string().optional(),
      })
      .optional(),
  })
  .meta({ id: 'SubjectRequest' });

const path = z.strictObject({ tenantId: uuid, requestId: uuid });
const RESOURCE = 'subject-requests';

export function subjectRequestEndpoints(desk?: SubjectDesk): readonly Endpoint[] {
  return [
    endpoint(RESOURCE, {
      method: 'post',
      path: '/v1/tenants/{tenantId}/subject-requests',
      id: 'fileSubjectRequest',
      summary: 'Take in what a person asks about his data; it is answered in the background',
      description:
        'You vouch for who asks. The answer is the same whether or not he ever called. While the same wish of the same ' +
        'person is open, asking again gives the same request.',
      scope: 'subject-requests:write',
      params: tenantPath,
      body: subjectRequestSchema,
      status: 202,
      answer: subjectRequest,
      async handle({ transaction, actor, params: { tenantId }, body, afterwards }) {
        if (!desk) throw new AdminRefusal('conflict', 'this process cannot find callers', [NEEDS_DESK]);
        if (!desk.exports && (body.kind === 'access' || body.kind === 'export'))
          throw new AdminRefusal('conflict', 'this cell has no place for exports', [NEEDS_EXPORTS]);
        const asked = { ...body, tenantId, callerKey: desk.callerKey };
        const { request } = await takeSubjectRequest(transaction, actor, asked);
        afterwards(() => desk.nudge());
        return shown(request);
      },
    }),
    endpoint(RESOURCE, {
      method: 'get',
      path: '/v1/tenants/{tenantId}/subject-requests',
      id: 'listSubjectRequests',
      summary: 'What people asked about their data, the latest first',
      scope: 'subject-requests:read',
      params: tenantPath,
      query: z.strictObject({
        limit,
        after: timeCursor.optional(),
        state: z.enum(REQUEST_STATES).optional(),
        overdue: z.enum(['true', 'false']).optional().describe('Only those whose deadline has passed'),
      }),
      answer: pageOf(subjectRequest),
      async handle({ transaction, query: { limit: most, after, state, overdue } }) {
        const place = after && { requestedAt: after.at, id: after.id };
        const filter = { limit: most + 1, after: place, state, overdue: overdue === 'true' };
        const found = await listRequests(transaction, filter);
        return paged(found.map(shown), most, ({ requestedAt, id }) => spellTimeCursor(requestedAt, id));
      },
    }),
    endpoint(RESOURCE, {
      method: 'get',
      path: '/v1/tenants/{tenantId}/subject-requests/{requestId}',
      id: 'getSubjectRequest',
      summary: 'How far a request is, and what came of it',
      scope: 'subject-requests:read',
      params: path,
      answer: subjectRequest,
      handle: async ({ transaction, params: { requestId } }) => shown(await showSubjectRequest(transaction, requestId)),
    }),
    endpoint(RESOURCE, {
      method: 'post',
      path: '/v1/tenants/{tenantId}/subject-requests/{requestId}/refuse',
      id: 'refuseSubjectRequest',
      summary: 'Answer a request with a no, while nobody works on it',
      scope: 'subject-requests:write',
      params: path,
      body: z.strictObject({ because: becauseSchema.describe('Told to the person, and kept; no personal data') }),
      answer: subjectRequest,
      handle: async ({ transaction, actor, params: { requestId: id }, body }) =>
        shown(await refuseSubjectRequest(transaction, actor, { id, ...body })),
    }),
    streamEndpoint(RESOURCE, {
      method: 'get',
      path: '/v1/tenants/{tenantId}/subject-requests/{requestId}/archive',
      id: 'getSubjectArchive',
      summary: 'The archive of a request of the kind access or export, as ZIP',
      scope: 'subject-requests:write',
      params: path,
      contentType: 'application/zip',
      async stream({ database, actor, params: { tenantId, requestId } }) {
        const { key } = await database.within(adminOf(tenantId), (transaction) =>
          fetchArchive(transaction, actor, requestId),
        );
        const body = await desk?.exports?.get(key);
        if (!body) throw new AdminRefusal('conflict', 'the archive is no longer kept: ask for another');
        return { contentType: 'application/zip', fileName: `${requestId}.zip`, body };
      },
    }),
    streamEndpoint(RESOURCE, {
      method: 'get',
      path: '/v1/tenants/{tenantId}/subject-requests/{requestId}/certificate',
      id: 'getDeletionCertificate',
      summary: 'The certificate of a deletion, as a page to read or to print',
      scope: 'subject-requests:read',
      params: path,
      contentType: 'text/plain; charset=utf-8',
      async stream({ database, params: { tenantId, requestId } }) {
        const page = await database.within(adminOf(tenantId), (transaction) => showCertificate(transaction, requestId));
        return { contentType: 'text/plain; charset=utf-8', fileName: `${requestId}.txt`, body: once(page) };
      },
    }),
  ];
}

/** Of the progress, what tells how far it is. */
function shown({ progress: { phase, counts: soFar }, ...request }: SubjectRequest) {
  return { ...request, progress: { phase, counts: soFar } };
}

const NEEDS_DESK = { expected: 'a cell that takes calls: it has the key that made the hashes of callers’ numbers' };
const NEEDS_EXPORTS = { expected: 'VOICECELL_EXPORTS, which names it' };

async function* once(text: string): AsyncIterable<string> {
  yield text;
}
