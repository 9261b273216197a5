/** What a caller asks about his data while he is on the phone, or before he calls again. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { expect, it, type TestContext, vi } from 'vitest';
import usEast1 from '../../../regions/cells/us-east-1.ts';
import { clientConfig } from '../../../runtime/data/database.ts';
import { startEmbeddedPostgres } from '../../../runtime/local/postgres.ts';
import { houseOf } from '../../../runtime/tenants/house.ts';
import { run } from '../../bin/run.ts';
import { eventsOfType, type TestCell } from '../../support/local-cell.ts';
import { unzip } from '../../support/unzip.ts';
import type { CellFor } from '../support/cell.ts';
import { expectAsPlanned } from '../support/log.ts';

const ASKING = {
  consent: { recording: { default: { version: '1', wording: 'May we record this call? Yes or no?' } } },
};
const PATIENCE = { timeout: 60_000, interval: 100 };
const NUMBER = '+14155550142';
const REQUESTS = `/v1/tenants/${houseOf(usEast1).id}/subject-requests`;
const HANGS_UP = { hangsUp: 'politely' } as const;
/** Long enough for a request to be answered meanwhile, on a busy machine. */
const STAYS = { waitsMs: 15_000 };

export function rights(cellFor: CellFor): void {
  it.concurrent('has everything deleted: nothing of the call remains, which goes on', async (test) => {
    const { cell, places, ask, query } = await startCell(test);
    const calling = cell.call({
      from: NUMBER,
      politenessMs: 1_500,
      steps: [{ says: 'Yes.' }, STAYS, { says: 'Wait.' }, HANGS_UP],
    });
    await vi.waitUntil(() => eventsOfType(cell.events, 'recording-started').length > 0, PATIENCE);
    await vi.waitUntil(async () => (await query('select from recordings')).length > 0, PATIENCE);
    const { state, result } = await ask.until({ kind: 'delete' });
    expect(state).toBe('done');
    expect(result.counts).toMatchObject({ liveCalls: 1, conversations: 1, recordings: 1, callers: 1 });
    const events = expectAsPlanned(await calling);
    // He was answered to the end, though nothing of it was kept.
    const heard = eventsOfType(events, 'agent-turn').map(({ heardText }) => heardText);
    expect(heard).toContainEqual(expect.stringContaining('Sure, take your time.'));
    await vi.waitFor(async () => expect(await filesIn(places.recordings)).toEqual([]), PATIENCE);
    for (const table of ['conversations', 'conversation_events', 'consents', 'recordings', 'callers'])
      expect(await query(`select from ${table}`), table).toEqual([]);
    expect(await query('select from erasures')).toHaveLength(1);
  });

  it.concurrent('takes his consent back by letter: recording stops, the transcript stays', async (test) => {
    const { cell, places, ask, query } = await startCell(test);
    const calling = cell.call({
      from: NUMBER,
      politenessMs: 1_500,
      steps: [{ says: 'Yes.' }, STAYS, { says: 'Wait.' }, HANGS_UP],
    });
    await vi.waitUntil(async () => (await query('select from recordings')).length > 0, PATIENCE);
    expect((await ask.until({ kind: 'withdraw' })).result.counts).toEqual({ consents: 1, recordings: 1 });
    const events = expectAsPlanned(await calling);
    expect(eventsOfType(events, 'consent-withdrawn')).toMatchObject([{ by: 'request' }]);
    await vi.waitFor(async () => expect(await filesIn(places.recordings)).toEqual([]), PATIENCE);
    expect(await query('select outcome from recordings')).toEqual([{ outcome: 'withdrawn' }]);
    await vi.waitUntil(
      async () => (await query('select from conversations where ended_at is not null')).length > 0,
      PATIENCE,
    );
    expect(await query(`select from conversation_events where type = 'caller-turn'`)).not.toEqual([]);
  });

  it.concurrent('never wants to be recorded: he is not even asked', async (test) => {
    const { cell, places, ask } = await startCell(test);
    await ask.until({ kind: 'optout' });
    const steps = [{ says: 'Wait.' }, HANGS_UP];
    const his = expectAsPlanned(await cell.call({ from: NUMBER, steps }));
    expect(eventsOfType(his, 'consent-asked')).toEqual([]);
    const others = expectAsPlanned(await cell.call({ steps: [{ says: 'No.' }, ...steps], politenessMs: 1_500 }));
    expect(eventsOfType(others, 'consent-asked')).toHaveLength(1);
    expect(await filesIn(places.recordings)).toEqual([]);
  });

  it.concurrent('wants a copy: what he said is in it', async (test) => {
    const { cell, ask, query } = await startCell(test);
    expectAsPlanned(
      await cell.call({ from: NUMBER, politenessMs: 1_500, steps: [{ says: 'No.' }, { says: 'Wait.' }, HANGS_UP] }),
    );
    await vi.waitUntil(
      async () => (await query('select from conversations where ended_at is not null')).length > 0,
      PATIENCE,
    );
    const { id, result } = await ask.until({ kind: 'access' });
    expect(result.counts).toMatchObject({ conversations: 1, consents: 1, recordings: 0 });
    const archive = await ask('GET', `${REQUESTS}/${id}/archive`);
    expect(archive.headers.get('content-type')).toBe('application/zip');
    const files = unzip(Buffer.from(await archive.arrayBuffer()));
    const [transcript] = [...files].find(([name]) => name.startsWith('transcripts/')) ?? [];
    expect(files.get(transcript!)!.toString()).toContain('You: Wait.');
  });

  async function startCell(test: TestContext) {
    const folder = await mkdtemp(join(tmpdir(), 'voicecell-rights-'));
    test.onTestFinished(() => rm(folder, { recursive: true, force: true }));
    // All tasks of a database share its stores, and so its requests: this one is alone with its own.
    const postgres = await startEmbeddedPostgres();
    test.onTestFinished(() => postgres.close());
    const places = { recordings: join(folder, 'recordings'), exports: join(folder, 'exports') };
    const cell = await cellFor(test, { agent: ASKING, databaseUrl: postgres.url, ...places });
    await cell.ready;
    const made = await run('key', 'create', '--role', 'operator', '--json', '--database', cell.databaseUrl);
    return { cell, places, ask: askWith(cell, JSON.parse(made.out).key), query: asking(cell) };
  }
}

interface Answered {
  readonly id: string;
  readonly state: string;
  readonly result: { readonly counts: Record<string, number> };
}

function askWith(cell: TestCell, key: string) {
  const ask = (method: string, path: string, body?: object) =>
    fetch(new URL(path, cell.url), {
      method,
      headers: { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) },
      body: body && JSON.stringify(body),
    });
  /** Asks for something, and waits until it is answered. */
  const until = async (wish: object): Promise<Answered> => {
    const filed = await ask('POST', REQUESTS, { number: NUMBER, verifiedBy: 'call back', ...wish });
    expect(filed.status).toBe(202);
    const { id } = (await filed.json()) as Answered;
    return vi.waitUntil(async () => {
      const request = (await (await ask('GET', `${REQUESTS}/${id}`)).json()) as Answered;
      return request.state === 'done' && request;
    }, PATIENCE);
  };
  return Object.assign(ask, { until });
}

function asking({ databaseUrl }: TestCell) {
  return async (text: string): Promise<Record<string, unknown>[]> => {
    const client = new pg.Client(clientConfig({ url: databaseUrl, applicationName: 'test' }));
    await client.connect();
    try {
      return (await client.query(text)).rows;
    } finally {
      await client.end();
    }
  };
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}
