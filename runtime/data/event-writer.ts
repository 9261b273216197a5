/** One batch of events → one statement. What follows from them is the database's own `record_events`. */
import type { Queryable } from './database.ts';
import type { EventRow } from './event-row.ts';

/** Writes all rows or none, and may be repeated. Resolves to how many of them were new to the database. */
export type WriteEvents = (rows: readonly EventRow[]) => Promise<number>;

const WRITE = 'select inserted, erased from record_events($1, $2)';

/** @param onErased is told the ids of conversations that were erased while they went on: none of it is kept. */
export function eventWriter(database: Queryable, onErased: (ids: readonly string[]) => void = () => {}): WriteEvents {
  return async (rows) => {
    const [result] = await database.query<{ inserted: number; erased: string[] }>(WRITE, [
      conversationsJson(rows),
      eventsJson(rows),
    ]);
    const { inserted = 0, erased = [] } = result ?? {};
    if (erased.length === 0) return inserted;
    onErased(erased);
    // Refused on purpose, and not to be told as lost.
    return inserted + rows.filter(({ start }) => erased.includes(start.id)).length;
  };
}

/** One row a conversation: a statement may not touch the same row twice. */
function conversationsJson(rows: readonly EventRow[]): string {
  const conversations = new Map<string, object>();
  for (const { start, end } of rows) {
    if (conversations.has(start.id) && !end) continue;
    conversations.set(start.id, {
      id: start.id,
      tenant_id: start.tenantId,
      caller: start.caller,
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
    const columns = JSON.stringify({
      conversation_id: start.id,
      tenant_id: start.tenantId,
      sequence,
      at,
      at_ms: atMs,
      type,
    });
    return `${columns.slice(0, -1)},"body":${body}}`;
  });
  return `[${written.join(',')}]`;
}
