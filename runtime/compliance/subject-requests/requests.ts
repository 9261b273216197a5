/** Reading requests back, in a transaction whose scope says whose. */
import type { Queryable } from '../../data/database.ts';
import { isUuid } from '../../data/uuid.ts';
import { REQUEST_COLUMNS, type RequestRow, type RequestState, type SubjectRequest, toRequest } from './request.ts';

export interface RequestFilter {
  readonly state?: RequestState;
  /** Only those whose deadline has passed without an answer. */
  readonly overdue?: boolean;
  /** 1 to {@link LONGEST_REQUEST_PAGE}. @default 50 */
  readonly limit?: number;
  /** Go on after this one, which was the last of the page before. */
  readonly after?: Pick<SubjectRequest, 'id' | 'requestedAt'>;
}

export const LONGEST_REQUEST_PAGE = 500;

/** The latest first. */
export async function listRequests(transaction: Queryable, filter: RequestFilter = {}): Promise<SubjectRequest[]> {
  const { state = null, overdue = false, after } = filter;
  const limit = Math.min(Math.max(Math.trunc(filter.limit ?? 50) || 1, 1), LONGEST_REQUEST_PAGE);
  const rows = await transaction.query<RequestRow>(
    `select ${REQUEST_COLUMNS} from subject_requests
     where ($1::text is null or state = $1)
       and (not $2 or (state in ('received', 'running', 'failed') and due_at < now()))
       and ($3::timestamptz is null or (requested_at, id) < ($3, $4))
     order by requested_at desc, id desc limit $5`,
    [state, overdue, after?.requestedAt ?? null, after?.id ?? null, limit],
  );
  return rows.map(toRequest);
}

/** Undefined when the scope knows none of that id. */
export async function findRequest(transaction: Queryable, id: string): Promise<SubjectRequest | undefined> {
  if (!isUuid(id)) return undefined;
  const [row] = await transaction.query<RequestRow>(`select ${REQUEST_COLUMNS} from subject_requests where id = $1`, [
    id,
  ]);
  return row && toRequest(row);
}

export async function countOverdue(transaction: Queryable): Promise<number> {
  const [row] = await transaction.query<{ overdue: number }>(
    `select count(*)::integer as overdue from subject_requests
     where state in ('received', 'running', 'failed') and due_at < now()`,
  );
  return row?.overdue ?? 0;
}
