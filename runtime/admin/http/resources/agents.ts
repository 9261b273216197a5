/** `/v1/tenants/{tenantId}/agents` */
import { z } from 'zod';
import { agentSchema } from '../../../agents/definition.ts';
import { LARGEST_FILE_BYTES } from '../../../agents/store.ts';
import { listAgents, listVersions } from '../../../data/agents.ts';
import { publishAgent, showAgent } from '../../agents.ts';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { idPage, limit, moment, paged, pageOf, tenantPath, uuid } from '../schemas.ts';
import { e164 } from './numbers.ts';

const version = z
  .object({
    id: uuid.describe('Of this version: what a phone number points to'),
    name: z.string(),
    version: z.string(),
    createdAt: moment,
    numbers: z.int().describe('How many phone numbers it answers'),
  })
  .meta({ id: 'AgentVersion' });

const summary = z
  .object({
    name: z.string(),
    versions: z.int(),
    latest: z.object({ id: uuid, version: z.string(), createdAt: moment }),
  })
  .meta({ id: 'Agent' });

const agentName = z.string().min(1).max(63);
const agentPath = z.strictObject({ tenantId: uuid, name: agentName });
const versionPath = z.strictObject({ tenantId: uuid, name: agentName, version: z.string().min(1).max(100) });
const nameCursor = agentName.optional().describe('Go on after this name: `next` of the page before');

/** Checked as a whole by the service, which knows more than the schema: the document alone has its shape. */
const definition = z.unknown().meta({ ...z.toJSONSchema(agentSchema, { io: 'input', unrepresentable: 'any' }) });

const RESOURCE = 'agents';

/** @param onChanged what was remembered of these numbers (E.164) is no longer true */
export function agentEndpoints(onChanged: (numbers: readonly string[]) => void): readonly Endpoint[] {
  return [
    endpoint(RESOURCE, {
      method: 'get',
      path: '/v1/tenants/{tenantId}/agents',
      id: 'listAgents',
      summary: 'Agents of a tenant, each with its latest version',
      scope: 'agents:read',
      params: tenantPath,
      query: z.strictObject({ limit, after: nameCursor }),
      answer: pageOf(summary),
      handle: async ({ transaction, query: { limit: most, after } }) =>
        paged(await listAgents(transaction, { limit: most + 1, after }), most, (last) => last.name),
    }),
    endpoint(RESOURCE, {
      method: 'post',
      path: '/v1/tenants/{tenantId}/agents',
      id: 'publishAgent',
      summary: 'Publish a version of an agent',
      description:
        'A version is never changed: publishing the same definition again changes nothing, another one needs another version.',
      scope: 'agents:write',
      params: tenantPath,
      body: z.strictObject({
        definition,
        live: z.boolean().default(true).describe('Numbers that other versions of it answer move to this one'),
      }),
      // A definition of the largest size, spelled wastefully.
      bodyLimit: 2 * LARGEST_FILE_BYTES,
      status: 201,
      answer: z.object({ agent: version, isNew: z.boolean(), moved: z.array(e164) }),
      async handle({ transaction, actor, params, body, afterwards }) {
        const published = await publishAgent(transaction, actor, params.tenantId, body);
        afterwards(() => onChanged(published.moved));
        return { ...published, moved: [...published.moved] };
      },
    }),
    endpoint(RESOURCE, {
      method: 'get',
      path: '/v1/tenants/{tenantId}/agents/{name}/versions',
      id: 'listAgentVersions',
      summary: 'All versions of an agent',
      scope: 'agents:read',
      params: agentPath,
      query: idPage,
      answer: pageOf(version),
      async handle({ transaction, params: { name }, query: { limit: most, after } }) {
        await showAgent(transaction, name);
        return paged(await listVersions(transaction, name, { limit: most + 1, after }), most, ({ id }) => id);
      },
    }),
    endpoint(RESOURCE, {
      method: 'get',
      path: '/v1/tenants/{tenantId}/agents/{name}/versions/{version}',
      id: 'getAgentVersion',
      summary: 'One version of an agent, with its definition',
      scope: 'agents:read',
      params: versionPath,
      answer: version
        .extend({ definition: z.record(z.string(), z.unknown()).describe('With every default filled in') })
        .meta({ id: 'AgentDefinition' }),
      handle: ({ transaction, params }) => showAgent(transaction, params.name, params.version),
    }),
  ];
}
