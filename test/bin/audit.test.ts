import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { audit } from '../../runtime/compliance/audit/audit.ts';
import { type Database, openDatabase } from '../../runtime/data/database.ts';
import { migrate } from '../../runtime/data/migrate.ts';
import { describeDatabases } from '../support/databases.ts';
import { house, prepareDatabase } from '../support/tenants.ts';
import { run } from './run.ts';

const why = ['--reason', 'a question of the tenant'];

describeDatabases('voicecell audit', (testDatabase) => {
  let database: Database;
  const url = () => ['--database', testDatabase().connection.url];

  beforeEach(async () => {
    const { connection, maxConnections } = testDatabase();
    await migrate(connection, { direction: 'down', count: 100 });
    await prepareDatabase(connection);
    database = openDatabase({ ...connection, maxConnections });
    onTestFinished(() => database.close());
    for (const resourceId of ['c-1', 'c-2', 'c-3'])
      await database.within({ role: 'voicecell_admin', tenantId: house.id }, (transaction) =>
        audit(
          transaction,
          { id: 'cli:ann', reason: 'a review' },
          { action: 'read', resource: 'conversation', resourceId, tenantId: house.id },
        ),
      );
  });

  test('verify finds nothing wrong, and says where the chain ends', async () => {
    const { exitCode, out } = await run('audit', 'verify', ...url());
    expect(exitCode).toBe(0);
    expect(out).toContain('✓ 3 entries, none changed, none missing');
    const anchor = /ends at (3:[0-9a-f]{64})/.exec(out)?.[1];
    expect((await run('audit', 'verify', ...url(), '--anchor', anchor!)).exitCode).toBe(0);
  });

  test('verify tells what was done behind its back, as words and as JSON', async () => {
    await database.query('alter table audit_entries disable trigger user');
    await database.query("update audit_entries set actor = 'cli:nobody' where position = 2");
    await database.query('delete from audit_entries where position = 3');
    const { exitCode, out } = await run('audit', 'verify', ...url());
    expect(exitCode).toBe(1);
    expect(out).toContain('entry 2 was changed\n  entry 3 is missing');
    expect(JSON.parse((await run('audit', 'verify', ...url(), '--json')).out).problems).toHaveLength(2);
    const anchored = await run('audit', 'verify', ...url(), '--anchor', `1:${'0'.repeat(64)}`);
    expect(anchored.out).toContain('entry 1 is not the one that was written down');
  });

  test('list shows who did what, and leaves an entry of its own', async () => {
    const { exitCode, out } = await run('audit', 'list', ...url(), ...why);
    expect(exitCode).toBe(0);
    expect(out.split('\n')[0]).toMatch(/^ {2}1 {2}\d{4}-.* {2}cli:ann {2}read conversation {2}c-1 {2}a review$/);
    const later = JSON.parse((await run('audit', 'list', ...url(), ...why, '--after', '3', '--json')).out);
    expect(later).toMatchObject([{ action: 'read', resource: 'audit', reason: 'a question of the tenant' }]);
    const one = await run('audit', 'list', ...url(), ...why, '--resource', 'c-2', '--json');
    expect(JSON.parse(one.out)).toMatchObject([{ resourceId: 'c-2' }]);
  });

  test('list and export want to know why', async () => {
    for (const command of ['list', 'export']) {
      const { exitCode, err } = await run('audit', command, ...url());
      expect(exitCode).toBe(2);
      expect(err).toContain("required option '--reason <text>' not specified");
    }
  });

  test('export can be checked by itself, and tells what was changed on the way', async () => {
    const { out } = await run('audit', 'export', ...url(), ...why);
    const folder = await mkdtemp(join(tmpdir(), 'voicecell-audit-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const file = join(folder, 'audit.ndjson');
    await writeFile(file, out);
    expect((await run('audit', 'verify', '--file', file)).out).toContain('✓ 4 entries');
    await writeFile(file, out.replace('c-2', 'c-9'));
    expect((await run('audit', 'verify', '--file', file)).out).toContain('entry 2 was changed');
    await writeFile(file, `${out}no entry\n`);
    const { exitCode, err } = await run('audit', 'verify', '--file', file);
    expect(exitCode).toBe(2);
    expect(err).toContain('line 5: found no entry, expected an export of the audit');
  });

  test("export of one tenant holds nobody else's entries", async () => {
    await database.within({ role: 'voicecell_admin', cellWide: true }, (transaction) =>
      audit(transaction, { id: 'cli:ann', reason: 'x' }, { action: 'list', resource: 'tenant' }),
    );
    const { out } = await run('audit', 'export', ...url(), ...why, '--tenant', house.id);
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).tenantId),
    ).toEqual(Array(4).fill(house.id));
  });
});

describe('voicecell audit refuses', () => {
  test.each([
    [['verify', '--anchor', 'yesterday'], 'expected POSITION:HASH'],
    [['list', ...why, '--tenant', "'; drop table tenants"], 'expected a UUID'],
    [['verify', '--file', '/does/not/exist'], 'cannot be read: ENOENT'],
    [['verify', '--database', 'postgres://x@127.0.0.1:1/x'], 'the database cannot be reached'],
  ])('%j', async (args, said) => {
    const { exitCode, err } = await run('audit', ...args);
    expect(exitCode).toBeGreaterThan(0);
    expect(err).toContain(said);
    expect(err).not.toContain('    at ');
  });
});
