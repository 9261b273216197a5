/** The job as a process of its own, killed without a word in the middle of its work, and run again. */
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { runRetention } from '../../../../runtime/compliance/retention/run.ts';
import { type Database, openDatabase } from '../../../../runtime/data/database.ts';
import type { ObjectStore } from '../../../../runtime/objects/store.ts';
import { agedCall } from '../../../support/aged.ts';
import { runNode } from '../../../support/cell-process.ts';
import { describeDatabases } from '../../../support/databases.ts';
import { allOf, folderForTest } from '../../../support/object-stores.ts';
import { programOf } from '../../../support/program.ts';
import { house, prepareDatabase } from '../../../support/tenants.ts';

const OLD_CALLS = 30;
const EVENTS_EACH = 300;

describeDatabases('a retention job that is killed', (testDatabase) => {
  beforeAll(() => prepareDatabase(testDatabase().connection));

  async function setUp() {
    const { connection, maxConnections } = testDatabase();
    const database = openDatabase({ ...connection, maxConnections });
    const { store, folder, close } = await folderForTest();
    onTestFinished(async () => {
      await database.query('truncate conversations, consents, recordings, callers, retention_runs cascade');
      await database.close();
      await close();
    });
    for (let nth = 0; nth < OLD_CALLS + 2; nth++) {
      const days = nth < OLD_CALLS ? 1_500 + nth : nth;
      const call = { tenantId: house.id, days, events: EVENTS_EACH, consented: true, recorded: true };
      const { objectKey } = await agedCall(database, call);
      await store.put(objectKey, oneChunk(), { contentType: 'audio/wav', onFailure: 'discard' });
    }
    const program = await programOf('bin/voicecell.ts');
    const job = () =>
      runNode([program, 'retention', 'run', '--json', '--database', connection.url, '--recordings', folder], {
        cwd: fileURLToPath(new URL('../../../..', import.meta.url)),
        env: {},
      });
    return { database, store, job };
  }

  describe.each([
    [
      'with the first events gone',
      `select count(*) < ${(OLD_CALLS + 2) * EVENTS_EACH} as yes from conversation_events`,
    ],
    [
      'with half of the events gone',
      `select count(*) < ${(OLD_CALLS * EVENTS_EACH) / 2} as yes from conversation_events`,
    ],
    ['with all events gone', `select count(*) <= ${2 * EVENTS_EACH} as yes from conversation_events`],
    ['with recordings gone', `select count(*) < ${OLD_CALLS + 2} as yes from recordings`],
    ['with consents gone', `select count(*) < ${OLD_CALLS + 2} as yes from consents`],
  ])('%s', (_, reached) => {
    test('leaves nothing half, and the next run leaves what one run would have left', async () => {
      const { database, store, job } = await setUp();
      const first = job();
      await until(async () => first.child.exitCode !== null || (await isTrue(database, reached)));
      first.child.kill('SIGKILL');
      const { code: ended } = await first.exited;
      // It was in the middle: killed, and not already done.
      if (reached.includes('conversation_events')) expect(ended).toBeNull();
      expect(await broken(database, store)).toEqual([]);

      const { code, out, err } = await job().exited;
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(JSON.parse(out).problems).toEqual([]);
      expect(await broken(database, store)).toEqual([]);
      expect(await left(database, store)).toEqual({
        conversations: 2,
        conversation_events: 2 * EVENTS_EACH,
        consents: 2,
        recordings: 2,
        objects: 2,
      });
      const again = await runRetention({
        database,
        recordings: store,
        actor: { id: 'job:retention', reason: 'a test' },
      });
      expect(again.deleted).toEqual([]);
    });
  });
});

async function* oneChunk() {
  yield Buffer.from('RIFF');
}

async function until(reached: () => Promise<boolean>): Promise<void> {
  while (!(await reached()));
}

async function isTrue(database: Database, question: string): Promise<boolean> {
  return (await database.query<{ yes: boolean }>(question))[0]!.yes;
}

/** What no reader may ever find: a mark on a conversation that has events, an object no row speaks of. */
async function broken(database: Database, store: ObjectStore): Promise<string[]> {
  const marked = await database.query<{ id: string }>(
    `select id from conversations where transcript_deleted_at is not null
       and exists (select from conversation_events where conversation_id = conversations.id)`,
  );
  const rows = await database.query<{ object_key: string }>('select object_key from recordings');
  const known = new Set(rows.map(({ object_key: key }) => key));
  const stray = (await allOf(store.list(''))).map(({ key }) => key).filter((key) => !known.has(key));
  return [...marked.map(({ id }) => id), ...stray];
}

async function left(database: Database, store: ObjectStore): Promise<Record<string, number>> {
  const counts: Record<string, number> = { objects: (await allOf(store.list(''))).length };
  for (const table of ['conversations', 'conversation_events', 'consents', 'recordings']) {
    const [row] = await database.query<{ count: string }>(`select count(*) from ${table}`);
    counts[table] = Number(row!.count);
  }
  return counts;
}
