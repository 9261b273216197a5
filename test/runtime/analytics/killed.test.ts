/** The export as a process of its own, killed without a word while it writes, and run again. */
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { dayBefore } from '../../../runtime/analytics/day.ts';
import { analyticsKey } from '../../../runtime/analytics/export.ts';
import { sweepExports } from '../../../runtime/compliance/retention/objects.ts';
import { type Database, openDatabase } from '../../../runtime/data/database.ts';
import { agedCalls } from '../../support/aged.ts';
import { runNode } from '../../support/cell-process.ts';
import { describeDatabases } from '../../support/databases.ts';
import { allOf, folderForTest } from '../../support/object-stores.ts';
import { programOf } from '../../support/program.ts';
import { house, prepareDatabase } from '../../support/tenants.ts';

const CALLS = 800;
const TURNS_EACH = 4;

describeDatabases('an export of analytics that is killed', (testDatabase) => {
  let database: Database;

  beforeAll(() => prepareDatabase(testDatabase().connection));
  beforeEach(() => {
    const { connection, maxConnections } = testDatabase();
    database = openDatabase({ ...connection, maxConnections });
    onTestFinished(() => database.close());
  });

  test('shows nothing half, and run again shows the whole', async () => {
    const { store, folder, close } = await folderForTest();
    onTestFinished(close);
    await database.query(
      `insert into agents (tenant_id, name, version, definition) values ($1, 'bright-smile', '1', '{}')`,
      [house.id],
    );
    await agedCalls(database, { tenantId: house.id, days: 1, events: TURNS_EACH }, CALLS);
    // Whatever the hour: all of them on the day that is exported.
    const day = dayBefore(Date.now());
    await database.query('update conversations set started_at = $1', [`${day}T09:00:00Z`]);
    const program = await programOf('bin/voicecell.ts');
    const job = () =>
      runNode(
        [program, 'analytics', 'export', '--json', '--day', day]
          .concat('--database', testDatabase().connection.url)
          .concat('--exports', folder),
        { cwd: fileURLToPath(new URL('../../..', import.meta.url)), env: {} },
      );
    const files = () => readdir(folder, { recursive: true });
    const first = job();
    while (first.child.exitCode === null && !(await files()).some((name) => name.includes('.turns.ndjson.')));
    first.child.kill('SIGKILL');
    expect((await first.exited).code).toBeNull();
    expect((await allOf(store.list(''))).map(({ key }) => key)).toEqual([analyticsKey(house.id, day, 'aggregates')]);

    const { code, out, err } = await job().exited;
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out).tenants).toEqual([{ tenantId: house.id, aggregates: 1, turns: CALLS * TURNS_EACH }]);
    const body = await store.get(analyticsKey(house.id, day, 'turns'));
    const lines = Buffer.concat(await allOf(body!))
      .toString('utf8')
      .trimEnd()
      .split('\n');
    expect(lines).toHaveLength(CALLS * TURNS_EACH);
    expect(new Set(lines).size).toBe(1);

    // What the dead one left is not an object, and goes with the next retention.
    expect((await files()).filter((name) => name.endsWith('.part'))).toHaveLength(1);
    await sweepExports(store, Date.now());
    expect((await files()).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});
