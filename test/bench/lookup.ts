/**
 * What a call waits for at its start, and what it waits for while it goes on: finding its tenant and agent, and handing
 * its events over. On the embedded Postgres, and on a server where TEST_DATABASE_URL names one.
 *
 *   npm run bench:lookup
 */
import { randomUUID } from 'node:crypto';
import { columns } from '../../bin/terminal.ts';
import { agentSchema } from '../../runtime/agents/definition.ts';
import type { CallEvent } from '../../runtime/call/events.ts';
import { type Database, openDatabase } from '../../runtime/data/database.ts';
import { EventLog } from '../../runtime/data/event-log.ts';
import { eventWriter, type WriteEvents } from '../../runtime/data/event-writer.ts';
import { createLogger } from '../../runtime/logger.ts';
import { Directory } from '../../runtime/tenants/directory.ts';

import { house, prepareDatabase, testCell } from '../support/tenants.ts';
import { onEveryDatabase } from './databases.ts';
import { percentile } from './percentile.ts';

const TENANTS = 100;
const NUMBERS = 1_000;
const LOOKUPS = 10_000;
/** So long that what is remembered of each number grows old, and is asked again behind the calls' backs. */
const SPREAD_MS = 20_000;
const TARGET_P99_MS = 5;

const EVENTS = 10_000;
const EVENTS_SPREAD_MS = 5_000;
const SLOW_MS = 2_000;

const numbers = Array.from({ length: NUMBERS }, (_, nth) => `+1415${String(5_000_000 + nth)}`);
const logger = createLogger({ level: 'silent', region: testCell.region });

async function furnish(database: Database): Promise<void> {
  const definition = agentSchema.parse({
    name: 'front-desk',
    version: '1',
    // As long as prompts are.
    prompt: 'You answer the telephone of a dental practice. '.repeat(80),
    greeting: 'Hello.',
  });
  await database.query(
    `with made as (
       insert into tenants (name, region, data_residency) select 'tenant ' || n, $1, 'EU' from generate_series(1, $2::integer) n returning id
     ), published as (
       insert into agents (tenant_id, name, version, definition) select id, 'front-desk', '1', $3 from made returning id, tenant_id
     ), numbered as (select id, tenant_id, row_number() over () - 1 as nth from published)
     insert into phone_numbers (tenant_id, number, region, agent_id)
     select tenant_id, number, $1, id
     from unnest($4::text[]) with ordinality as called (number, place) join numbered on nth = place % $2`,
    [testCell.region, TENANTS, JSON.stringify(definition), numbers],
  );
}

const directoryOf = (database: Database) => new Directory({ database, house: () => undefined });

/** Each number once, by a process that knows none. */
async function cold(database: Database): Promise<number[]> {
  const directory = directoryOf(database);
  const tookMs: number[] = [];
  for (const number of numbers) tookMs.push(await timed(() => found(directory, number)));
  return tookMs;
}

/** Calls at random numbers, spread over time, by a process that has met each of them before. */
async function warm(database: Database): Promise<number[]> {
  const directory = directoryOf(database);
  for (const number of numbers) await found(directory, number);
  const tookMs: number[] = [];
  await spread(LOOKUPS, SPREAD_MS, async (nth) => {
    tookMs.push(await timed(() => found(directory, numbers[(nth * 7_919) % NUMBERS]!)));
  });
  return tookMs;
}

async function found(directory: Directory, number: string): Promise<void> {
  const answerer = await directory.find(number);
  if (typeof answerer === 'string') throw new Error(`nobody answers: ${answerer}`);
}

/** How long a call is held up by each event it hands over. */
async function handingOver(write: WriteEvents): Promise<number[]> {
  const log = new EventLog({ write, logger });
  const conversations = Array.from({ length: 100 }, () => randomUUID());
  const at = () => new Date().toISOString();
  const sequences = new Map<string, number>();
  const next = (conversationId: string) => {
    const sequence = sequences.get(conversationId) ?? 0;
    sequences.set(conversationId, sequence + 1);
    return { conversationId, sequence, at: at(), atMs: sequence * 20 };
  };
  for (const conversationId of conversations) {
    const { region } = testCell;
    const started = { tenantId: house.id, channel: 'twilio', agent: 'a', agentVersion: '1', region, resumed: false };
    log.sink({ type: 'call-started', ...started, ...next(conversationId) });
  }
  const tookMs: number[] = [];
  await spread(EVENTS, EVENTS_SPREAD_MS, async (nth) => {
    const said: CallEvent = {
      type: 'caller-turn',
      turn: nth,
      text: 'I would like to make an appointment for next Tuesday, in the afternoon if that is possible.',
      by: 'speech',
      waitMs: 300,
      ...next(conversations[nth % conversations.length]!),
    };
    const before = performance.now();
    log.sink(said);
    tookMs.push(performance.now() - before);
  });
  await log.close(1_000);
  return tookMs;
}

async function timed(work: () => Promise<void>): Promise<number> {
  const before = performance.now();
  await work();
  return performance.now() - before;
}

/** As calls come: so many in so long, one after the other. */
async function spread(count: number, overMs: number, work: (nth: number) => Promise<void>): Promise<void> {
  const begunAt = performance.now();
  for (let nth = 0; nth < count; nth++) {
    await work(nth);
    const aheadMs = (nth * overMs) / count - (performance.now() - begunAt);
    if (aheadMs > 1) await new Promise((resolve) => setTimeout(resolve, aheadMs));
  }
}

const row = (name: string, ms: readonly number[], scale: number, digits: number) => [
  name,
  String(ms.length),
  ...[0.5, 0.99, 1].map((part) => (percentile(ms, part) * scale).toFixed(digits)),
];

await onEveryDatabase(async (kind, connection, maxConnections) => {
  await prepareDatabase(connection);
  const database = openDatabase({ ...connection, maxConnections });
  await furnish(database);
  const lookups = { cold: await cold(database), warm: await warm(database) };
  console.log(`\n${kind}: who answers one of ${NUMBERS} numbers of ${TENANTS} tenants, ms\n`);
  const head = ['', 'n', 'p50', 'p99', 'max'];
  const answers = [row('asked for the first time', lookups.cold, 1, 2), row('remembered', lookups.warm, 1, 3)];
  console.log(columns([head, ...answers], { right: [1, 2, 3, 4] }));
  const p99 = percentile(lookups.warm, 0.99);
  console.log(`\ntarget: p99 of what is remembered ≤ ${TARGET_P99_MS} ms: ${p99 <= TARGET_P99_MS ? 'met' : 'MISSED'}`);

  const write = eventWriter(database);
  const nowhere = openDatabase({ ...connection, url: 'postgres://nobody:none@127.0.0.1:9/none' });
  const up = await handingOver(write);
  const slow = await handingOver(async (rows) => {
    await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
    return write(rows);
  });
  const down = await handingOver(eventWriter(nowhere));
  console.log(`\n${kind}: how long a call is held up by an event it hands over, µs\n`);
  const states = [
    row('the database is up', up, 1_000, 0),
    row(`it takes ${SLOW_MS} ms for every batch`, slow, 1_000, 0),
    row('it is down', down, 1_000, 0),
  ];
  console.log(columns([head, ...states], { right: [1, 2, 3, 4] }));
  const held = Math.max(...[up, slow, down].map((each) => percentile(each, 0.99)));
  console.log(`\ntarget: p99 adds 0 ms (rounded): ${Math.round(held) === 0 ? 'met' : 'MISSED'}`);
  await nowhere.close();
  await database.close();
});
