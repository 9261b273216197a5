/** A request is written down: whoever asks the same again while it is open, asks for the same one. */
import { requestDeadline } from '../../../regions/request-deadline.ts';
import type { Queryable } from '../../data/database.ts';
import { type Actor, audit } from '../audit/audit.ts';
import {
  type Correction,
  REQUEST_COLUMNS,
  type RequestKind,
  type RequestRow,
  type SubjectRequest,
  toRequest,
} from './request.ts';

export interface Filing {
  readonly tenantId: string;
  readonly kind: RequestKind;
  /** Of the person's number: see `callerHash`. Whether he ever called is found out by the work, not here. */
  readonly subjectHash: string;
  /** Of `rectify`. */
  readonly correction?: Correction;
  /** How the tenant made sure who asks. */
  readonly verifiedBy: string;
}

export interface Filed {
  readonly request: SubjectRequest;
  /** False when it was open already. */
  readonly isNew: boolean;
}

/** In a transaction of the tenant's; undefined when there is no such tenant. */
export async function fileRequest(transaction: Queryable, actor: Actor, filing: Filing): Promise<Filed | undefined> {
  const { tenantId, kind, subjectHash, correction, verifiedBy } = filing;
  const [tenant] = await transaction.query<{ data_residency: string; now: Date }>(
    'select data_residency, now() from tenants where id = $1',
    [tenantId],
  );
  if (!tenant) return undefined;
  const { dueAt, law } = requestDeadline(tenant.data_residency, {
    requestedAt: tenant.now,
    isOptout: kind === 'optout',
  });
  const input = correction === undefined ? null : JSON.stringify(correction);
  // Twice: the open one may be done between the two statements.
  for (let attempt = 0; attempt < 2; attempt++) {
    const [created] = await transaction.query<RequestRow>(
      `insert into subject_requests
         (tenant_id, kind, subject_hash, verified_by, input, jurisdiction, law, requested_at, due_at, actor, reason)
       values ($1, $2, decode($3, 'hex'), $4, $5, $6, $7, $8, $9, $10, $11)
       on conflict do nothing returning ${REQUEST_COLUMNS}`,
      [
        tenantId,
        kind,
        subjectHash,
        verifiedBy,
        input,
        tenant.data_residency,
        law,
        tenant.now,
        dueAt,
        actor.id,
        actor.reason,
      ],
    );
    if (created) {
      const details = { kind, verifiedBy, dueAt: dueAt.toISOString() };
      await audit(transaction, actor, {
        action: 'create',
        resource: 'subject-request',
        resourceId: created.id,
        tenantId,
        details,
      });
      return { request: toRequest(created), isNew: true };
    }
    const [open] = await transaction.query<RequestRow>(
      `select ${REQUEST_COLUMNS} from subject_requests
       where tenant_id = $1 and kind = $2 and subject_hash = decode($3, 'hex') and state in ('received', 'running')
         and input is not distinct from $4::jsonb`,
      [tenantId, kind, subjectHash, input],
    );
    if (open) return { request: toRequest(open), isNew: false };
  }
  throw new Error('the same request was filed and done at the same moment: ask again');
}
