/** How the work on every kind of request ends: answered and in the audit, in one transaction. */
import type { Queryable } from '../../data/database.ts';
import { audit } from '../audit/audit.ts';
import { completeRequest } from './lease.ts';
import type { RequestKind, RequestResult } from './request.ts';
import type { RequestWork } from './work.ts';

const ACTIONS: Readonly<Record<RequestKind, string>> = {
  access: 'export',
  export: 'export',
  delete: 'delete',
  rectify: 'change',
  optout: 'change',
  withdraw: 'change',
};

export interface Conclusion {
  readonly callerId: string | undefined;
  readonly result: RequestResult;
  readonly lookAgainMs?: number;
  /** What the audit is told besides the counts. No personal data. */
  readonly details?: Readonly<Record<string, unknown>>;
}

export async function concluded(work: RequestWork, transaction: Queryable, conclusion: Conclusion): Promise<void> {
  const { request, actor } = work.claimed;
  const { callerId, result, lookAgainMs, details } = conclusion;
  await completeRequest(transaction, { id: request.id, worker: work.worker, result, lookAgainMs });
  await settleFailed(transaction, work);
  await audit(transaction, actor, {
    action: ACTIONS[request.kind],
    resource: 'subject',
    resourceId: request.id,
    tenantId: request.tenantId,
    callerId,
    details: { kind: request.kind, ...result.counts, ...details },
  });
}

/** What was asked before, given up and asked again is answered with it. Which words were wrong then, nobody knows any more. */
async function settleFailed(transaction: Queryable, { claimed: { request, subjectHash } }: RequestWork): Promise<void> {
  if (request.kind === 'rectify') return;
  await transaction.query(
    `update subject_requests set state = 'done', completed_at = now(), result = jsonb_build_object('note', $3::text)
     where subject_hash = decode($1, 'hex') and kind = $2 and state = 'failed'`,
    [subjectHash, request.kind, `Answered by request ${request.id}.`],
  );
}
