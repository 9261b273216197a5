/** How a refusal is answered: RFC 9457, with all problems at once. */
import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import { isRefusal, isUnavailable } from '../../data/failures.ts';
import { AdminRefusal, type Problem, type RefusalKind } from '../refusal.ts';

export const problemSchema = z
  .object({
    type: z.string().describe('`urn:voicecell:problem:` and what kind it is of'),
    title: z.string(),
    status: z.int(),
    problems: z
      .array(
        z.object({
          path: z.string().optional().describe('Where in what was sent'),
          found: z.string().optional(),
          expected: z.string(),
        }),
      )
      .describe('Everything that is wrong, not only the first'),
    requestId: z.string(),
  })
  .meta({ id: 'Problem', description: 'Why the request was refused (RFC 9457)' });

export interface HttpProblem {
  readonly status: number;
  /** The last part of the type. */
  readonly kind: string;
  readonly title: string;
  readonly problems: readonly Problem[];
  /** Seconds. */
  readonly retryAfter?: number;
}

const STATUS_OF: Readonly<Record<RefusalKind, number>> = {
  invalid: 422,
  'not-found': 404,
  conflict: 409,
  forbidden: 403,
};

/** A database that is down is usually back after this long. */
const TRY_AGAIN_S = 5;

export function problem(status: number, kind: string, title: string, problems: readonly Problem[] = []): HttpProblem {
  return { status, kind, title, problems };
}

/** What to answer to anything that was thrown. Nothing but what we wrote ourselves is ever repeated to the client. */
export function problemOf(error: unknown): HttpProblem {
  if (error instanceof AdminRefusal) return problem(STATUS_OF[error.kind], error.kind, error.title, error.problems);
  if (isUnavailable(error) || isWithoutSchema(error))
    return { ...problem(503, 'unavailable', 'the database cannot be reached right now'), retryAfter: TRY_AGAIN_S };
  if (isConstraint(error, 'residency'))
    return problem(422, 'invalid', 'the database refused data that may not be in this cell');
  if (isRefusal(error))
    return problem(422, 'invalid', 'the database would not take it', [{ expected: 'other values' }]);
  return statusProblem(error) ?? problem(500, 'broken', 'something is broken on our side');
}

/** What Fastify says of a request that it could not read. */
function statusProblem(error: unknown): HttpProblem | undefined {
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  if (status < 400 || status > 499) return undefined;
  const expected = EXPECTED[status];
  const title = STATUS_CODES[status]?.toLowerCase() ?? 'refused';
  return problem(status, status === 400 ? 'malformed' : 'refused', title, expected ? [{ expected }] : []);
}

const EXPECTED: Readonly<Record<number, string>> = {
  400: 'JSON, and `content-type: application/json` only with a body',
  413: 'a smaller body',
  414: 'a shorter path',
  415: '`content-type: application/json`',
};

/** No such role, no such table: the process has started a moment before its migrations have run. */
function isWithoutSchema(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === '22023' || error.code === '42P01');
}

function isConstraint(error: unknown, name: string): boolean {
  return error instanceof Error && 'constraint' in error && error.constraint === name;
}
