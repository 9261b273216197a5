import pg from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { clientConfig } from '../../../runtime/data/database.ts';
import { migrate, migrateWhenUp } from '../../../runtime/data/migrate.ts';
import { readMigrationFiles } from '../../../runtime/data/migration-files.ts';
import { createLogger } from '../../../runtime/logger.ts';
import { describeDatabases } from '../../support/databases.ts';
import { startTcpProxy } from '../../support/tcp-proxy.ts';

const files = await readMigrationFiles();
const names = Object.keys(files).map((file) => file.replace(/\.sql$/, ''));
const logger = createLogger({ level: 'silent', region: 'eu-central-1' });

describeDatabases('migrations', (database) => {
  async function query(text: string): Promise<Record<string, unknown>[]> {
    const client = new pg.Client(clientConfig(database().connection));
    await client.connect();
    try {
      return (await client.query(text)).rows;
    } finally {
      await client.end();
    }
  }

  const columns = () =>
    query(`select table_name, column_name, data_type, is_nullable, column_default from information_schema.columns
           where table_schema = 'public' order by 1, 2`);

  test('run once when two processes start at the same time', async () => {
    const { connection } = database();
    const [one, other] = await Promise.all([migrate(connection), migrate(connection)]);
    expect([...one, ...other]).toEqual(names);
    expect(await migrate(connection)).toEqual([]);
    expect(await query('select name from migrations order by name')).toEqual(names.map((name) => ({ name })));
  });

  test('leave no counter behind: every key is a UUID', async () => {
    expect(await query('select sequence_name from information_schema.sequences')).toEqual([]);
    const keys = await query(
      `select relname, format_type(atttypid, atttypmod) as type from pg_index
       join pg_class on pg_class.oid = indrelid
       join pg_attribute on attrelid = indrelid and attnum = indkey[0]
       where indisprimary and relnamespace = 'public'::regnamespace and relname <> 'migrations' order by 1`,
    );
    expect(keys.map(({ relname }) => relname)).toContain('conversation_events');
    expect(keys.filter(({ type }) => type !== 'uuid')).toEqual([]);
  });

  test('can all be undone, and done again', async () => {
    const { connection } = database();
    await migrate(connection);
    const before = await columns();
    expect(await migrate(connection, { direction: 'down', count: names.length })).toEqual(names.toReversed());
    expect((await columns()).filter(({ table_name: table }) => table !== 'migrations')).toEqual([]);
    expect(await migrate(connection)).toEqual(names);
    expect(await columns()).toEqual(before);
  });

  test('leave everything as it was when one of them fails', async () => {
    const { connection } = database();
    await migrate(connection);
    const before = await columns();
    const broken = {
      ...files,
      '9001_fine.sql': '-- Up Migration\ncreate table fine (id uuid);\n-- Down Migration\ndrop table fine;',
      '9002_broken.sql': '-- Up Migration\ncreate table broken (;\n-- Down Migration\ndrop table broken;',
    };
    await expect(migrate(connection, { files: broken })).rejects.toThrow('syntax error');
    expect(await columns()).toEqual(before);
    const several = {
      ...files,
      '9001_fine.sql': broken['9001_fine.sql'],
      '9002_more.sql': '-- Up Migration\nselect 1;\n-- Down Migration\nselect 1;',
    };
    expect(await migrate(connection, { files: several })).toEqual(['9001_fine', '9002_more']);
    expect(await migrate(connection, { files: several })).toEqual([]);
    await migrate(connection, { files: several, direction: 'down', count: 2 });
    expect(await columns()).toEqual(before);
  });

  test('run when a database that was down comes up, and end at once when told to', async () => {
    const { connection } = database();
    await migrate(connection, { direction: 'down', count: 100 });
    const target = new URL(connection.url);
    const proxy = await startTcpProxy({ host: target.hostname, port: Number(target.port) });
    onTestFinished(() => proxy.close());
    target.port = String(proxy.port);
    const through = { ...connection, url: target.href };
    await proxy.cut();
    const abort = new AbortController();
    const abandoned = migrateWhenUp(through, { logger, signal: abort.signal });
    const migrated = migrateWhenUp(through, { logger, signal: new AbortController().signal });
    await expect(migrate(through)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    abort.abort();
    await abandoned;
    await proxy.mend();
    await migrated;
    expect(await migrate(connection)).toEqual([]);
  });

  test('do not wait for what waiting cannot mend', async () => {
    const { connection } = database();
    await migrate(connection);
    const client = new pg.Client(clientConfig(connection));
    await client.connect();
    await client.query("update migrations set name = '0000_of_another_product' where name = $1", [names[0]]);
    await client.end();
    const signal = new AbortController().signal;
    await expect(migrateWhenUp(connection, { logger, signal })).rejects.toThrow('0000_of_another_product');
  });
});

describe('a migration file', () => {
  test.each(names)('%s says how to do and how to undo it', (name) => {
    const sql = files[`${name}.sql`];
    expect(sql).toMatch(/^-- Up Migration$/m);
    expect(sql).toMatch(/^-- Down Migration$/m);
  });
});
