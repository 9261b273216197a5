import { createServer } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { clientConfig, type DatabaseOptions, openDatabase } from '../../../runtime/data/database.ts';
import { describeDatabases } from '../../support/databases.ts';
import { startTcpProxy } from '../../support/tcp-proxy.ts';

const base = { applicationName: 'test' };

test('a connection says in its URL where, and elsewhere how', () => {
  expect(clientConfig({ ...base, url: 'postgres://cell%40x:p%2Fw@db.example:6432/voice%20cell' })).toMatchObject({
    host: 'db.example',
    port: 6432,
    user: 'cell@x',
    password: 'p/w',
    database: 'voice cell',
    ssl: false,
    application_name: 'test',
  });
  expect(clientConfig({ ...base, url: 'postgresql://cell@[::1]/voicecell', ssl: true })).toMatchObject({
    host: '::1',
    port: 5432,
    ssl: true,
  });
});

test.each([
  ['nonsense', 'found something that is no URL'],
  ['mysql://cell@host/db', 'found the scheme mysql://'],
  ['postgres://host', 'found no user; found no database name'],
  ['postgres:///', 'found no host; found no user; found no database name'],
  ['postgres://cell@host/db?sslmode=disable', 'found parameters (sslmode): set them apart'],
])('the URL %s is refused, with every reason', (url, problem) => {
  expect(() => openDatabase({ ...base, url })).toThrow(
    `the database URL: ${problem}; expected postgres://user@host:5432/database`,
  );
});

test('a URL with a password is refused where one is asked for, and never repeated', () => {
  const open = () => openDatabase({ ...base, url: 'postgres://cell:hunter2@host/db', password: async () => 'token' });
  expect(open).toThrow('found a password although one is asked for elsewhere');
  expect(open).not.toThrow('hunter2');
});

test('the password is asked for once a connection', async () => {
  const server = await passwordServer();
  const tokens = ['first', 'second'];
  const database = openDatabase({
    ...base,
    url: `postgres://cell@127.0.0.1:${server.port}/voicecell`,
    password: async () => tokens.shift() ?? 'none left',
  });
  onTestFinished(() => database.close());
  await expect(database.query('select 1')).rejects.toThrow('Connection terminated');
  await expect(database.query('select 1')).rejects.toThrow('Connection terminated');
  expect(server.passwords).toEqual(['first', 'second']);
});

test('nothing listens: the query fails, not the opening', async () => {
  const database = openDatabase({ ...base, url: `postgres://cell@127.0.0.1:${await freePort()}/voicecell` });
  await expect(database.query('select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await database.close();
  await database.close();
});

describeDatabases('a database', (database) => {
  function open(options: Partial<DatabaseOptions> = {}) {
    const { connection, maxConnections } = database();
    const opened = openDatabase({ ...connection, maxConnections, ...options });
    onTestFinished(() => opened.close());
    return opened;
  }

  test('answers, and says how busy it is', async () => {
    const opened = open();
    const { max } = opened.usage();
    expect(opened.usage()).toEqual({ max, inUse: 0, waiting: 0 });
    const answers = Promise.all(
      Array.from({ length: max + 2 }, (_, nth) => opened.query('select $1::integer as n', [nth])),
    );
    expect(opened.usage()).toEqual({ max, inUse: max, waiting: 2 });
    expect(await answers).toEqual(Array.from({ length: max + 2 }, (_, n) => [{ n }]));
    expect(opened.usage()).toEqual({ max, inUse: 0, waiting: 0 });
  });

  test('a server that has vanished without a word is given up, and found again', async () => {
    const { connection } = database();
    const target = new URL(connection.url);
    const proxy = await startTcpProxy({ host: target.hostname, port: Number(target.port) });
    onTestFinished(() => proxy.close());
    target.port = String(proxy.port);
    const opened = open({ url: target.href, statementTimeoutMs: 50, connectTimeoutMs: 200 });
    await opened.query('select 1');
    proxy.swallow();
    await expect(opened.query('select 1')).rejects.toThrow(/timeout/);
    await expect(opened.query('select 1')).rejects.toThrow(/timeout/);
    await proxy.mend();
    expect(await opened.query('select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('an idle connection that breaks is reported, replaced, and breaks nothing else', async () => {
    const { connection } = database();
    const target = new URL(connection.url);
    const proxy = await startTcpProxy({ host: target.hostname, port: Number(target.port) });
    onTestFinished(() => proxy.close());
    target.port = String(proxy.port);
    const onConnectionLost = vi.fn();
    const opened = open({ url: target.href, onConnectionLost });
    await opened.query('select 1');
    await proxy.cut();
    await vi.waitFor(() => expect(onConnectionLost).toHaveBeenCalledOnce());
    await proxy.mend();
    expect(await opened.query('select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('a statement is given up after its time', async () => {
    const opened = open({ statementTimeoutMs: 50 });
    await expect(opened.query('select pg_sleep(3)')).rejects.toThrow(/timeout/);
  });
});

/** Asks for a password in clear text (AuthenticationCleartextPassword), notes it, and hangs up. */
async function passwordServer() {
  const passwords: string[] = [];
  const server = createServer((socket) => {
    socket.once('data', () => {
      socket.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]));
      socket.once('data', (message) => {
        passwords.push(message.subarray(5, -1).toString());
        socket.end();
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { port: (server.address() as { port: number }).port, passwords };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
