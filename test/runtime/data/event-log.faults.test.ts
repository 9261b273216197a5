/** The event log before real databases that are down, go away, hang, or are held up. No sleeps: each step waits for its effect. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { CallEvent } from '../../../runtime/call/events.ts';
import { loadConversation } from '../../../runtime/data/conversations.ts';
import {
  clientConfig,
  type DatabaseConnection,
  type DatabaseOptions,
  openDatabase,
} from '../../../runtime/data/database.ts';
import { EventLog } from '../../../runtime/data/event-log.ts';
import { eventWriter } from '../../../runtime/data/event-writer.ts';
import { migrate, migrateWhenUp } from '../../../runtime/data/migrate.ts';
import { startEmbeddedPostgres } from '../../../runtime/local/postgres.ts';
import { createLogger } from '../../../runtime/logger.ts';
import { describeDatabases } from '../../support/databases.ts';
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts';
import { prepareDatabase } from '../../support/tenants.ts';
import { callEvents } from './events.ts';

const logger = createLogger({ level: 'silent', region: 'eu-central-1' });
const DEADLINE_MS = 15_000;
/** Waits for something that will happen. */
const until = (condition: () => void) => vi.waitFor(condition, { timeout: DEADLINE_MS, interval: 10 });

function openLog(options: DatabaseOptions) {
  const database = openDatabase(options);
  const log = new EventLog({ write: eventWriter(database), logger });
  onTestFinished(async () => {
    await log.close(0);
    await database.close();
  });
  return { database, log };
}

/** Tells a call's events to the log and remembers them. */
function recorder(log: EventLog) {
  const call = callEvents();
  const events: CallEvent[] = [];
  const record = (event: CallEvent) => {
    events.push(event);
    log.sink(event);
  };
  return {
    id: call.conversationId,
    events,
    start: () => record(call.started()),
    say: (times: number) => {
      for (let time = 0; time < times; time++) record(call.said(`sentence ${time}`));
    },
    end: () => record(call.ended()),
  };
}

async function throughProxy(connection: DatabaseConnection) {
  const target = new URL(connection.url);
  const proxy: TcpProxy = await startTcpProxy({ host: target.hostname, port: Number(target.port) });
  onTestFinished(() => proxy.close());
  target.port = String(proxy.port);
  return { proxy, url: target.href };
}

