/** What the database knows of recordings that no call speaks for any more. */

import { RETENTION_DAYS, type RetentionDays } from '../../regions/retention.ts';
import type { RecordingIds } from '../recording/keys.ts';
import type { RecordingResult } from '../recording/recording.ts';
import type { Database } from './database.ts';
import { runtimeOf } from './scope.ts';

/** A recording that something is to be done about. */
export interface OpenRecording {
  readonly ids: RecordingIds;
  readonly objectKey: string;
  /** It must not be kept. Otherwise: nobody has said for a day how it ended. */
  readonly isWithdrawn: boolean;
}

export interface RecordingLedger {
  /** False once consent was taken back, or the conversation was erased. Rejects while the database is down. */
  mayKeep(ids: RecordingIds): Promise<boolean>;
  /** Writes down how a recording ended, unless that is known. @returns whether it may still be kept */
  settle(ids: RecordingIds, objectKey: string, result: RecordingResult): Promise<boolean>;
  /** Those that must not be kept and are not known to be gone, and those of which nobody says how they ended. */
  open(): Promise<OpenRecording[]>;
}

/**
 * How long the tenant wants its recordings kept; undefined where it says nothing. Deleting is the retention job's, by the
 * database; the object's tag is the second net, and must not be the tighter one.
 */
export async function recordingDays(database: Database, tenantId: string): Promise<RetentionDays | undefined> {
  const [policy] = await database.within(runtimeOf(tenantId), (transaction) =>
    transaction.query<{ days: number }>(
      "select days from retention_policies where tenant_id = $1 and data_class = 'recordings'",
      [tenantId],
    ),
  );
  return policy && RETENTION_DAYS.find((days) => days >= policy.days);
}

export function recordingLedger(database: Database): RecordingLedger {
  const ask = async (tenantId: string, sql: string, values: readonly unknown[]) =>
    database.within(runtimeOf(tenantId), async (transaction) => {
      const [row] = await transaction.query<{ kept: boolean }>(`select ${sql} as kept`, values);
      return row?.kept ?? false;
    });
  return {
    mayKeep: ({ tenantId, conversationId, recordingId }) =>
      ask(tenantId, 'may_keep_recording($1, $2)', [recordingId, conversationId]),
    settle: ({ tenantId, conversationId, recordingId }, objectKey, { outcome, bytes, durationMs }) =>
      ask(tenantId, 'settle_recording($1, $2, $3, $4, $5, $6, $7)', [
        recordingId,
        tenantId,
        conversationId,
        objectKey,
        outcome,
        bytes,
        durationMs,
      ]),
    async open() {
      const rows = await database.query<OpenRow>('select * from open_recordings()');
      return rows.map(({ id: recordingId, tenant_id: tenantId, conversation_id: conversationId, ...row }) => ({
        ids: { recordingId, tenantId, conversationId },
        objectKey: row.object_key,
        isWithdrawn: row.withdrawn,
      }));
    },
  };
}

interface OpenRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly conversation_id: string;
  readonly object_key: string;
  readonly withdrawn: boolean;
}
