/**
 * What calls feel while retention deletes 100,000 rows: how long the queries of the call path take meanwhile (a batch of
 * events written, a number looked up). On the embedded database always; on a real server where TEST_DATABASE_URL names
 * one, which is where the target counts: the embedded one has a single session, so that everybody waits for everybody.
 *
 *   npm run bench:deletion [-- --rows 100000]
 */
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { columns } from '../../bin/terminal.ts';
import { runRetention } from '../../runtime/compliance/retention/run.ts';
import { type Database, type DatabaseConnection, openDatabase } from '../../runtime/data/database.ts';
import { placeOf, startOf, toRow } from '../../runtime/data/event-row.ts';
import { eventWriter } from '../../runtime/data/event-writer.ts';
import { startEmbeddedPostgres } from '../../runtime/local/postgres.ts';
import { callEvents } from '../runtime/data/events.ts';
import { agedCalls } from '../support/aged.ts';
import { house, prepareDatabase } from '../support/tenants.ts';
import { percentile } from './percentile.ts';

const TARGET_P99_MS = 50;
const EVENTS_A_CALL = 50;
/** Fifty calls at a time, each with an event or two a second, make about this. */
const EVENTS_A_BATCH = 20;
const PAUSE_MS = 20;

const { values } = parseArgs({ options: { rows: { type: 'string', default: '100000' } } });
const rows = Number(values.rows);
const results: {
  where: string;
  isTarget: boolean;
  alone: number[];
  meanwhile: number[];
  tookMs: number;
  deleted: number;
}[] = [];

const embedded = await startEmbeddedPostgres();
await measure('embedded Postgres', false, { url: embedded.url, applicationName: 'bench' }, 1);
await embedded.close();
const { TEST_DATABASE_URL: server } = process.env;
if (server) {
  const name = `voicecell_bench_${randomUUID().replaceAll('-', '')}`;
  const own = new URL(server);
  own.pathname = `/${name}`;
  await administer(server, `create database ${name}`);
  await measure('PostgreSQL server', true, { url: own.href, applicationName: 'bench' }, 4);
  await administer(server, `drop database ${name} with (force)`);
}

console.log(
  `${rows} events deleted by retention, beside a cell that writes and looks up; ms a query of the call path\n`,
);
const table = results.flatMap(({ where, alone, meanwhile, tookMs, deleted }) => [
  row(`${where}, no deletion`, alone, ''),
  row(`${where}, meanwhile`, meanwhile, `${deleted} rows in ${(tookMs / 1000).toFixed(1)} s`),
]);
console.log(columns([['', 'n', 'p50', 'p95', 'p99', 'max', ''], ...table], { right: [1, 2, 3, 4, 5] }));
for (const { where, isTarget, meanwhile } of results)
  if (isTarget)
    console.log(
      `\ntarget p99 < ${TARGET_P99_MS} on the ${where}: ${percentile(meanwhile, 0.99) < TARGET_P99_MS ? 'met' : 'MISSED'}`,
    );
if (!server) console.log('\nno real server: TEST_DATABASE_URL is not set');

async function measure(
  where: string,
  isTarget: boolean,
  connection: DatabaseConnection,
  maxConnections: number,
): Promise<void> {
  await prepareDatabase(connection);
  const calls = openDatabase({ ...connection, maxConnections });
  const jobs = openDatabase({ ...connection, maxConnections: 1, statementTimeoutMs: 120_000 });
  await prepareNumber(calls);
  for (let made = 0; made < rows; made += 10_000)
    await agedCalls(
      jobs,
      { tenantId: house.id, days: 400 + made / 1_000, events: EVENTS_A_CALL },
      Math.min(rows - made, 10_000) / EVENTS_A_CALL,
    );
  await jobs.query('analyze');
  const alone = await callPath(calls, pauseMs(3_000));
  const beganAt = performance.now();
  const job = runRetention({ database: jobs, actor: { id: 'job:bench', reason: 'a measurement' }, isForced: true });
  const meanwhile = await callPath(calls, job);
  const tookMs = performance.now() - beganAt;
  const { deleted, problems } = await job;
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const count = deleted.find(({ dataClass }) => dataClass === 'transcripts')?.count ?? 0;
  if (count !== rows) throw new Error(`${count} events were deleted, expected ${rows}`);
  results.push({
    where,
    isTarget,
    alone,
    meanwhile,
    tookMs,
    deleted: deleted.reduce((sum, each) => sum + each.count, 0),
  });
  await jobs.close();
  await calls.close();
}

/** Times the queries of a cell that takes calls, until `end`. */
async function callPath(database: Database, end: Promise<unknown>): Promise<number[]> {
  let isOver = false;
  void end.finally(() => {
    isOver = true;
  });
  const took: number[] = [];
  const timed = async (query: () => Promise<unknown>) => {
    const beganAt = performance.now();
    await query();
    took.push(performance.now() - beganAt);
  };
  const write = eventWriter(database);
  while (!isOver) {
    const call = callEvents();
    const started = {
      ...call.started(),
      at: new Date().toISOString(),
      caller: randomUUID().replaceAll('-', '').repeat(2),
    };
    const start = startOf(started)!;
    const events = [
      started,
      ...Array.from({ length: EVENTS_A_BATCH - 1 }, () => ({
        ...call.said('what time do you open'),
        at: new Date().toISOString(),
      })),
    ];
    await timed(() => write(events.map((event) => toRow(event, placeOf(event, start)!))));
    await timed(() => database.query('select * from answering($1)', ['+4930123456']));
    await pauseMs(PAUSE_MS);
  }
  return took;
}

async function prepareNumber(database: Database): Promise<void> {
  const [agent] = await database.query<{ id: string }>(
    `insert into agents (tenant_id, name, version, definition) values ($1, 'front-desk', '1', '{}') returning id`,
    [house.id],
  );
  await database.query(
    `insert into phone_numbers (tenant_id, number, region, agent_id) values ($1, '+4930123456', 'eu-central-1', $2)`,
    [house.id, agent!.id],
  );
}

function row(name: string, ms: number[], note: string): string[] {
  const at = (part: number) => percentile(ms, part).toFixed(1);
  return [name, String(ms.length), at(0.5), at(0.95), at(0.99), Math.max(...ms).toFixed(1), note];
}

async function administer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statement);
  await client.end();
}

function pauseMs(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
