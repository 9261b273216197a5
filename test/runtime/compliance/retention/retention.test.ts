import { randomUUID } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { overdueRows } from '../../../../runtime/compliance/retention/overdue.ts';
import { setPolicies } from '../../../../runtime/compliance/retention/policies.ts';
import { type RetentionOptions, runRetention } from '../../../../runtime/compliance/retention/run.ts';
import { type Database, openDatabase } from '../../../../runtime/data/database.ts';
import { placeOf, startOf, toRow } from '../../../../runtime/data/event-row.ts';
import { eventWriter } from '../../../../runtime/data/event-writer.ts';
import type { ObjectStore } from '../../../../runtime/objects/store.ts';
import { agedCall } from '../../../support/aged.ts';
import { describeDatabases } from '../../../support/databases.ts';
import { allOf, folderForTest } from '../../../support/object-stores.ts';
import { house, prepareDatabase } from '../../../support/tenants.ts';
import { callEvents } from '../../data/events.ts';

const actor = { id: 'job:retention', reason: 'test' };
const cellWide = { role: 'voicecell_admin', cellWide: true } as const;

describeDatabases('retention', (testDatabase) => {
  let database: Database;
  let recordings: ObjectStore;

  beforeAll(() => prepareDatabase(testDatabase().connection));
  beforeEach(async () => {
    const { connection, maxConnections } = testDatabase();
    database = openDatabase({ ...connection, maxConnections });
    const folder = await folderForTest();
    recordings = folder.store;
    onTestFinished(async () => {
      await database.query(
        'truncate conversations, consents, recordings, callers, retention_runs, retention_policies cascade',
      );
      await folder.close();
      await database.close();
    });
  });

  const run = (options: Partial<RetentionOptions> = {}) => runRetention({ database, recordings, actor, ...options });
  const count = async (table: string, where = 'true') => {
    const [row] = await database.query<{ count: string }>(`select count(*) from ${table} where ${where}`);
    return Number(row!.count);
  };
  const put = (key: string) =>
    recordings.put(
      key,
      (async function* () {
        yield Buffer.from('RIFF');
      })(),
      { contentType: 'audio/wav', onFailure: 'discard' },
    );
  const newTenant = async (residency = 'EU') => {
    const [row] = await database.query<{ id: string }>(
      `insert into tenants (name, region, data_residency) values ('a tenant', 'eu-central-1', $1) returning id`,
      [residency],
    );
    return row!.id;
  };
  const policy = (tenantId: string, days: Record<string, number>) =>
    database.within({ role: 'voicecell_admin', tenantId }, (transaction) =>
      setPolicies(
        transaction,
        actor,
        tenantId,
        Object.entries(days).map(([dataClass, each]) => ({ dataClass, days: each })),
      ),
    );

  describe('deletes', () => {
    test('each class at its own time: words first, then who called whom, the proof of consent last', async () => {
      const kept = { tenantId: house.id, consented: true };
      await agedCall(database, { ...kept, days: 89 });
      const silent = await agedCall(database, { ...kept, days: 91 });
      await agedCall(database, { ...kept, days: 366 });
      await agedCall(database, { ...kept, days: 1462 });
      const report = await run();
      expect(report.deleted).toEqual([
        { tenantId: house.id, dataClass: 'transcripts', days: 90, count: 9 },
        { tenantId: house.id, dataClass: 'conversations', days: 365, count: 2 },
        { tenantId: house.id, dataClass: 'consents', days: 1461, count: 1 },
      ]);
      expect([await count('conversation_events'), await count('conversations'), await count('consents')]).toEqual([
        3, 2, 3,
      ]);
      expect(
        await count('conversations', `id = '${silent.conversationId}' and transcript_deleted_at is not null`),
      ).toBe(1);
      expect(report).toMatchObject({ isComplete: true, problems: [] });
      expect((await run()).deleted).toEqual([]);
    });

    test('as each tenant wants it', async () => {
      const [brief, patient] = [await newTenant(), await newTenant()];
      await policy(brief, { transcripts: 1, conversations: 2 });
      await policy(patient, { transcripts: 3650, conversations: 3650 });
      for (const tenantId of [brief, patient])
        for (const days of [0.5, 1.5, 800]) await agedCall(database, { tenantId, days, events: 2 });
      await run();
      expect(await count('conversation_events', `tenant_id = '${brief}'`)).toBe(2);
      expect(await count('conversations', `tenant_id = '${brief}'`)).toBe(2);
      expect(await count('conversation_events', `tenant_id = '${patient}'`)).toBe(6);
    });

    test('a transcript with its conversation, and no consent before the recording it allowed', async () => {
      const tenantId = await newTenant();
      await policy(tenantId, { transcripts: 3650, conversations: 5, consents: 1, recordings: 30 });
      const call = await agedCall(database, { tenantId, days: 6, consented: true, recorded: true });
      await put(call.objectKey);
      await run();
      expect([await count('conversations'), await count('conversation_events')]).toEqual([0, 0]);
      expect([await count('consents'), await count('recordings')]).toEqual([1, 1]);
    });

    test('a recording with its row, also one whose object is gone, is no key, or was never finished', async () => {
      const past = { tenantId: house.id, days: 91, recorded: true };
      const [whole, gone, odd, growing] = [
        await agedCall(database, past),
        await agedCall(database, past),
        await agedCall(database, past),
        await agedCall(database, past),
      ];
      const young = await agedCall(database, { ...past, days: 89 });
      for (const { objectKey } of [whole, young]) await put(objectKey);
      await database.query(`update recordings set object_key = '../../etc/passwd' where id = $1`, [odd.recordingId]);
      await database.query('update recordings set outcome = null where id = $1', [growing.recordingId]);
      expect((await run()).deleted).toContainEqual({ tenantId: house.id, dataClass: 'recordings', days: 90, count: 4 });
      expect((await allOf(recordings.list(''))).map(({ key }) => key)).toEqual([young.objectKey]);
      expect(await count('recordings')).toBe(1);
      expect(await count('recordings', `id = '${gone.recordingId}'`)).toBe(0);
    });

    test('callers nobody refers to any more, but not a wish to be left alone', async () => {
      const callers = await database.query<{ id: string }>(
        `insert into callers (tenant_id, number_hash, first_called_at, opted_out_at)
         select $1, sha256(name::bytea), now() - interval '400 days', case name when 'out' then now() end
         from unnest(array['past', 'out', 'still']) as name returning id`,
        [house.id],
      );
      const [past, out, still] = callers.map(({ id }) => id);
      await agedCall(database, { tenantId: house.id, days: 366, callerId: past });
      await agedCall(database, { tenantId: house.id, days: 366, callerId: out });
      await agedCall(database, { tenantId: house.id, days: 10, callerId: still });
      expect((await run()).deleted).toContainEqual({ tenantId: house.id, dataClass: 'callers', count: 1 });
      const left = await database.query<{ id: string }>('select id from callers');
      expect(left.map(({ id }) => id).sort()).toEqual([out, still].sort());
    });

    test('answered requests after years, with what they erased; never one that waits for its answer', async () => {
      for (const [state, days] of [
        ['done', 1462],
        ['done', 1400],
        ['received', 2000],
        ['failed', 2000],
      ] as const)
        await database.query(
          `with asked as (
             insert into subject_requests (tenant_id, kind, subject_hash, state, verified_by, jurisdiction, law, requested_at, due_at, completed_at, actor, reason)
             values ($1, 'delete', $2, $3::text, 'callback', 'EU', 'GDPR', now() - make_interval(days => $4), now(), case when $3 = 'done' then now() - make_interval(days => $4) end, 'cli:x', 'asked')
             returning id
           ) insert into erasures (conversation_id, tenant_id, request_id) select gen_random_uuid(), $1, id from asked`,
          [house.id, Buffer.alloc(32, days), state, days],
        );
      expect((await run()).deleted).toEqual([{ tenantId: house.id, dataClass: 'requests', days: 1461, count: 1 }]);
      expect([await count('subject_requests'), await count('erasures')]).toEqual([3, 3]);
      await database.query('truncate subject_requests cascade');
    });

    test('events that come when their transcript is already gone', async () => {
      const call = callEvents();
      const events = [call.started(), call.said('my name is Ann')];
      const start = { ...startOf(events[0]!)!, startedAt: new Date(Date.now() - 91 * 86_400_000).toISOString() };
      const write = eventWriter(database);
      await write([toRow(events[0]!, placeOf(events[0]!, start)!)]);
      await run();
      await write([toRow(events[1]!, placeOf(events[1]!, start)!)]);
      expect((await run()).deleted).toEqual([{ tenantId: house.id, dataClass: 'transcripts', days: 90, count: 1 }]);
      expect(await count('conversation_events')).toBe(0);
    });

    test('the data of a tenant that may not be here at all', async () => {
      const tenantId = await newTenant();
      await agedCall(database, { tenantId, days: 400, consented: true });
      await database.query('alter table tenants disable trigger residency');
      await database.query(`update tenants set data_residency = 'CN' where id = $1`, [tenantId]);
      await database.query('alter table tenants enable trigger residency');
      expect((await run()).problems).toEqual([]);
      expect(await count('conversations', `tenant_id = '${tenantId}'`)).toBe(0);
      await expect(
        database.query(`update conversations set agent = 'x' where tenant_id = $1`, [tenantId]),
      ).resolves.toEqual([]);
    });

    test('recordings and exports no row speaks of, by their age', async () => {
      const now = Date.now() + 91 * 86_400_000;
      const stray = `recordings/${house.id}/2026/01/01/${randomUUID()}/${randomUUID()}.wav`;
      for (const key of [stray, 'recordings/somebody/else.wav']) await put(key);
      const folder = await folderForTest();
      onTestFinished(() => folder.close());
      for (const key of ['analytics/day.ndjson', 'audit/head.json', 'subject/archive.zip'])
        await folder.store.put(
          key,
          (async function* () {
            yield Buffer.from('x');
          })(),
          { contentType: 'text/plain', onFailure: 'discard' },
        );
      const { sweepExports, sweepRecordings } = await import('../../../../runtime/compliance/retention/objects.ts');
      const swept = await sweepRecordings(recordings, {
        nowMs: now,
        daysOf: (tenantId) => (tenantId === house.id ? 90 : undefined),
      });
      expect([...swept]).toEqual([[house.id, 1]]);
      expect(await sweepExports(folder.store, Date.now() + 8 * 86_400_000)).toBe(1);
      expect(await sweepExports(folder.store, now)).toBe(1);
      expect((await allOf(folder.store.list(''))).map(({ key }) => key)).toEqual(['audit/head.json']);
    });
  });

  describe('keeps its hands off', () => {
    test('everything in a dry run, which counts the same', async () => {
      await agedCall(database, { tenantId: house.id, days: 400, consented: true, recorded: true });
      const dry = await run({ isDryRun: true });
      expect(await count('conversation_events')).toBe(3);
      expect(await count('retention_runs')).toBe(0);
      const wet = await run();
      expect(dry.deleted).toEqual(wet.deleted);
      expect(dry.isDryRun).toBe(true);
    });

    test('recordings it does not know the place of, and says so; the rest is deleted', async () => {
      await agedCall(database, { tenantId: house.id, days: 400, recorded: true });
      const { problems } = await run({ recordings: undefined });
      expect(problems).toEqual([
        `recordings of tenant ${house.id}: 1 are past their time, and nothing says where recordings are kept`,
      ]);
      expect([await count('recordings'), await count('conversations')]).toEqual([1, 0]);
    });

    test('recordings a store refuses to delete: their rows stay and say what is left', async () => {
      await agedCall(database, { tenantId: house.id, days: 400, recorded: true });
      const broken = new Proxy(recordings, {
        get(store, name: keyof ObjectStore) {
          if (name === 'delete') return () => Promise.reject(new Error('the store is read-only'));
          const member = store[name];
          return typeof member === 'function' ? member.bind(store) : member;
        },
      });
      expect((await run({ recordings: broken })).problems).toEqual([
        `recordings of tenant ${house.id}: the store is read-only`,
      ]);
      expect(await count('recordings')).toBe(1);
    });

    test('everything, when the clocks of process and database disagree, forced or not', async () => {
      await agedCall(database, { tenantId: house.id, days: 400 });
      for (const off of [-3_600_000, 3_600_000])
        await expect(run({ now: () => Date.now() + off, isForced: true })).rejects.toThrow(
          /60 minutes apart, expected at most 5/,
        );
      expect(await count('conversations')).toBe(1);
    });

    test('everything, when more than half is suddenly past its time after a long break, until it is told to', async () => {
      await run();
      await database.query(`update retention_runs set finished_at = now() - interval '4 days'`);
      await database.query(
        `insert into conversations (id, tenant_id, channel, agent, agent_version, region, started_at)
         select gen_random_uuid(), $1, 'twilio', 'a', '1', 'eu-central-1', now() - make_interval(days => 380) from generate_series(1, 1001)`,
        [house.id],
      );
      await expect(run()).rejects.toThrow(
        /would delete 1001 of 1001 rows of conversations, 1001 of 1001 rows of transcripts: more than half, and it last ran at/,
      );
      expect(await count('conversations')).toBe(1001);
      await database.query(`update retention_runs set finished_at = now() + interval '300 days'`);
      await expect(run()).rejects.toThrow('Look at the clock');
      expect((await run({ isForced: true })).deleted).toContainEqual(
        expect.objectContaining({ dataClass: 'conversations', count: 1001 }),
      );
    });

    test('nothing of what it deletes every day, however much that is', async () => {
      await run();
      await database.query(
        `insert into conversations (id, tenant_id, channel, agent, agent_version, region, started_at)
         select gen_random_uuid(), $1, 'twilio', 'a', '1', 'eu-central-1', now() - make_interval(days => 380) from generate_series(1, 1001)`,
        [house.id],
      );
      expect((await run()).deleted).toContainEqual(
        expect.objectContaining({ dataClass: 'conversations', count: 1001 }),
      );
    });
  });

  describe('can be ended and repeated', () => {
    test('by a signal, after the batch under way: the rest is left, and the next run does it', async () => {
      const tenantIds = [house.id, await newTenant()];
      for (const tenantId of tenantIds) await agedCall(database, { tenantId, days: 400 });
      const stop = new AbortController();
      const first = await run({ signal: stop.signal, onDone: () => stop.abort() });
      expect(first.isComplete).toBe(false);
      expect(await count('conversations')).toBeGreaterThan(0);
      expect(await count('retention_runs', 'finished_at is not null')).toBe(0);
      await run();
      expect([await count('conversations'), await count('conversation_events')]).toEqual([0, 0]);
    });

    test('by another job at the same time: together they delete everything once', async () => {
      for (let nth = 0; nth < 20; nth++)
        await agedCall(database, { tenantId: house.id, days: 400 + nth, events: 100, recorded: true, consented: true });
      const reports = await Promise.all([run(), run()]);
      const sum = (dataClass: string) =>
        reports
          .flatMap(({ deleted }) => deleted)
          .filter((done) => done.dataClass === dataClass)
          .reduce((total, done) => total + done.count, 0);
      await run();
      expect([sum('transcripts'), sum('recordings')]).toEqual([2000, 20]);
      expect([await count('conversation_events'), await count('conversations'), await count('recordings')]).toEqual([
        0, 0, 0,
      ]);
    });
  });

  test('what should be gone and is not, is counted by class for whoever takes calls', async () => {
    const asRuntime = () =>
      database.within({ role: 'voicecell_runtime', tenantId: house.id }, (transaction) => overdueRows(transaction));
    await agedCall(database, { tenantId: house.id, days: 91, events: 0 });
    expect([...(await asRuntime())]).toEqual([]);
    await agedCall(database, { tenantId: house.id, days: 92 });
    await agedCall(database, { tenantId: await newTenant(), days: 370, recorded: true });
    expect([...(await asRuntime())]).toEqual([
      ['conversations', 1],
      ['recordings', 1],
      ['transcripts', 2],
    ]);
    await run();
    expect([...(await asRuntime())]).toEqual([]);
  });

  test('every run leaves its word in the audit, before and after, with what it deleted of whom', async () => {
    const tenantId = await newTenant();
    await agedCall(database, { tenantId, days: 400 });
    const [before] = await database.query<{ position: string }>('select position from audit_head');
    await run();
    const entries = await database.within(cellWide, (transaction) =>
      transaction.query(
        'select actor, action, tenant_id, details from audit_entries where position > $1 order by position',
        [before!.position],
      ),
    );
    expect(entries).toEqual([
      { actor: actor.id, action: 'begin', tenant_id: null, details: null },
      { actor: actor.id, action: 'delete', tenant_id: tenantId, details: { transcripts: 3, conversations: 1 } },
      { actor: actor.id, action: 'finish', tenant_id: null, details: null },
    ]);
  });
});
