/** The calls of a tenant's day, for analytics. Callers who opted out are in none of these. */
import type { Queryable } from '../data/database.ts';
import { type Day, hourOf } from './day.ts';
import { type Group, type HourCount, K } from './groups.ts';

const NOT_OPTED_OUT = `not exists (select from callers where callers.id = caller_id and opted_out_at is not null)`;

/** `$1` the tenant, `$2` and `$3` from and until. */
const OF_THE_TIME = `tenant_id = $1 and started_at >= $2 and started_at < $3 and ${NOT_OPTED_OUT}`;

/** `$4` the agent, `$5` the hours of UTC. */
const OF_THE_GROUP = `${OF_THE_TIME} and agent = $4 and extract(hour from started_at at time zone 'UTC')::integer = any ($5::integer[])`;

/** Who called whom in an hour: as many as are enough to tell of them, and no more. */
export async function peopleIn(transaction: Queryable, tenantId: string, day: Day, hour: number): Promise<HourCount[]> {
  const rows = await transaction.query<{ agent: string; people: string[] }>(
    `select agent, (array_agg(distinct coalesce(caller_id, id)))[1:$4::integer] as people from conversations where ${OF_THE_TIME} group by agent`,
    [tenantId, hourOf(day, hour), hourOf(day, hour + 1), K],
  );
  return rows.map(({ agent, people }) => ({ agent, hour, people }));
}

/** Whether retention has already taken away what calls of the day said. */
export async function isPartlyDeleted(transaction: Queryable, tenantId: string, day: Day): Promise<boolean> {
  const found = await transaction.query(
    `select from conversations where tenant_id = $1 and started_at >= $2 and started_at < $3 and transcript_deleted_at is not null limit 1`,
    [tenantId, hourOf(day, 0), hourOf(day, 24)],
  );
  return found.length > 0;
}

export interface Numbers {
  readonly calls: number;
  readonly people: number;
  readonly durations: readonly (number | null)[] | null;
  readonly ends: Readonly<Record<string, number>>;
  readonly callerTurns: number;
  readonly answers: number;
  readonly gaps: readonly (number | null)[] | null;
  readonly tools: Readonly<Record<string, number>>;
  readonly asked: number;
  readonly agreed: number;
}

export async function numbersOf(transaction: Queryable, tenantId: string, day: Day, group: Group): Promise<Numbers> {
  const [row] = await transaction.query<Numbers & Record<string, unknown>>(
    `with calls as materialized (select * from conversations where ${OF_THE_GROUP}),
     events as materialized (
       select type, body from calls join conversation_events on conversation_id = calls.id
       where type in ('caller-turn', 'agent-turn', 'tool-called')
     ), tools as (
       select body ->> 'name' as name, count(*)::float8 as count from events where type = 'tool-called' group by 1
     ), ends as (
       select coalesce(end_reason, 'not-over') as name, count(*)::float8 as count from calls group by 1
     ), consent as (
       select bool_or(consents.answer = 'yes') as agreed from calls join consents on conversation_id = calls.id
       where purpose = 'recording' group by calls.id
     )
     select (select count(*) from calls)::float8 as calls,
       (select count(distinct coalesce(caller_id, id)) from calls)::float8 as people,
       (select percentile_cont(array[0.5, 0.95]) within group (order by duration_ms) from calls) as durations,
       (select coalesce(json_object_agg(name, count), '{}') from ends) as ends,
       (select count(*) from events where type = 'caller-turn')::float8 as "callerTurns",
       (select count(*) from events where type = 'agent-turn' and body ->> 'kind' = 'reply')::float8 as answers,
       (select percentile_cont(array[0.5, 0.95, 0.99]) within group (order by (body -> 'waterfall' ->> 'firstAudioMs')::float8)
          from events where type = 'agent-turn' and body ->> 'kind' = 'reply') as gaps,
       (select coalesce(json_object_agg(name, count), '{}') from tools where name is not null) as tools,
       (select count(*) from consent)::float8 as asked,
       (select count(*) from consent where agreed)::float8 as agreed`,
    [tenantId, ...span(day, group), group.agent, group.hours],
  );
  return row!;
}

/** From the first of its hours to the end of the last. */
function span(day: Day, { hours }: Group): [string, string] {
  return [hourOf(day, Math.min(...hours)), hourOf(day, Math.max(...hours) + 1)];
}

export interface CallOfGroup {
  readonly id: string;
  readonly version: string;
  /** Of the agent's definition, where the database has it. */
  readonly language: string | null;
}

/** A page of a group's calls in the order of their ids, which is none. */
export async function callsOf(
  transaction: Queryable,
  tenantId: string,
  day: Day,
  { group, after, most }: { readonly group: Group; readonly after: string; readonly most: number },
): Promise<CallOfGroup[]> {
  return transaction.query<CallOfGroup & Record<string, unknown>>(
    `select id, agent_version as version, (
       select coalesce(definition ->> 'language', 'en-US') from agents
       where agents.tenant_id = $1 and name = agent and version = agent_version
     ) as language
     from conversations where ${OF_THE_GROUP} and id > $6 order by id limit $7`,
    [tenantId, ...span(day, group), group.agent, group.hours, after, most],
  );
}

export interface SpokenEvent {
  readonly conversationId: string;
  readonly type: 'caller-turn' | 'agent-turn' | 'caller-text-redacted';
  readonly turn: number;
  readonly text: string;
  /** Of a caller's turn: how it was given. */
  readonly by: string | null;
}

/** What was said and heard in these calls, in order. */
export async function spokenIn(transaction: Queryable, ids: readonly string[]): Promise<SpokenEvent[]> {
  return transaction.query<SpokenEvent & Record<string, unknown>>(
    `select conversation_id as "conversationId", type, (body ->> 'turn')::float8 as turn, body ->> 'by' as by,
       coalesce(case type when 'agent-turn' then body ->> 'heardText' else body ->> 'text' end, '') as text
     from conversation_events
     where conversation_id = any ($1) and type in ('caller-turn', 'agent-turn', 'caller-text-redacted')
     order by conversation_id, sequence`,
    [ids],
  );
}
