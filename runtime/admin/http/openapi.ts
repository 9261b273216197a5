/** The OpenAPI 3.1 document of the administration, made of the same schemas that check what is sent. Pure. */
import { z } from 'zod';
import { SCOPES } from '../roles.ts';
import { type Endpoint, isStreaming, isWrite } from './endpoint.ts';
import { AUDIT_REASON, IDEMPOTENCY_KEY, requestHeaders } from './headers.ts';
import { problemSchema } from './problem.ts';

type Json = Record<string, unknown>;

export interface OpenApiDocument extends Json {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

export interface Operation extends Json {
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly schema: Json }[];
  readonly requestBody?: {
    readonly required: true;
    readonly content: { readonly 'application/json': { readonly schema: Json } };
  };
}

const REFUSALS: Readonly<Record<number, string>> = {
  401: 'No key, or one that is unknown, revoked or expired',
  403: "The key's role may not do this",
  404: 'Not there, or another tenant’s: nobody is told which',
  409: 'Not possible as things are',
  422: 'What was sent makes no sense; `problems` lists everything',
  429: 'Too many requests; `Retry-After` says when to go on',
  503: 'The database cannot be reached right now; try again',
};

export function openApiDocument(endpoints: readonly Endpoint[]): OpenApiDocument {
  const components = new Components();
  const paths: Record<string, Record<string, Operation>> = {};
  for (const endpoint of endpoints) {
    paths[endpoint.path] = { ...paths[endpoint.path], [endpoint.method]: operationOf(endpoint, components) };
  }
  const problem = components.schemaOf(problemSchema, 'output');
  const responses = Object.entries(REFUSALS).map(([status, description]) => [
    `Refused${status}`,
    { description, content: { 'application/problem+json': { schema: problem } } },
  ]);
  return {
    openapi: '3.1.0',
    info: {
      title: 'VoiceCell administration',
      version: '1',
      description:
        'Administers one cell: its tenants, their numbers and agents, what calls left behind, and the keys to this. ' +
        'Lists are paged: give `next` of one page as `after` of the next. Unknown fields are refused.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'the cell' }],
    security: [{ key: [] }],
    tags: [...new Set(endpoints.map(({ resource }) => resource))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'A key, `vck_…`' } },
      responses: Object.fromEntries(responses),
      schemas: components.schemas,
    },
  };
}

function operationOf(endpoint: Endpoint, components: Components): Operation {
  const { id, summary, description, resource, scope, cellOnly } = endpoint;
  const roles = cellOnly ? `${SCOPES[scope].join(', ')}; only keys of the cell` : SCOPES[scope].join(', ');
  const body = isStreaming(endpoint) ? undefined : endpoint.body;
  const statuses = [401, 403, 404, ...(isWrite(endpoint) ? [409] : []), 422, 429, 503];
  return {
    operationId: id,
    summary,
    description: [description, `Needs \`${scope}\`: ${roles}.`].filter(Boolean).join('\n\n'),
    tags: [resource],
    parameters: [
      ...parametersOf(endpoint.params, 'path', components),
      ...(endpoint.query ? parametersOf(endpoint.query, 'query', components) : []),
      ...headersOf(endpoint, components),
    ],
    ...(body && { requestBody: { required: true, content: json(components.schemaOf(body, 'input')) } }),
    responses: {
      ...answerOf(endpoint, components),
      ...Object.fromEntries(statuses.map((status) => [status, { $ref: `#/components/responses/Refused${status}` }])),
    },
  };
}

function answerOf(endpoint: Endpoint, components: Components): Json {
  if (isStreaming(endpoint))
    return { 200: { description: 'Streamed', content: { [endpoint.contentType]: { schema: { type: 'string' } } } } };
  return { [endpoint.status]: { description: 'Done', content: json(components.schemaOf(endpoint.answer, 'output')) } };
}

function headersOf(endpoint: Endpoint, components: Components): Operation['parameters'] {
  const [reason, idempotency] = parametersOf(requestHeaders, 'header', components);
  const all = [
    { ...reason!, name: AUDIT_REASON },
    { ...idempotency!, name: IDEMPOTENCY_KEY },
  ];
  return isWrite(endpoint) ? all : all.slice(0, 1);
}

function parametersOf(schema: z.ZodObject, place: string, components: Components): Operation['parameters'] {
  return Object.entries(schema.shape as Record<string, z.ZodType>).map(([name, value]) => ({
    name,
    in: place,
    required: place === 'path' || !value.safeParse(undefined).success,
    schema: components.schemaOf(value, 'input'),
  }));
}

const json = (schema: Json) => ({ 'application/json': { schema } });

/** Schemas that have an id are said once and referred to. */
class Components {
  readonly schemas: Record<string, unknown> = {};

  schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
    const { $schema: _, $defs = {}, id: __, ...found } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
    for (const [id, definition] of Object.entries($defs)) this.schemas[id] = withoutId(refer(definition) as Json);
    const id = z.globalRegistry.get(schema)?.id;
    if (id === undefined) return refer(found) as Json;
    this.schemas[id] = refer(found);
    return { $ref: `#/components/schemas/${id}` };
  }
}

function withoutId({ id: _, ...rest }: Json): Json {
  return rest;
}

/** `#/$defs/Tenant` → `#/components/schemas/Tenant` */
function refer(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(refer);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === '$ref' && typeof inner === 'string' ? inner.replace('#/$defs/', '#/components/schemas/') : refer(inner),
    ]),
  );
}
