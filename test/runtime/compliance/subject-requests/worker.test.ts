import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { discardExpired } from '../../../../runtime/compliance/subject-requests/expire.ts';
import { MOST_ATTEMPTS } from '../../../../runtime/compliance/subject-requests/lease.ts';
import { retryAfterMs } from '../../../../runtime/compliance/subject-requests/run.ts';
import {
  type SubjectRequestWorker,
  startSubjectRequestWorker,
  type WorkerOptions,
} from '../../../../runtime/compliance/subject-requests/worker.ts';
import { createLogger } from '../../../../runtime/logger.ts';
import { openObjectStore } from '../../../../runtime/objects/open.ts';
import { describeDatabases } from '../../../support/databases.ts';
import { ANN, BOB, type Office, openOffice } from '../../../support/subjects.ts';
import { testCell } from '../../../support/tenants.ts';

describeDatabases('the process of a cell', (testDatabase) => {
  let office: Office;
  let logs: string[];
  let stop: AbortController;
  const workers: SubjectRequestWorker[] = [];
  beforeEach(async () => {
    office = await openOffice(testDatabase());
    await office.clear();
    logs = [];
    stop = new AbortController();
  });
  afterEach(async () => {
    stop.abort();
    for (const { closed } of workers.splice(0)) await closed;
  });

  function start(options: Partial<WorkerOptions> = {}): SubjectRequestWorker {
    const destination = { write: (line: string) => void logs.push(line) };
    const worker = startSubjectRequestWorker({
      database: office.database,
      stores: office.stores,
      region: testCell.region,
      logger: createLogger({ level: 'info', region: testCell.region, destination }),
      ready: Promise.resolve(),
      isForeign: () => false,
      signal: stop.signal,
      ...options,
    });
    workers.push(worker);
    return worker;
  }

  const isDone = (id: string) => vi.waitFor(async () => expect((await office.request(id)).state).toBe('done'), 30_000);

  test('answers what was asked before it began, and at once what is asked while it waits', async () => {
    await office.called({ number: ANN });
    const { request: before } = await office.file({ kind: 'access', number: ANN });
    const worker = start();
    await isDone(before.id);
    const { request: later } = await office.file({ kind: 'delete', number: ANN });
    worker.nudge();
    await isDone(later.id);
    expect(await office.count('conversations')).toBe(0);
    expect(logs.join('')).not.toMatch(/Smyth|30123456/);
  });

  test('shares the work with others: each request is answered once', async () => {
    const ids: string[] = [];
    for (let nth = 0; nth < 12; nth++)
      ids.push((await office.file({ kind: 'optout', number: `+49301112${String(nth).padStart(3, '0')}` })).request.id);
    start();
    start();
    start();
    for (const id of ids) await isDone(id);
    expect(await office.count('audit_entries', `resource = 'subject' and resource_id = any($1)`, ids)).toBe(12);
  });

  test('leaves copies to those who have a place for them', async () => {
    const { request: copy } = await office.file({ kind: 'export', number: ANN });
    const { request: optout } = await office.file({ kind: 'optout', number: BOB });
    start({ stores: {} });
    await isDone(optout.id);
    expect((await office.request(copy.id)).state).toBe('received');
  });

  test('answers nothing from a database of another cell', async () => {
    const { request } = await office.file({ kind: 'optout', number: ANN });
    await start({ isForeign: () => true }).closed;
    expect((await office.request(request.id)).state).toBe('received');
  });

  test('counts the requests whose deadline has passed, and says so', async () => {
    await office.file({ kind: 'export', number: ANN });
    await office.database.query(`update subject_requests set due_at = now() - interval '1 hour'`);
    const worker = start({ stores: {} });
    await vi.waitUntil(() => worker.overdue === 1, 30_000);
    expect(logs.join('')).toContain('requests of people about their data are overdue');
  });

  test('gives a request back that it could not answer, and gives it up after many times', async () => {
    const { request } = await office.file({ kind: 'access', number: ANN });
    const exports = openObjectStore('/dev/null/nowhere', { region: testCell.region });
    for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
      await expect(office.work(request.id, { stores: { exports } })).rejects.toThrow();
      const { state, progress } = await office.request(request.id);
      expect({ attempt, state }).toEqual({ attempt, state: attempt < MOST_ATTEMPTS ? 'received' : 'failed' });
      expect(progress.lastError).toBeTruthy();
      await expect(office.work(request.id)).rejects.toThrow('nothing to do');
      await office.database.query('update subject_requests set leased_until = null');
    }
    await office.database.query(`update subject_requests set due_at = now() - interval '1 s'`);
    expect((await office.request(request.id)).isOverdue).toBe(true);
    // Asked again and answered, the first one is too.
    const { id } = await office.answer({ kind: 'access', number: ANN });
    expect(await office.request(request.id)).toMatchObject({
      state: 'done',
      isOverdue: false,
      result: { note: `Answered by request ${id}.` },
    });
  });

  test('deletes an archive that nobody fetched in time', async () => {
    const { id, result } = await office.answer({ kind: 'access', number: ANN });
    expect(await discardExpired(office.database, office.stores.exports)).toBe(0);
    const past = JSON.stringify({ ...result!.archive, keptUntil: '2026-01-01T00:00:00.000Z' });
    await office.database.query(`update subject_requests set result = jsonb_set(result, '{archive}', $1)`, [past]);
    expect(await discardExpired(office.database, office.stores.exports)).toBe(1);
    expect(await office.keys('exports')).toEqual([]);
    expect((await office.request(id)).result?.archive).toBeUndefined();
  });
});

test('what failed is tried again after 5 seconds, and later and later, every hour at last', () => {
  expect([1, 2, 3, 8, 20].map(retryAfterMs)).toEqual([5_000, 10_000, 20_000, 640_000, 3_600_000]);
});
