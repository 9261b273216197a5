/** Where recordings are: `recordings/TENANT/YYYY/MM/DD/CONVERSATION/RECORDING.wav`, ids only, the day in UTC. */
import { isUuid } from '../data/uuid.ts';

export const RECORDINGS_PREFIX = 'recordings/';

export interface RecordingIds {
  /** UUIDs. */
  readonly tenantId: string;
  readonly conversationId: string;
  readonly recordingId: string;
}

export function recordingKey({ recordingId, ...conversation }: RecordingIds, at: Date): string {
  return `${conversationPrefix(conversation, at)}${recordingId}.wav`;
}

/** What the keys of all recordings of a conversation that began on a day begin with. */
export function conversationPrefix(ids: Pick<RecordingIds, 'tenantId' | 'conversationId'>, at: Date): string {
  const day = at.toISOString().slice(0, 10).replaceAll('-', '/');
  return `${RECORDINGS_PREFIX}${ids.tenantId}/${day}/${ids.conversationId}/`;
}

/** Undefined for a key of anything else. */
export function idsOf(key: string): RecordingIds | undefined {
  const [, tenantId, conversationId, recordingId] =
    /^recordings\/([^/]+)\/\d{4}\/\d\d\/\d\d\/([^/]+)\/([^/]+)\.wav$/.exec(key) ?? [];
  if (!tenantId || !conversationId || !recordingId) return undefined;
  return [tenantId, conversationId, recordingId].every(isUuid) ? { tenantId, conversationId, recordingId } : undefined;
}
