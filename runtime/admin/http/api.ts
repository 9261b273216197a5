/**
 * The administration over HTTP, everything below `/v1`. Nothing is answered without a key, not even that a path exists;
 * what is answered is never kept by anything in between.
 */
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Database } from '../../data/database.ts';
import { describeFailure } from '../../data/failures.ts';
import { type Logger, safeError } from '../../logger.ts';
import { type KeyHolder, type KeyRefusal, KeyRing } from '../key-ring.ts';
import type { CellPlace } from '../tenants.ts';
import { ADMIN_PREFIX, type Endpoint, isStreaming } from './endpoint.ts';
import { openApiDocument } from './openapi.ts';
import { type HttpProblem, problem, problemOf } from './problem.ts';
import { type RateLimit, RateLimiter } from './rate-limit.ts';
import { adminEndpoints, type Changes } from './resources/index.ts';
import type { SubjectDesk } from './resources/subject-requests.ts';
import { answer, stream } from './serve.ts';

export interface AdminApiOptions extends Pick<Changes, 'onNumbers'> {
  /** Logged in as the administration; not the calls' own pool, which no report may keep waiting. */
  readonly database: Pick<Database, 'within'>;
  readonly cell: CellPlace;
  readonly logger: Logger;
  /** Absent where nobody's requests about his data are taken in. */
  readonly subjectDesk?: SubjectDesk;
  /** The database is another cell's: its keys open nothing here. */
  readonly isForeign?: () => boolean;
  /** Of each key, in each task. */
  readonly rateLimit?: RateLimit;
}

interface Visit {
  readonly requestId: string;
  holder?: KeyHolder;
}

const HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000',
} as const;

/** Adds the routes. */
export async function addAdminApi(app: FastifyInstance, options: AdminApiOptions): Promise<void> {
  const { database, logger } = options;
  const ring = new KeyRing(database, options.cell.region);
  const limiter = new RateLimiter(options.rateLimit);
  const visits = new WeakMap<FastifyRequest, Visit>();
  const endpoints = adminEndpoints(
    { onNumbers: options.onNumbers, onKey: (id) => ring.forget(id) },
    options.subjectDesk,
  );
  let document: string | undefined;

  const refuse = (reply: FastifyReply, visit: Visit, { status, kind, title, problems, retryAfter }: HttpProblem) => {
    if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter));
    if (status === 401) reply.header('www-authenticate', 'Bearer');
    const type = `urn:voicecell:problem:${kind}`;
    const body = JSON.stringify({ type, title, status, problems, requestId: visit.requestId });
    return reply.code(status).type('application/problem+json').send(body);
  };
  const visitOf = (request: FastifyRequest): Visit => {
    const visit = visits.get(request) ?? { requestId: randomUUID() };
    visits.set(request, visit);
    return visit;
  };

  await app.register(
    async (scope) => {
      // Forms and plain text are for other doors.
      scope.removeContentTypeParser(['application/x-www-form-urlencoded', 'text/plain']);

      scope.addHook('onRequest', async (request, reply) => {
        const visit = visitOf(request);
        reply.headers({ ...HEADERS, 'x-request-id': visit.requestId });
        if (options.isForeign?.()) return refuse(reply, visit, problem(401, 'unauthorized', 'no key opens this cell'));
        const opened = await ring.open(request.headers.authorization);
        if (typeof opened === 'string') return refuse(reply, visit, unauthorized(opened));
        visit.holder = opened;
        const waitMs = limiter.take(opened.key.id);
        if (waitMs === 0) return undefined;
        const retryAfter = Math.ceil(waitMs / 1_000);
        return refuse(reply, visit, {
          ...problem(429, 'too-many-requests', 'too many requests of one key'),
          retryAfter,
        });
      });

      scope.setErrorHandler((error, request, reply) => {
        const visit = visitOf(request);
        const refusal = problemOf(error);
        if (refusal.status >= 500) {
          const { requestId } = visit;
          const why = refusal.status === 503 ? { error: describeFailure(error) } : safeError(error);
          logger.error({ requestId, path: request.routeOptions.url, ...why }, 'a request of the administration failed');
        }
        return refuse(reply, visit, refusal);
      });

      scope.setNotFoundHandler((request, reply) =>
        refuse(reply, visitOf(request), problem(404, 'not-found', 'there is no such path here')),
      );

      scope.get('/openapi.json', (_request, reply) => {
        document ??= JSON.stringify(openApiDocument(endpoints));
        return reply.type('application/json').send(document);
      });
      for (const endpoint of endpoints) addRoute(scope, endpoint, options, visitOf);

      scope.addHook('onResponse', async (request, reply) => {
        const { requestId, holder } = visitOf(request);
        const { key } = holder ?? {};
        const about = { requestId, status: reply.statusCode, keyId: key?.id, tenantId: key?.tenantId };
        const tookMs = Math.round(reply.elapsedTime);
        logger.info({ ...about, method: request.method, path: request.routeOptions.url, tookMs }, 'administration');
      });
    },
    { prefix: ADMIN_PREFIX },
  );
}

function addRoute(
  scope: FastifyInstance,
  endpoint: Endpoint,
  options: AdminApiOptions,
  visitOf: (request: FastifyRequest) => Visit,
): void {
  const receivedOf = (request: FastifyRequest) => {
    const { url, params, query, body, headers } = request;
    // The hook before has let nobody else in.
    return { holder: visitOf(request).holder!, url, params, query, body, headers };
  };
  scope.route({
    method: endpoint.method,
    url: endpoint.path.slice(ADMIN_PREFIX.length).replace(/\{(\w+)\}/g, ':$1'),
    bodyLimit: isStreaming(endpoint) ? undefined : endpoint.bodyLimit,
    async handler(request, reply) {
      if (!isStreaming(endpoint)) {
        const { status, body } = await answer(options, endpoint, receivedOf(request));
        return reply.code(status).type('application/json').send(body);
      }
      const { contentType, fileName, body } = await stream(options, endpoint, receivedOf(request));
      if (fileName) reply.header('content-disposition', `attachment; filename="${fileName}"`);
      return reply.type(contentType).send(Readable.from(body));
    },
  });
}

const UNAUTHORIZED: Readonly<Record<KeyRefusal, string>> = {
  missing: 'no key was shown',
  unknown: 'this key is not known here',
  revoked: 'this key was revoked',
  expired: 'this key has expired',
};

function unauthorized(refusal: KeyRefusal): HttpProblem {
  return problem(401, 'unauthorized', UNAUTHORIZED[refusal], [
    { path: 'Authorization', expected: '`Bearer vck_…` with a key of this cell that is still good' },
  ]);
}
