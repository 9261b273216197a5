/** Backups of one cell brought to another, with PostgreSQL's own tools: on a server, where they are installed. */
import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import pg from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import usEast1 from '../../../regions/cells/us-east-1.ts';
import { claimCell } from '../../../runtime/data/cell.ts';
import { clientConfig, openDatabase } from '../../../runtime/data/database.ts';
import { migrate } from '../../../runtime/data/migrate.ts';
import { createLogger } from '../../../runtime/logger.ts';
import { Directory } from '../../../runtime/tenants/directory.ts';
import { watchTenants } from '../../../runtime/tenants/watch.ts';
import { serverDatabase } from '../../support/databases.ts';
import { prepareDatabase, testCell } from '../../support/tenants.ts';

const server = process.env.TEST_DATABASE_URL;
const hasTools = (() => {
  try {
    return execFileSync('pg_dump', ['--version']).length > 0;
  } catch {
    return false;
  }
})();
const why = server ? 'pg_dump is not installed' : 'TEST_DATABASE_URL is not set';

const run = promisify(execFile);
const NUMBER = '+14155552000';

describe.skipIf(!server || !hasTools)(
  `a backup of another cell${server && hasTools ? '' : ` [skipped: ${why}]`}`,
  () => {
    /** A cell in the United States, with a tenant that has a number. */
    async function otherCell(): Promise<string> {
      const { connection } = await serverDatabase(onTestFinished);
      await migrate(connection);
      await claimCell(connection, usEast1);
      const client = new pg.Client(clientConfig(connection));
      await client.connect();
      await client.query(
        `with tenant as (insert into tenants (name, region, data_residency) values ('theirs', $1, 'US') returning id),
        agent as (insert into agents (tenant_id, name, version, definition) select id, 'a', '1', '{}' from tenant returning id, tenant_id)
       insert into phone_numbers (tenant_id, number, region, agent_id) select tenant_id, $2, $1, id from agent`,
        [usEast1.region, NUMBER],
      );
      await client.end();
      return connection.url;
    }

    /** How the process of the cell in Europe finds the database. */
    async function start(url: string) {
      const connection = { url, applicationName: 'test' };
      const database = openDatabase({ ...connection, maxConnections: 2 });
      const abort = new AbortController();
      const logger = createLogger({ level: 'silent', region: testCell.region });
      const tenants = watchTenants({ cell: testCell, owner: connection, database, logger, signal: abort.signal });
      onTestFinished(async () => {
        abort.abort();
        await tenants.closed;
        await database.close();
      });
      await tenants.ready;
      const directory = new Directory({ database, house: () => undefined, isForeign: () => tenants.isForeign });
      return { tenants, directory };
    }

    test('restored whole is served by nobody here', async () => {
      const { connection } = await serverDatabase(onTestFinished);
      const { stdout } = await run('pg_dump', ['--no-owner', await otherCell()], { maxBuffer: 1e8 });
      await psql(connection.url, stdout);
      const { tenants, directory } = await start(connection.url);
      expect(tenants.isForeign).toBe(true);
      expect(tenants.violations()).toBe(1);
      expect(await directory.find(NUMBER)).toBe('residency');
    });

    test("restored into this cell's database is refused row by row", async () => {
      const { connection } = await serverDatabase(onTestFinished);
      await prepareDatabase(connection);
      const { stdout } = await run('pg_dump', ['--data-only', '--table=tenants', await otherCell()], {
        maxBuffer: 1e8,
      });
      await expect(psql(connection.url, stdout)).rejects.toThrow(
        'tenants refused: region us-east-1, but this is the cell of eu-central-1',
      );
    });

    test('restored past the triggers is counted, and its calls are refused', async () => {
      const { connection } = await serverDatabase(onTestFinished);
      await prepareDatabase(connection);
      const tables = ['tenants', 'agents', 'phone_numbers'].map((table) => `--table=${table}`);
      const args = ['--data-only', '--disable-triggers', ...tables, await otherCell()];
      const { stdout } = await run('pg_dump', args, { maxBuffer: 1e8 });
      await psql(connection.url, stdout);
      const { tenants, directory } = await start(connection.url);
      expect(tenants.isForeign).toBe(false);
      // The tenant, and the house of the other cell.
      expect(tenants.violations()).toBe(2);
      expect(await directory.find(NUMBER)).toBe('residency');
    });
  },
);

/** Rejects with what the server said. */
async function psql(url: string, script: string): Promise<void> {
  const child = run('psql', ['--quiet', '--set=ON_ERROR_STOP=1', url], { maxBuffer: 1e8 });
  child.child.stdin?.end(script);
  await child;
}
