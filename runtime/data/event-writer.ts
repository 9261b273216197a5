/** One batch of events → one statement. */
import type { Database } from './database.ts';
import type { EventRow } from './event-row.ts';

/** Writes all rows or none, and may be repeated. Resolves to how many of them were new to the database. */
export type WriteEvents = (rows: readonly EventRow[]) => Promise<number>;

/**
 * Each batch brings the rows of its conversations along: one statement, one round trip, and a database that was put
 * back to a moment before a call began still takes the rest of it. A conversation that was taken up again elsewhere ends
 * when its last part does.
 */
const WRITE = `
  with conversation as (
    insert into conversations as known
      (id, call_id, channel, agent, agent_version, region, started_at, ended_at, end_reason, duration_ms)
    select id, call_id, channel, agent, agent_version, region, started_at, ended_at, end_reason, duration_ms
    from json_to_recordset($1::json) as row (
      id uuid, call_id text, channel text, agent text, agent_version text, region text,
      started_at timestamptz, ended_at timestamptz, end_reason text, duration_ms integer
    )
    on conflict (id) do update
      set ended_at = excluded.ended_at, end_reason = excluded.end_reason, duration_ms = excluded.duration_ms
      where excluded.ended_at is not null and (known.ended_at is null or known.ended_at < excluded.ended_at)
  ), event as (
    insert into conversation_events (conversation_id, sequence, at, at_ms, type, body)
    select conversation_id, sequence, at, at_ms, type, body
    from json_to_recordset($2::json) as row (
      conversation_id uuid, sequence integer, at timestamptz, at_ms integer, type text, body jsonb
    )
    on conflict (conversation_id, sequence) do nothing
    returning 1
  )
  select count(*)::integer as inserted from event`;

export function eventWriter(database: Pick<Database, 'query'>): WriteEvents {
  return async (rows) => {
    const [result] = await database.query<{ inserted: number }>(WRITE, [conversationsJson(rows), eventsJson(rows)]);
    return result?.inserted ?? 0;
  };
}

/** One row a conversation: a statement may not touch the same row twice. */
function conversationsJson(rows: readonly EventRow[]): string {
  const conversations = new Map<string, object>();
  for (const { start, end } of rows) {
    if (conversations.has(start.id) && !end) continue;
    conversations.set(start.id, {
      id: start.id,
      call_id: start.callId,
      channel: start.channel,
      agent: start.agent,
      agent_version: start.agentVersion,
      region: start.region,
      started_at: start.startedAt,
      ended_at: end?.endedAt ?? null,
      end_reason: end?.reason ?? null,
      duration_ms: end?.durationMs ?? null,
    });
  }
  return JSON.stringify([...conversations.values()]);
}

/** The bodies are JSON already. */
function eventsJson(rows: readonly EventRow[]): string {
  const written = rows.map(({ start, sequence, at, atMs, type, body }) => {
    const columns = JSON.stringify({ conversation_id: start.id, sequence, at, at_ms: atMs, type });
    return `${columns.slice(0, -1)},"body":${body}}`;
  });
  return `[${written.join(',')}]`;
}
