/** A person's rows as they go into his archive: up to the moment he asked, a page at a time, in an order that never changes. */
import type { Queryable } from '../../../data/database.ts';
import type { DataRecord } from './records.ts';
import type { TranscribedConversation } from './transcript.ts';

/** Runs one query's transaction. */
export type Look = <T>(work: (transaction: Queryable) => Promise<T>) => Promise<T>;

const PAGE = 200;
/** Events hold what tools answered, which may be large. */
const EVENTS_PAGE = 200;
const NO_ID = '00000000-0000-0000-0000-000000000000';

export interface ArchivedConversation extends TranscribedConversation {
  readonly callId: string | null;
}

interface ConversationRow extends Record<string, unknown> {
  id: string;
  call_id: string | null;
  channel: string;
  agent: string;
  agent_version: string;
  region: string;
  started_at: Date;
  ended_at: Date | null;
  end_reason: string | null;
  duration_ms: number | null;
}

/** What ended after `until` had not ended then. */
export async function* conversationsOf(
  look: Look,
  callerId: string,
  until: string,
): AsyncGenerator<ArchivedConversation> {
  for (let after = NO_ID; ; ) {
    const from = after;
    const rows = await look((transaction) =>
      transaction.query<ConversationRow>(
        `select id, call_id, channel, agent, agent_version, region, started_at,
           case when ended_at <= $3 then ended_at end as ended_at, case when ended_at <= $3 then end_reason end as end_reason,
           case when ended_at <= $3 then duration_ms end as duration_ms
         from conversations where caller_id = $1 and id > $2 and started_at <= $3 order by id limit $4`,
        [callerId, from, until, PAGE],
      ),
    );
    for (const row of rows)
      yield {
        id: row.id,
        callId: row.call_id,
        channel: row.channel,
        agent: row.agent,
        agentVersion: row.agent_version,
        region: row.region,
        startedAt: row.started_at,
        endedAt: row.ended_at,
        endReason: row.end_reason,
        durationMs: row.duration_ms,
      };
    if (rows.length < PAGE) return;
    after = rows.at(-1)!.id;
  }
}

export type EventRecord = Extract<DataRecord, { record: 'event' }>;

export async function* eventsOf(look: Look, conversationId: string, until: string): AsyncGenerator<EventRecord> {
  for (let after = -1; ; ) {
    const from = after;
    const rows = await look((transaction) =>
      transaction.query<{ sequence: number; at: Date; at_ms: number; type: string; body: Record<string, unknown> }>(
        `select sequence, at, at_ms, type, body from conversation_events
         where conversation_id = $1 and sequence > $2 and at <= $3 order by sequence limit $4`,
        [conversationId, from, until, EVENTS_PAGE],
      ),
    );
    for (const { sequence, at, at_ms: atMs, type, body } of rows)
      yield { record: 'event', conversationId, sequence, at: at.toISOString(), atMs, type, body };
    if (rows.length < EVENTS_PAGE) return;
    after = rows.at(-1)!.sequence;
  }
}

interface ConsentRow extends Record<string, unknown> {
  id: string;
  conversation_id: string;
  purpose: string;
  jurisdiction: string;
  wording: string;
  wording_version: string;
  language: string;
  asked_at: Date;
  played_at: Date | null;
  answer: 'yes' | 'no' | 'none' | null;
  answered_by: string | null;
  answered_at: Date | null;
  withdrawn_at: Date | null;
  withdrawn_by: string | null;
}

export async function* consentsOf(
  look: Look,
  callerId: string,
  until: string,
): AsyncGenerator<Extract<DataRecord, { record: 'consent' }>> {
  for (let after = NO_ID; ; ) {
    const from = after;
    const rows = await look((transaction) =>
      transaction.query<ConsentRow>(
        'select * from consents where caller_id = $1 and id > $2 and asked_at <= $3 order by id limit $4',
        [callerId, from, until, PAGE],
      ),
    );
    for (const row of rows)
      yield {
        record: 'consent',
        consentId: row.id,
        conversationId: row.conversation_id,
        purpose: row.purpose,
        jurisdiction: row.jurisdiction,
        wording: row.wording,
        wordingVersion: row.wording_version,
        language: row.language,
        askedAt: row.asked_at.toISOString(),
        playedAt: iso(row.played_at),
        answer: row.answer,
        answeredBy: row.answered_by,
        answeredAt: iso(row.answered_at),
        withdrawnAt: iso(row.withdrawn_at),
        withdrawnBy: row.withdrawn_by,
      };
    if (rows.length < PAGE) return;
    after = rows.at(-1)!.id;
  }
}

export interface ArchivedRecording {
  readonly id: string;
  readonly conversationId: string;
  readonly objectKey: string;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
  readonly outcome: string | null;
  readonly durationMs: number | null;
  readonly conversationStartedAt: Date | null;
}

export async function* recordingsOf(look: Look, callerId: string, until: string): AsyncGenerator<ArchivedRecording> {
  for (let after = NO_ID; ; ) {
    const from = after;
    const rows = await look((transaction) =>
      transaction.query<ArchivedRecording & Record<string, unknown>>(
        `select recordings.id, conversation_id as "conversationId", object_key as "objectKey", recordings.started_at as "startedAt",
           finished_at as "finishedAt", outcome, recordings.duration_ms as "durationMs", conversations.started_at as "conversationStartedAt"
         from recordings left join conversations on conversations.id = conversation_id
         where recordings.caller_id = $1 and recordings.id > $2 and recordings.started_at <= $3 order by recordings.id limit $4`,
        [callerId, from, until, PAGE],
      ),
    );
    yield* rows;
    if (rows.length < PAGE) return;
    after = rows.at(-1)!.id;
  }
}

/** Who looked at him or at one of his conversations, as the audit has it. */
export async function* accessesOf(
  look: Look,
  callerId: string,
  until: string,
): AsyncGenerator<Extract<DataRecord, { record: 'access' }>> {
  for (let after = 0; ; ) {
    const from = after;
    const rows = await look((transaction) =>
      transaction.query<AccessRow>(
        `select position::float8 as position, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, region, actor,
           reason, action, resource, resource_id from audit_entries
         where position > $2 and at <= $3 and (
           caller_id = $1 or resource_id in (select id::text from conversations where caller_id = $1)
         )
         order by position limit $4`,
        [callerId, from, until, PAGE],
      ),
    );
    for (const row of rows)
      yield {
        record: 'access',
        at: row.at,
        who: row.actor,
        action: row.action,
        what: row.resource,
        id: row.resource_id,
        why: row.reason,
        region: row.region,
      };
    if (rows.length < PAGE) return;
    after = rows.at(-1)!.position;
  }
}

interface AccessRow extends Record<string, unknown> {
  position: number;
  at: string;
  region: string;
  actor: string;
  reason: string;
  action: string;
  resource: string;
  resource_id: string | null;
}

export function iso(at: Date | null): string | null {
  return at?.toISOString() ?? null;
}
