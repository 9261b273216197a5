/** Every access to personal data, and every act of administration, leaves an entry that nobody can take back. */
import type { Queryable } from '../../data/database.ts';

export interface Actor {
  /** `key:<uuid>`, `cli:<login name>`, `job:retention`. */
  readonly id: string;
  /** Why, in the actor's own words. No personal data. */
  readonly reason: string;
}

export interface AuditEvent {
  /** `read`, `create`, `change`, `delete`, `export`, … */
  readonly action: string;
  /** `conversation`, `tenant`, `subject-request`, … */
  readonly resource: string;
  readonly resourceId?: string;
  /** Absent when the whole cell is meant. */
  readonly tenantId?: string;
  /** Whose data it was. */
  readonly callerId?: string;
  /** Counts and ids; never personal data, which could not be erased from here. */
  readonly details?: Readonly<Record<string, unknown>>;
}

const APPEND = 'select append_audit($1, $2, $3, $4, $5, $6, $7, $8)';

/**
 * Adds an entry, in the transaction of the access itself: neither is there without the other. Do it last: until the
 * transaction ends, every other entry of the cell waits for this one.
 */
export async function audit(transaction: Queryable, actor: Actor, event: AuditEvent): Promise<void> {
  const { action, resource, resourceId = null, tenantId = null, callerId = null, details } = event;
  const detailsJson = details === undefined ? null : JSON.stringify(details);
  await transaction.query(APPEND, [
    actor.id,
    actor.reason,
    action,
    resource,
    resourceId,
    tenantId,
    callerId,
    detailsJson,
  ]);
}
