/** What an endpoint is: one value from which its route, its checks and its part of the OpenAPI document follow. */
import type { z } from 'zod';
import type { Actor } from '../../compliance/audit/audit.ts';
import type { ApiKey } from '../../data/api-keys.ts';
import type { Database, Queryable } from '../../data/database.ts';
import type { Scope } from '../roles.ts';
import type { CellPlace } from '../tenants.ts';

/** Where everything is that belongs to the administration; the cell's firewall knows it too. */
export const ADMIN_PREFIX = '/v1';

/** What every handler is told, beside what it was asked. */
export interface Context {
  readonly cell: CellPlace;
  readonly key: ApiKey;
  /** For the audit: the key, and the reason that was given or else the endpoint's name. */
  readonly actor: Actor;
  /** Something else that follows from a change, once it is committed. Must not throw. */
  afterwards(work: () => void): void;
}

export interface Asked<Params, Query, Body> extends Context {
  /** In the name of the tenant of the path, and committed together with the answer to an `Idempotency-Key`. */
  readonly transaction: Queryable;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
}

/** Of an endpoint that streams: it opens its own transactions, one a page. */
export interface AskedForStream<Params, Query> extends Context {
  readonly database: Pick<Database, 'within'>;
  readonly params: Params;
  readonly query: Query;
}

export interface Streamed {
  readonly contentType: string;
  /** Offered as a download by this name. */
  readonly fileName?: string;
  readonly body: AsyncIterable<string | Uint8Array>;
}

interface Common<Params extends z.ZodObject, Query extends z.ZodObject> {
  readonly method: 'get' | 'post' | 'patch' | 'delete';
  /** `/v1/tenants/{tenantId}/numbers`. What is below a tenant is seen only by keys of it, and of the cell. */
  readonly path: `/v1/${string}`;
  /** Unique: `addNumber`. */
  readonly id: string;
  readonly summary: string;
  readonly description?: string;
  readonly scope: Scope;
  /** Only for keys of the cell. */
  readonly cellOnly?: true;
  readonly params: Params;
  readonly query?: Query;
}

export interface Definition<
  Params extends z.ZodObject,
  Query extends z.ZodObject,
  Body extends z.ZodType,
  Answer extends z.ZodType,
> extends Common<Params, Query> {
  readonly body?: Body;
  /** @default 16,384 bytes */
  readonly bodyLimit?: number;
  /** @default 200 */
  readonly status?: 200 | 201 | 202;
  readonly answer: Answer;
  handle(asked: Asked<z.output<Params>, z.output<Query>, z.output<Body>>): Promise<z.input<Answer>>;
}

export interface StreamDefinition<Params extends z.ZodObject, Query extends z.ZodObject> extends Common<Params, Query> {
  readonly method: 'get';
  readonly contentType: string;
  stream(asked: AskedForStream<z.output<Params>, z.output<Query>>): Promise<Streamed>;
}

interface Untyped extends Common<z.ZodObject, z.ZodObject> {
  readonly resource: string;
}

export interface AnsweringEndpoint extends Untyped {
  readonly body?: z.ZodType;
  readonly bodyLimit: number;
  readonly status: 200 | 201 | 202;
  readonly answer: z.ZodType;
  handle(asked: Asked<unknown, unknown, unknown>): Promise<unknown>;
}

export interface StreamingEndpoint extends Untyped {
  readonly contentType: string;
  stream(asked: AskedForStream<unknown, unknown>): Promise<Streamed>;
}

export type Endpoint = AnsweringEndpoint | StreamingEndpoint;

const LARGEST_BODY_BYTES = 16_384;

/** A handler sees what its schemas make of a request; who keeps a list of endpoints need not know them apart. */
export function endpoint<
  Params extends z.ZodObject,
  Query extends z.ZodObject,
  Body extends z.ZodType,
  Answer extends z.ZodType,
>(resource: string, definition: Definition<Params, Query, Body, Answer>): Endpoint {
  return { bodyLimit: LARGEST_BODY_BYTES, status: 200, ...definition, resource } as unknown as AnsweringEndpoint;
}

export function streamEndpoint<Params extends z.ZodObject, Query extends z.ZodObject>(
  resource: string,
  definition: StreamDefinition<Params, Query>,
): Endpoint {
  return { ...definition, resource } as unknown as StreamingEndpoint;
}

export function isStreaming(endpoint: Endpoint): endpoint is StreamingEndpoint {
  return 'stream' in endpoint;
}

export function isWrite({ method }: Endpoint): boolean {
  return method !== 'get';
}
