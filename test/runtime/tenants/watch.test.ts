import { expect, onTestFinished, test } from 'vitest';
import usEast1 from '../../../regions/cells/us-east-1.ts';
import { openDatabase } from '../../../runtime/data/database.ts';
import { migrate } from '../../../runtime/data/migrate.ts';
import { createLogger } from '../../../runtime/logger.ts';
import { watchTenants } from '../../../runtime/tenants/watch.ts';
import { describeDatabases } from '../../support/databases.ts';
import { startTcpProxy } from '../../support/tcp-proxy.ts';
import { prepareDatabase, testCell } from '../../support/tenants.ts';

describeDatabases('at the start of a process', (testDatabase) => {
  function start(cell = testCell, url = testDatabase().connection.url) {
    const { connection, maxConnections } = testDatabase();
    const owner = { ...connection, url };
    const lines: Array<Record<string, unknown>> = [];
    const logger = createLogger({
      level: 'info',
      region: cell.region,
      destination: { write: (line: string) => void lines.push(JSON.parse(line)) },
    });
    const database = openDatabase({ ...owner, maxConnections });
    const abort = new AbortController();
    const tenants = watchTenants({ cell, owner, database, logger, signal: abort.signal });
    onTestFinished(async () => {
      abort.abort();
      await tenants.closed;
      await database.close();
    });
    return { tenants, database, logged: (text: string) => lines.filter(({ msg }) => msg === text) };
  }

  test('an empty database is made ready, and has one tenant: the house', async () => {
    const { tenants } = start();
    await tenants.ready;
    expect(tenants).toMatchObject({ isForeign: false, open: 1 });
    expect(tenants.violations()).toBe(0);
  });

  test('a database that is down is waited for', async () => {
    const target = new URL(testDatabase().connection.url);
    const proxy = await startTcpProxy({ host: target.hostname, port: Number(target.port) });
    onTestFinished(() => proxy.close());
    target.port = String(proxy.port);
    await proxy.cut();
    const { tenants } = start(testCell, target.href);
    expect(tenants.open).toBeUndefined();
    await proxy.mend();
    await tenants.ready;
    expect(tenants.open).toBe(1);
  });

  test('tenants that may not be here are counted and named by id', async () => {
    await prepareDatabase(testDatabase().connection);
    const first = start();
    await first.tenants.ready;
    await first.database.query('alter table tenants disable trigger residency');
    const [row] = await first.database.query<{ id: string }>(
      "insert into tenants (name, region, data_residency) values ('secret name', 'us-east-1', 'CN') returning id",
    );
    const { tenants, logged } = start();
    await tenants.ready;
    expect(tenants.violations()).toBe(1);
    expect(logged('a tenant may not be here: its calls are refused')).toMatchObject([{ tenantId: row!.id }]);
    tenants.refused(row!.id);
    expect(tenants.violations()).toBe(2);
    expect(tenants.violations()).toBe(1);
    await first.database.query('delete from tenants where id = $1', [row!.id]);
    await first.database.query('alter table tenants enable trigger residency');
  });

  test("another cell's database is not touched, and is a violation as long as it is there", async () => {
    await prepareDatabase(testDatabase().connection);
    await migrate(testDatabase().connection, { direction: 'down', count: 1 });
    const { tenants, database, logged } = start(usEast1);
    await tenants.ready;
    expect(tenants.isForeign).toBe(true);
    expect(tenants.violations()).toBe(1);
    expect(tenants.violations()).toBe(1);
    expect((await migrate(testDatabase().connection)).length).toBe(1);
    expect(await database.query('select region from cell')).toEqual([{ region: testCell.region }]);
    expect(logged("the database is another cell's: no call is taken")[0]?.why).toContain('expected us-east-1');
  });
});
