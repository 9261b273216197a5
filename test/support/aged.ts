/** Calls of other days, written as a database holds them: what is past its time, and what is not. */
import { randomUUID } from 'node:crypto';
import type { Database } from '../../runtime/data/database.ts';
import { recordingKey } from '../../runtime/recording/keys.ts';

export interface AgedCall {
  readonly tenantId: string;
  readonly days: number;
  readonly region?: string;
  readonly callerId?: string;
  /** @default 3 */
  readonly events?: number;
  /** Has a consent, a recording, or both. @default false */
  readonly consented?: boolean;
  readonly recorded?: boolean;
}

/** On a connection that owns the schema. Answers the ids of what it made, and where the recording would be. */
export async function agedCall(database: Database, call: AgedCall) {
  const { tenantId, days, region = 'eu-central-1', callerId = null, events = 3 } = call;
  const [conversationId, consentId, recordingId] = [randomUUID(), randomUUID(), randomUUID()];
  const at = new Date(Date.now() - days * 86_400_000);
  await database.query(
    `insert into conversations (id, tenant_id, caller_id, channel, agent, agent_version, region, started_at, ended_at, end_reason, duration_ms)
     values ($1, $2, $3, 'twilio', 'bright-smile', '1', $4, $5, $5::timestamptz + interval '1 minute', 'caller-hung-up', 60000)`,
    [conversationId, tenantId, callerId, region, at],
  );
  await database.query(
    `insert into conversation_events (conversation_id, tenant_id, sequence, at, at_ms, type, body)
     select $1, $2, sequence, $3, sequence * 20, 'caller-turn', jsonb_build_object('turn', sequence, 'text', 'my name is Ann')
     from generate_series(0, $4::integer - 1) as sequence`,
    [conversationId, tenantId, at, events],
  );
  if (call.consented)
    await database.query(
      `insert into consents (id, tenant_id, conversation_id, caller_id, purpose, jurisdiction, wording, wording_version, language, asked_at, played_at, answer)
       values ($1, $2, $3, $4, 'recording', 'EU', 'May we?', '1', 'en-US', $5, $5, 'yes')`,
      [consentId, tenantId, conversationId, callerId, at],
    );
  const objectKey = recordingKey({ tenantId, conversationId, recordingId }, at);
  if (call.recorded)
    await database.query(
      `insert into recordings (id, tenant_id, conversation_id, caller_id, object_key, started_at, outcome, finished_at, bytes)
       values ($1, $2, $3, $4, $5, $6, 'complete', $6, 4)`,
      [recordingId, tenantId, conversationId, callerId, objectKey, at],
    );
  return { conversationId, consentId, recordingId, objectKey };
}

/** Many at once: conversations of one age, each with so many events. */
export async function agedCalls(
  database: Database,
  { tenantId, days, events = 3, region = 'eu-central-1' }: AgedCall,
  count: number,
): Promise<void> {
  await database.query(
    `with calls as (
       insert into conversations (id, tenant_id, channel, agent, agent_version, region, started_at)
       select gen_random_uuid(), $1, 'twilio', 'bright-smile', '1', $2, now() - make_interval(days => $3, secs => -number)
       from generate_series(1, $4::integer) as number returning id, started_at
     )
     insert into conversation_events (conversation_id, tenant_id, sequence, at, at_ms, type, body)
     select id, $1, sequence, started_at, sequence * 20, 'caller-turn', jsonb_build_object('turn', sequence, 'text', 'my name is Ann')
     from calls cross join generate_series(0, $5::integer - 1) as sequence`,
    [tenantId, region, days, count, events],
  );
}
