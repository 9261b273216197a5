import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { clientConfig } from '../../../runtime/data/database.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../runtime/local/postgres.ts';
import { openPglite } from '../../../runtime/local/postgres-snapshot.ts';

let postgres: EmbeddedPostgres;
beforeAll(async () => {
  postgres = await startEmbeddedPostgres();
});
afterAll(() => postgres.close());

async function connect(url = postgres.url): Promise<pg.Client> {
  const client = new pg.Client(clientConfig({ url, applicationName: 'test' }));
  client.on('error', () => {});
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'voicecell-postgres-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

describe('the embedded Postgres', () => {
  test('speaks to any PostgreSQL client, in UTF-8', async () => {
    const client = await connect();
    const { rows } = await client.query("select $1::text as text, current_setting('server_encoding') as encoding", [
      'dün 💶',
    ]);
    expect(rows).toEqual([{ text: 'dün 💶', encoding: 'UTF8' }]);
  });

  test('gives each of several connections its own rows, however large their parameters', async () => {
    const clients = await Promise.all(Array.from({ length: 5 }, () => connect()));
    const large = 'x'.repeat(300_000);
    const answers = await Promise.all(
      clients.map((client, nth) =>
        client.query(`select ${nth} as asked, $1::integer as sent, length($2)`, [nth, large]),
      ),
    );
    expect(answers.map(({ rows }) => rows[0])).toEqual(
      clients.map((_, nth) => ({ asked: nth, sent: nth, length: 300_000 })),
    );
  });

  test('turns nobody away when many cells have their connections to it', async () => {
    const clients = await Promise.all(Array.from({ length: 100 }, () => connect()));
    const answers = await Promise.all(clients.map((client) => client.query('select 1 as one')));
    expect(answers.flatMap(({ rows }) => rows)).toEqual(clients.map(() => ({ one: 1 })));
  });

  test('keeps a transaction to itself while others wait', async () => {
    const [one, other] = [await connect(), await connect()];
    await one.query('create table turns (who text)');
    await one.query('begin');
    await one.query("insert into turns values ('one')");
    const waiting = other.query("insert into turns values ('other') returning (select count(*) from turns) as before");
    await one.query('rollback');
    expect((await waiting).rows).toEqual([{ before: '0' }]);
  });

  test('takes up the others when a client leaves in the middle of a transaction', async () => {
    const [leaver, other] = [await connect(), await connect()];
    await leaver.query('begin');
    const waiting = other.query('select 1 as one');
    await leaver.end();
    expect((await waiting).rows).toEqual([{ one: 1 }]);
  });

  test('takes up the others when a client leaves in the middle of a query that failed', async () => {
    const leaver = await connect();
    const parse = Buffer.from('P\0\0\0\0\0selct 1\0\0\0', 'latin1');
    parse.writeInt32BE(parse.length - 1, 1);
    const { stream } = (leaver as unknown as { connection: { stream: Socket } }).connection;
    stream.end(parse);
    const other = await connect();
    expect((await other.query('select $1::text as word', ['still here'])).rows).toEqual([{ word: 'still here' }]);
  });

  test('goes on after statements that fail', async () => {
    const client = await connect();
    await expect(client.query('select $1::integer', ['one'])).rejects.toThrow('invalid input syntax');
    await expect(client.query('selct 1')).rejects.toThrow('syntax error');
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  test('says so when its port is taken', async () => {
    await expect(startEmbeddedPostgres({ port: postgres.port })).rejects.toThrow('EADDRINUSE');
  });

  test('has everything that was committed before its power failed, and refuses connections once it is closed', {
    timeout: 60_000,
  }, async () => {
    const dataDir = await folder();
    const first = await startEmbeddedPostgres({ dataDir });
    const before = await connect(first.url);
    await before.query('create table kept (word text)');
    await before.query("insert into kept values ('here')");
    await first.kill();
    const second = await startEmbeddedPostgres({ dataDir, port: first.port });
    expect(second.url).toBe(first.url);
    expect((await (await connect(second.url)).query('select * from kept')).rows).toEqual([{ word: 'here' }]);
    await second.close();
    await second.close();
    await second.kill();
    await expect(connect(second.url)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe('the picture of an empty database', () => {
  test('is taken when there is none, or a damaged one, and used from then on', { timeout: 60_000 }, async () => {
    const [picture, dataDir] = [join(await folder(), 'empty.tar'), await folder()];
    await writeFile(picture, 'not a picture at all');
    const first = await openPglite(dataDir, picture);
    await first.exec('create table nobody_elses ()');
    await first.close();
    expect((await stat(picture)).size).toBeGreaterThan(10 * 1_048_576);
    const second = await openPglite(undefined, picture);
    await expect(second.exec('table nobody_elses')).rejects.toThrow('does not exist');
    await second.close();
  });

  test('is done without where it cannot be kept', { timeout: 60_000 }, async () => {
    const file = join(await folder(), 'file');
    await writeFile(file, '');
    const database = await openPglite(undefined, join(file, 'empty.tar'));
    expect((await database.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await database.close();
  });
});
