/** What is left behind by a process that was killed in the middle of a recording, and by consent that was taken back. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { encodeMulaw } from '../../../runtime/audio/mulaw.ts';
import { stereoMulawHeader } from '../../../runtime/audio/wav.ts';
import type { CallEventBody } from '../../../runtime/call/events.ts';
import { openDatabase } from '../../../runtime/data/database.ts';
import { EventLog } from '../../../runtime/data/event-log.ts';
import { eventWriter } from '../../../runtime/data/event-writer.ts';
import { recordingDays, recordingLedger } from '../../../runtime/data/recordings.ts';
import { PART_BYTES } from '../../../runtime/objects/store.ts';
import { idsOf, type RecordingIds, recordingKey } from '../../../runtime/recording/keys.ts';
import { keepSweeping, QUIET_FOR_MS, sweepRecordings } from '../../../runtime/recording/sweep.ts';
import { describeDatabases } from '../../support/databases.ts';
import { NO_DATABASE } from '../../support/local-cell.ts';
import { BUCKET, bucketForTest, folderForTest } from '../../support/object-stores.ts';
import { frameOf, recordingsIn, silent } from '../../support/recorded-call.ts';
import { house, prepareDatabase } from '../../support/tenants.ts';
import { callEvents } from '../data/events.ts';

/** @returns where it was recording to */
async function killedWhileRecording(address: string, seconds: number, endpoint?: string) {
  const script = join(import.meta.dirname, '../../support/recording-process.ts');
  const args = ['--import', 'tsx', script, address, String(seconds), house.id, ...(endpoint ? [endpoint] : [])];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [said] = await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  return JSON.parse(String(said)) as Extract<CallEventBody, { type: 'recording-started' }>;
}

const newIds = (): RecordingIds => ({ tenantId: house.id, conversationId: randomUUID(), recordingId: randomUUID() });