describeDatabases('no event is lost', (database) => {
  test('when the database is down at the start and has no schema yet', async () => {
    const { connection, maxConnections } = database();
    const { proxy, url } = await throughProxy(connection);
    await proxy.cut();
    const { log, database: opened } = openLog({ ...connection, url, maxConnections });
    const migrated = migrateWhenUp({ ...connection, url }, { logger, signal: new AbortController().signal });
    const call = recorder(log);
    call.start();
    call.say(10);
    await until(() => expect(log.stats.lastError).toContain('ECONNREFUSED'));
    call.end();
    await proxy.mend();
    await migrated;
    await until(() => expect(log.stats.lastError).toContain('55000'));
    await prepareDatabase(connection);
    expect(await log.flush(DEADLINE_MS)).toBe(true);
    expect((await loadConversation(opened, call.id))?.events).toEqual(call.events);
    expect(log.stats).toMatchObject({ queued: 0, written: 12, lost: 0, lastError: undefined });
  });

  test('when the schema comes after the first events', async () => {
    const { connection, maxConnections } = database();
    await migrate(connection, { direction: 'down', count: 100 });
    const { log, database: opened } = openLog({ ...connection, maxConnections });
    const call = recorder(log);
    call.start();
    await until(() => expect(log.stats.lastError).toContain('42883'));
    await prepareDatabase(connection);
    call.end();
    expect(await log.flush(DEADLINE_MS)).toBe(true);
    expect((await loadConversation(opened, call.id))?.events).toEqual(call.events);
  });

  test('when connections break in the middle of calls, again and again', async () => {
    const { connection, maxConnections } = database();
    await prepareDatabase(connection);
    const { proxy, url } = await throughProxy(connection);
    const { log, database: opened } = openLog({ ...connection, url, maxConnections });
    const calls = [recorder(log), recorder(log), recorder(log)];
    for (const call of calls) call.start();
    for (let round = 0; round < 3; round++) {
      for (const call of calls) call.say(700);
      await until(() => expect(log.stats.written).toBeGreaterThan(round * 1_000));
      await proxy.cut();
      for (const call of calls) call.say(5);
      await until(() => expect(log.stats.lastError).toBeDefined());
      await proxy.mend();
    }
    for (const call of calls) call.end();
    expect(await log.flush(DEADLINE_MS)).toBe(true);
    for (const call of calls) expect((await loadConversation(opened, call.id))?.events).toEqual(call.events);
    expect(log.stats).toMatchObject({ queued: 0, written: 3 * (2 + 3 * 705), lost: 0 });
  });

  test('when the server vanishes without a word', async () => {
    const { connection, maxConnections } = database();
    await prepareDatabase(connection);
    const { proxy, url } = await throughProxy(connection);
    const { log, database: opened } = openLog({ ...connection, url, maxConnections, statementTimeoutMs: 300 });
    const call = recorder(log);
    call.start();
    expect(await log.flush(DEADLINE_MS)).toBe(true);
    proxy.swallow();
    call.say(20);
    await until(() => expect(log.stats.lastError).toContain('timeout'));
    await proxy.mend();
    call.end();
    expect(await log.flush(DEADLINE_MS)).toBe(true);
    expect((await loadConversation(opened, call.id))?.events).toEqual(call.events);
  });

  test('when somebody holds a lock on the table, and recording does not wait for it', async () => {
    const { connection, maxConnections } = database();
    await prepareDatabase(connection);
    const { log, database: opened } = openLog({ ...connection, maxConnections, statementTimeoutMs: 300 });
    const call = recorder(log);
    call.start();
    expect(await log.flush(DEADLINE_MS)).toBe(true);
    const holder = new pg.Client(clientConfig(connection));
    await holder.connect();
    onTestFinished(() => holder.end());
    await holder.query('begin');
    await holder.query('lock table conversation_events in access exclusive mode');
    call.say(2_000);
    expect(log.stats.queued).toBe(2_000);
    await until(() => expect(log.stats.lastError).toContain('timeout'));
    await holder.query('commit');
    call.end();
    expect(await log.flush(DEADLINE_MS)).toBe(true);
    expect((await loadConversation(opened, call.id))?.events).toEqual(call.events);
    expect(log.stats).toMatchObject({ written: 2_002, lost: 0 });
  });

  test('when the database is put back to a time before the call began', async () => {
    const { connection, maxConnections } = database();
    await prepareDatabase(connection);
    const { log, database: opened } = openLog({ ...connection, maxConnections });
    const call = recorder(log);
    call.start();
    call.say(3);
    expect(await log.flush(DEADLINE_MS)).toBe(true);
    await opened.query('delete from conversations where id = $1', [call.id]);
    call.say(1);
    call.end();
    expect(await log.flush(DEADLINE_MS)).toBe(true);
    const loaded = await loadConversation(opened, call.id);
    expect(loaded?.events).toEqual(call.events.slice(4));
    expect(loaded?.conversation).toMatchObject({ agent: 'bright-smile', ended: { reason: 'caller-hung-up' } });
    expect(log.stats.lost).toBe(0);
  });
});

test('no event is lost when the embedded Postgres loses its power in the middle of a call', {
  timeout: 60_000,
}, async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'voicecell-faults-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const first = await startEmbeddedPostgres({ dataDir });
  const connection = { url: first.url, applicationName: 'test' };
  await prepareDatabase(connection);
  const { log, database } = openLog({ ...connection, maxConnections: 1 });
  const call = recorder(log);
  call.start();
  call.say(700);
  await until(() => expect(log.stats.written).toBeGreaterThan(0));
  await first.kill();
  call.say(700);
  await until(() => expect(log.stats.lastError).toBeDefined());
  const second = await startEmbeddedPostgres({ dataDir, port: first.port });
  onTestFinished(() => second.close());
  call.end();
  expect(await log.flush(DEADLINE_MS)).toBe(true);
  expect((await loadConversation(database, call.id))?.events).toEqual(call.events);
  expect(log.stats).toMatchObject({ queued: 0, lost: 0 });
});
