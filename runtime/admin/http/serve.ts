/** From a request that has a key to its answer: whose is it, may he, does it make sense, do it, write it down. */
import type { z } from 'zod';
import type { Database, Queryable } from '../../data/database.ts';
import { adminOf, type Scope as DatabaseScope, WHOLE_CELL } from '../../data/scope.ts';
import { findTenant } from '../../data/tenants.ts';
import type { KeyHolder } from '../key-ring.ts';
import { AdminRefusal, notFound, type Problem, problemsOf } from '../refusal.ts';
import { mayUse, SCOPES } from '../roles.ts';
import type { CellPlace } from '../tenants.ts';
import { type AnsweringEndpoint, type Context, type Endpoint, isWrite, type StreamingEndpoint } from './endpoint.ts';
import { requestHeaders } from './headers.ts';
import { type Answer, onlyOnce } from './idempotency.ts';
import { impossibleText } from './text.ts';

export interface Received {
  readonly holder: KeyHolder;
  /** As the world spells it, for telling two requests apart. */
  readonly url: string;
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly headers: unknown;
}

export interface Serving {
  readonly database: Pick<Database, 'within'>;
  readonly cell: CellPlace;
}

interface Understood {
  readonly scope: DatabaseScope;
  readonly tenantId: string | undefined;
  readonly context: Context;
  readonly params: unknown;
  readonly query: unknown;
  readonly idempotencyKey: string | undefined;
  readonly finish: () => void;
}

/** Throws {@link AdminRefusal}, or whatever the database throws. */
export async function answer(
  { database, cell }: Serving,
  endpoint: AnsweringEndpoint,
  received: Received,
): Promise<Answer> {
  const asked = understand(cell, endpoint, received);
  const { holder } = received;
  const { scope, tenantId, params, query, context, idempotencyKey, finish } = asked.understood;
  const body = bodyOf(endpoint, received, asked.problems);
  const answered = await database.within(scope, async (transaction) => {
    await requireTenant(transaction, tenantId);
    const work = async () => {
      const said = await endpoint.handle({ ...context, transaction, params, query, body });
      return { status: endpoint.status, body: JSON.stringify(said) };
    };
    if (idempotencyKey === undefined) return work();
    const request = `${endpoint.method}\n${received.url}\n${JSON.stringify(received.body)}`;
    return onlyOnce(transaction, { holder, tenantId, idempotencyKey, request }, work);
  });
  finish();
  return answered;
}

/** As {@link answer}, for what is too long to be held. */
export async function stream({ database, cell }: Serving, endpoint: StreamingEndpoint, received: Received) {
  const { understood, problems } = understand(cell, endpoint, received);
  refuseIf(problems);
  const { scope, tenantId, params, query, context } = understood;
  await database.within(scope, (transaction) => requireTenant(transaction, tenantId));
  return endpoint.stream({ ...context, database, params, query });
}

/** Whether somebody may ask this at all is decided before anything else is read: it tells a stranger nothing. */
function understand(cell: CellPlace, endpoint: Endpoint, received: Received) {
  const { key } = received.holder;
  const params = pathOf(endpoint, received.params, key.tenantId);
  if (endpoint.cellOnly && key.tenantId !== undefined)
    throw new AdminRefusal('forbidden', 'only keys of the cell may do this', [
      { found: 'a key of a tenant', expected: 'a key of the cell' },
    ]);
  if (!mayUse(key, endpoint.scope))
    throw new AdminRefusal('forbidden', `the role of this key has no scope ${endpoint.scope}`, [
      { found: `a key of the role ${key.role}`, expected: `one of the role ${SCOPES[endpoint.scope].join(', ')}` },
    ]);
  const problems: Problem[] = [];
  const query = endpoint.query ? readPart(endpoint.query, received.query, problems) : readNoQuery(received, problems);
  const headers = readPart(requestHeaders, received.headers, problems);
  const later: (() => void)[] = [];
  const tenantId = (params as { readonly tenantId?: string }).tenantId;
  const whose = tenantId ?? key.tenantId;
  const understood: Understood = {
    scope: whose === undefined ? WHOLE_CELL : adminOf(whose),
    tenantId,
    params,
    query,
    context: {
      cell,
      key,
      actor: { id: `key:${key.id}`, reason: headers?.['audit-reason'] ?? endpoint.id },
      afterwards: (work) => later.push(work),
    },
    idempotencyKey: isWrite(endpoint) ? headers?.['idempotency-key'] : undefined,
    finish: () => {
      for (const work of later) work();
    },
  };
  return { understood, problems };
}

/** What is not even spelled as an id is nowhere; what is another tenant's neither. */
function pathOf(endpoint: Endpoint, params: unknown, own: string | undefined): unknown {
  const read = impossibleText(params).length === 0 ? endpoint.params.safeParse(params) : undefined;
  if (!read?.success) throw notFound('thing');
  const { tenantId } = read.data as { readonly tenantId?: string };
  if (tenantId !== undefined && own !== undefined && tenantId !== own) throw notFound('tenant');
  return read.data;
}

function readPart<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  problems: Problem[],
): z.output<Schema> | undefined {
  const impossible = impossibleText(value);
  const read = schema.safeParse(value);
  if (impossible.length > 0) problems.push(...impossible);
  else if (!read.success) problems.push(...problemsOf(read.error, value));
  return read.data;
}

function readNoQuery({ query }: Received, problems: Problem[]): Record<string, never> {
  for (const path of Object.keys(query as object)) problems.push({ path, expected: 'no such parameter' });
  return {};
}

function bodyOf(endpoint: AnsweringEndpoint, { body }: Received, problems: Problem[]): unknown {
  const read = endpoint.body ? readPart(endpoint.body, body ?? {}, problems) : undefined;
  if (!endpoint.body && body !== undefined && body !== null && JSON.stringify(body) !== '{}')
    problems.push({ path: 'body', expected: 'none' });
  refuseIf(problems);
  return read;
}

function refuseIf(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new AdminRefusal('invalid', 'what was sent makes no sense', problems);
}

/** A key of the cell may name any tenant, also one that does not exist. */
async function requireTenant(transaction: Queryable, tenantId: string | undefined): Promise<void> {
  if (tenantId !== undefined && !(await findTenant(transaction, tenantId))) throw notFound('tenant');
}