describeDatabases('recordings that no call speaks for', (testDatabase) => {
  let folder: Awaited<ReturnType<typeof folderForTest>>;
  beforeEach(async () => {
    await prepareDatabase(testDatabase().connection);
    folder = await folderForTest();
  });
  afterEach(() => folder.close());

  function open() {
    const { connection, maxConnections } = testDatabase();
    const database = openDatabase({ ...connection, maxConnections });
    onTestFinished(() => database.close());
    const log = new EventLog({ write: eventWriter(database), logger: silent });
    const ledger = recordingLedger(database);
    return {
      database,
      ledger,
      sweep: () => sweepRecordings({ store: folder.again(), ledger }),
      /** What the call has told before its process died. */
      async told({ conversationId }: RecordingIds, ...bodies: CallEventBody[]) {
        const call = callEvents(conversationId);
        const events = [call.started(), ...bodies.map(call.next)];
        for (const event of events) log.sink({ ...event, at: new Date(Date.now() - 1_000 + event.atMs).toISOString() });
        expect(await log.flush(5_000)).toBe(true);
      },
      async rowOf({ recordingId }: RecordingIds) {
        const [row] = await database.within({ role: 'voicecell_admin', cellWide: true }, (transaction) =>
          transaction.query('select outcome, bytes::integer, duration_ms from recordings where id = $1', [recordingId]),
        );
        return row && [row.outcome, row.bytes, row.duration_ms];
      },
      asOwner: (sql: string, values: unknown[]) => database.query(sql, values),
    };
  }

  /** A second of a recording, as a process leaves it that dies. */
  async function unfinishedFile(ids: RecordingIds, frames = 50): Promise<string> {
    const key = recordingKey(ids, new Date());
    const path = join(folder.folder, dirname(key), `.${ids.recordingId}.wav.999999999-0123abcd.part`);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, Buffer.concat([stereoMulawHeader(), Buffer.alloc(frames * 320, 7)]));
    return key;
  }

  const started = (ids: RecordingIds): CallEventBody => ({
    type: 'recording-started',
    recordingId: ids.recordingId,
    objectKey: recordingKey(ids, new Date()),
  });
  const consentId = randomUUID();
  const asked: CallEventBody = {
    type: 'consent-asked',
    consentId,
    purpose: 'recording',
    jurisdiction: 'EU',
    wordingVersion: '1',
    wording: 'May we?',
    language: 'en-US',
  };
  const files = async () =>
    (await readdir(folder.folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());

  it('are found at once in a folder, playable, with their lengths filled in', async () => {
    const { sweep, told, rowOf } = open();
    const event = await killedWhileRecording(folder.folder, 7);
    const ids = idsOf(event.objectKey)!;
    await told(ids, event);
    expect(await rowOf(ids)).toEqual([null, null, null]);
    expect(await sweep()).toEqual({ finished: 1, discarded: 0 });
    const { [event.objectKey]: recording } = await recordingsIn(folder.store);
    const heard = encodeMulaw(recording!.channels[0]!);
    expect(heard.length).toBe(7 * 8_000);
    expect(Buffer.from(heard).equals(Buffer.concat(Array.from({ length: 350 }, (_, n) => frameOf(n % 120))))).toBe(
      true,
    );
    expect(await rowOf(ids)).toEqual(['cut', 58 + 7 * 16_000, 7_000]);
    expect(await sweep()).toEqual({ finished: 0, discarded: 0 });
  });

  it('are found in a bucket when they have been quiet for long, as far as whole parts had arrived', async () => {
    const { ledger, told, rowOf } = open();
    const bucket = await bucketForTest();
    onTestFinished(() => bucket.close());
    const sweep = () => sweepRecordings({ store: bucket.again(), ledger });
    bucket.server.backdatedMs = QUIET_FOR_MS - 60_000;
    const event = await killedWhileRecording(`s3://${BUCKET}/all`, 340, bucket.server.url);
    const ids = idsOf(event.objectKey)!;
    await told(ids, event);
    expect(await sweep()).toEqual({ finished: 0, discarded: 0 });
    const later = Date.now() + 61_000;
    const clock = vi.spyOn(Date, 'now').mockImplementation(() => later);
    onTestFinished(() => clock.mockRestore());
    expect(await sweep()).toEqual({ finished: 1, discarded: 0 });
    const { [event.objectKey]: recording } = await recordingsIn(bucket.store);
    expect(recording?.channels[1]?.length).toBe((PART_BYTES - 58) / 2);
    expect(await rowOf(ids)).toEqual(['cut', PART_BYTES, Math.round((PART_BYTES - 58) / 16)]);
  });

  it('are written down where the call had no time to tell of them: what no row speaks of is never found again', async () => {
    const { sweep, rowOf } = open();
    const ids = newIds();
    await unfinishedFile(ids);
    expect(await sweep()).toEqual({ finished: 1, discarded: 0 });
    expect(await rowOf(ids)).toEqual(['cut', 58 + 16_000, 1_000]);
  });

  it.each(['by the caller himself', 'by a request, later'] as const)(
    'are thrown away when consent was taken back %s',
    async (how) => {
      const { sweep, told, rowOf, asOwner } = open();
      const ids = newIds();
      await unfinishedFile(ids);
      const own = { ...asked, consentId: randomUUID() };
      const withdrawn: CallEventBody = { type: 'consent-withdrawn', consentId: own.consentId, by: 'speech' };
      await told(ids, own, started(ids), ...(how === 'by the caller himself' ? [withdrawn] : []));
      if (how !== 'by the caller himself')
        await asOwner('update consents set withdrawn_at = now() where id = $1', [own.consentId]);
      expect(await sweep()).toEqual({ finished: 0, discarded: 1 });
      expect(await files()).toEqual([]);
      expect(await rowOf(ids)).toEqual(['withdrawn', 0, 0]);
    },
  );

  it('are thrown away when their conversation was erased, and nothing is written of them', async () => {
    const { sweep, rowOf, asOwner } = open();
    const ids = newIds();
    await unfinishedFile(ids);
    await asOwner('insert into erasures (conversation_id, tenant_id) values ($1, $2)', [ids.conversationId, house.id]);
    expect(await sweep()).toEqual({ finished: 0, discarded: 1 });
    expect([await files(), await rowOf(ids)]).toEqual([[], undefined]);
  });

  it('are thrown away when they hold no sound', async () => {
    const { sweep, told, rowOf } = open();
    const ids = newIds();
    await unfinishedFile(ids, 0);
    await told(ids, started(ids));
    expect(await sweep()).toEqual({ finished: 0, discarded: 1 });
    expect([await files(), await rowOf(ids)]).toEqual([[], ['failed', 0, 0]]);
  });

  it('are deleted when consent was taken back after they were whole', async () => {
    const { sweep, told, rowOf, asOwner } = open();
    const ids = newIds();
    const own = { ...asked, consentId: randomUUID() };
    const finished: CallEventBody = {
      type: 'recording-finished',
      recordingId: ids.recordingId,
      outcome: 'complete',
      bytes: 1,
      durationMs: 1,
    };
    const key = await unfinishedFile(ids);
    await sweep();
    await told(ids, own, started(ids), finished);
    expect(await sweep()).toEqual({ finished: 0, discarded: 0 });
    expect(await folder.store.exists(key)).toBe(true);
    await asOwner('update consents set withdrawn_at = now() where id = $1', [own.consentId]);
    expect(await sweep()).toEqual({ finished: 0, discarded: 1 });
    expect(await folder.store.exists(key)).toBe(false);
    expect(await rowOf(ids)).toEqual(['withdrawn', 0, 0]);
    expect(await sweep()).toEqual({ finished: 0, discarded: 0 });
  });

  it('are kept when they were begun after consent had been taken back, and given again', async () => {
    const { sweep, told } = open();
    const ids = newIds();
    const own = { ...asked, consentId: randomUUID() };
    const withdrawn: CallEventBody = { type: 'consent-withdrawn', consentId: own.consentId, by: 'speech' };
    await told(ids, own, withdrawn, started(ids));
    await unfinishedFile(ids);
    expect(await sweep()).toEqual({ finished: 1, discarded: 0 });
  });

  it('that a call finished and then withdrew are withdrawn, in whatever batch it said so', async () => {
    const { told, rowOf } = open();
    const ids = newIds();
    const { recordingId } = ids;
    const complete = { type: 'recording-finished', recordingId, outcome: 'complete', bytes: 9, durationMs: 9 } as const;
    await told(ids, started(ids), complete, { ...complete, outcome: 'withdrawn', bytes: 0, durationMs: 0 });
    expect(await rowOf(ids)).toEqual(['withdrawn', 0, 0]);
  });

  it('and of which nobody says for a day how they ended, are settled by what is there', async () => {
    const { sweep, told, rowOf, asOwner } = open();
    const [there, gone] = [newIds(), newIds()];
    for (const ids of [there, gone]) await told(ids, started(ids));
    await folder.store.put(
      recordingKey(there, new Date()),
      (async function* () {
        yield stereoMulawHeader(16_000);
        yield new Uint8Array(16_000);
      })(),
      { contentType: 'audio/wav', onFailure: 'discard' },
    );
    expect(await sweep()).toEqual({ finished: 0, discarded: 0 });
    await asOwner("update recordings set started_at = now() - interval '25 hours' where id = any ($1)", [
      [there.recordingId, gone.recordingId],
    ]);
    expect(await sweep()).toEqual({ finished: 1, discarded: 1 });
    expect(await rowOf(there)).toEqual(['cut', 16_058, 1_000]);
    expect(await rowOf(gone)).toEqual(['failed', 0, 0]);
  });

  it('are left as they are while nobody can say whether they may be kept', async () => {
    const key = await unfinishedFile(newIds());
    const database = openDatabase({ url: NO_DATABASE, applicationName: 'test' });
    onTestFinished(() => database.close());
    const warnings: unknown[] = [];
    const logger = { info: () => {}, warn: (fields: unknown) => warnings.push(fields) };
    const stop = new AbortController();
    const store = folder.again();
    const sweeping = keepSweeping({ store, ledger: recordingLedger(database), logger, signal: stop.signal });
    await vi.waitUntil(() => warnings.length === 1);
    stop.abort();
    await sweeping;
    expect(await files()).toHaveLength(1);
    expect(await store.exists(key)).toBe(false);
  });

  it('are kept for as long as their tenant wants, in the days that a bucket knows', async () => {
    const { database, asOwner } = open();
    const set = (days: number) =>
      asOwner(
        `insert into retention_policies (tenant_id, data_class, days) values ($1, 'recordings', $2)
         on conflict (tenant_id, data_class) do update set days = excluded.days`,
        [house.id, days],
      );
    expect(await recordingDays(database, house.id)).toBeUndefined();
    for (const [wanted, tagged] of [
      [7, 7],
      [8, 30],
      [365, 365],
      [3_650, undefined],
    ] as const) {
      await set(wanted);
      expect(await recordingDays(database, house.id)).toBe(tagged);
    }
    expect(await recordingDays(database, randomUUID())).toBeUndefined();
    await asOwner('delete from retention_policies', []);
  });
});
