/** Reading conversations back: for lists, for replay, for tests. Whose may be read is the transaction's scope. */
import type { CallEvent, EndReason } from '../call/events.ts';
import type { Queryable } from './database.ts';
import { isUuid } from './uuid.ts';

export interface Conversation {
  readonly id: string;
  readonly tenantId: string;
  /** Absent when the caller showed no number. */
  readonly callerId?: string;
  /** The channel's own id of the call, where it has one. */
  readonly callId?: string;
  readonly channel: string;
  readonly agent: string;
  readonly agentVersion: string;
  readonly region: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** Absent while the call is up. */
  readonly ended?: { readonly at: string; readonly reason: EndReason; readonly durationMs: number };
}

export interface Page {
  /** 1 to {@link LONGEST_PAGE}. @default 50 */
  readonly limit?: number;
  /** Go on after this one, which was the last of the page before. */
  readonly after?: Pick<Conversation, 'id' | 'startedAt'>;
}

export const LONGEST_PAGE = 500;

/** The latest first. */
export async function recentConversations(database: Queryable, page: Page = {}): Promise<Conversation[]> {
  const limit = Math.min(Math.max(Math.trunc(page.limit ?? 50) || 1, 1), LONGEST_PAGE);
  const { startedAt = null, id = null } = page.after ?? {};
  const rows = await database.query<ConversationRow>(
    `select * from conversations
     where $2::timestamptz is null or (started_at, id) < ($2::timestamptz, $3::uuid)
     order by started_at desc, id desc
     limit $1`,
    [limit, startedAt, id],
  );
  return rows.map(toConversation);
}

/** Everything that is known of one conversation; `undefined` when there is none of that id. */
export async function loadConversation(
  database: Queryable,
  id: string,
): Promise<{ readonly conversation: Conversation; readonly events: CallEvent[] } | undefined> {
  if (!isUuid(id)) return undefined;
  const [row] = await database.query<ConversationRow>('select * from conversations where id = $1', [id]);
  if (!row) return undefined;
  const events = await database.query<EventRow>(
    'select sequence, at, at_ms, type, body from conversation_events where conversation_id = $1 order by sequence',
    [row.id],
  );
  return { conversation: toConversation(row), events: events.map((event) => toEvent(row.id, event)) };
}

/** The conversation without its events. */
export async function findConversation(database: Queryable, id: string): Promise<Conversation | undefined> {
  if (!isUuid(id)) return undefined;
  const [row] = await database.query<ConversationRow>('select * from conversations where id = $1', [id]);
  return row && toConversation(row);
}

/** In order. @param after the sequence number of the last one that is known already; -1 for none */
export async function eventsAfter(
  database: Queryable,
  conversationId: string,
  after: number,
  limit: number,
): Promise<CallEvent[]> {
  const rows = await database.query<EventRow>(
    `select sequence, at, at_ms, type, body from conversation_events
     where conversation_id = $1 and sequence > $2 order by sequence limit $3`,
    [conversationId, after, limit],
  );
  return rows.map((row) => toEvent(conversationId, row));
}

interface ConversationRow {
  id: string;
  tenant_id: string;
  caller_id: string | null;
  call_id: string | null;
  channel: string;
  agent: string;
  agent_version: string;
  region: string;
  started_at: Date;
  ended_at: Date | null;
  end_reason: EndReason | null;
  duration_ms: number | null;
}

interface EventRow {
  sequence: number;
  at: Date;
  at_ms: number;
  type: string;
  body: object;
}

function toConversation(row: ConversationRow): Conversation {
  const { ended_at: endedAt, end_reason: reason, duration_ms: durationMs } = row;
  return {
    id: row.id,
    tenantId: row.tenant_id,
    callerId: row.caller_id ?? undefined,
    callId: row.call_id ?? undefined,
    channel: row.channel,
    agent: row.agent,
    agentVersion: row.agent_version,
    region: row.region,
    startedAt: row.started_at.toISOString(),
    ended: endedAt && reason && durationMs !== null ? { at: endedAt.toISOString(), reason, durationMs } : undefined,
  };
}

/** Only the event log writes these rows, from events: what comes out is what went in. */
function toEvent(conversationId: string, { sequence, at, at_ms: atMs, type, body }: EventRow): CallEvent {
  return { ...body, type, conversationId, sequence, at: at.toISOString(), atMs } as CallEvent;
}
