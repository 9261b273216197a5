/** Calls that are recorded only if the caller agrees: what he is asked, what he answers, and what is kept of him. */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, type TestContext, vi } from 'vitest';
import type { CallEvent } from '../../../runtime/call/events.ts';
import { type Consent, listConsents } from '../../../runtime/data/consents.ts';
import { openDatabase } from '../../../runtime/data/database.ts';
import { readScenario } from '../../../runtime/local/caller/scenario.ts';
import { RECORDED_DEMO } from '../../../runtime/local/demo/files.ts';
import { until } from '../../support/cell-server.ts';
import { eventsOfType, startTestCell, type TestCell, type TestScenario } from '../../support/local-cell.ts';
import type { CellFor } from '../support/cell.ts';
import { expectAsPlanned } from '../support/log.ts';

const WORDING = 'May we record this call? Please say yes or no.';
const STOPPED = 'The recording is gone.';
const ASKING = {
  consent: { recording: { default: { version: '7', wording: WORDING } } },
  sentences: { recordingStopped: STOPPED, consentDeclined: 'Fine.' },
} as const;
const YES = { says: 'Yes.' };
const HANGS_UP = { hangsUp: 'politely' } as const;

export function consent(cellFor: CellFor): void {
  const startCell = async (test: TestContext) => {
    const recordings = await folderFor(test);
    return { cell: await cellFor(test, { agent: ASKING, recordings }), recordings };
  };

  it.concurrent('agrees, in the demo: from then on, and all of it', async (test) => {
    const recordings = await folderFor(test);
    const { databaseUrl } = await cellFor(test);
    const cell = await startTestCell({ ...RECORDED_DEMO, recordings, databaseUrl }, test.onTestFinished);
    await cell.prepared;
    const events = expectAsPlanned(await cell.call(await readScenario(RECORDED_DEMO.scenario)));
    const { outcome, bytes } = await recordingOver(cell);
    const [started] = eventsOfType(cell.events, 'recording-started');
    expect(outcome).toBe('complete');
    expect((await stat(join(recordings, started!.objectKey))).size).toBe(bytes);
    const [asked] = eventsOfType(events, 'consent-asked');
    expect(await consentsIn(cell, (found) => found?.answer !== undefined)).toMatchObject([
      {
        id: asked!.consentId,
        jurisdiction: 'US',
        wording: asked!.wording,
        wordingVersion: '2026-11-01',
        playedAt: expect.any(String),
        answer: 'yes',
        answeredBy: 'speech',
      },
    ]);
  });

  it.concurrent('declines with a key: never', async (test) => {
    const { cell, recordings } = await startCell(test);
    const events = await callOf(cell, [{ dials: '2' }, { says: 'Wait.' }, HANGS_UP]);
    expect(consentOf(events)).toEqual(['asked', 'played', 'no by dtmf']);
    // On a busy machine, behind an opener.
    expect(heardIn(events)).toEqual([WORDING, 'Fine. Hello.', expect.stringMatching(/Sure, take your time\.$/)]);
    expect(eventsOfType(cell.events, 'recording-started')).toEqual([]);
    expect(await readdir(recordings, { recursive: true })).toEqual([]);
  });

  it.concurrent('says yes over the question: not for that', async (test) => {
    const { cell } = await startCell(test);
    const events = await callOf(cell, [{ interrupts: 'Yes.', afterMs: 300 }, { waitsMs: 6_000 }, { hangsUp: true }]);
    expect(consentOf(events)).toEqual(['asked', 'played']);
    expect(heardIn(events)[0]).toBe(WORDING);
    expect(eventsOfType(events, 'barge-in')).toEqual([]);
  });

  it.concurrent.for([
    ['a word', { says: 'Please stop recording.' }, 'withdrawn by speech'],
    ['a key', { dials: '*2' }, 'withdrawn by dtmf'],
  ] as const)('takes it back with %s: no more, and nothing of it is kept', async ([, act, withdrawn], test) => {
    const { cell, recordings } = await startCell(test);
    const events = await callOf(cell, [YES, act, { says: 'Wait.' }, HANGS_UP]);
    expect(consentOf(events)).toEqual(['asked', 'played', 'yes by speech', withdrawn]);
    expect(heardIn(events).slice(-2)).toEqual([STOPPED, expect.stringMatching(/Sure, take your time\.$/)]);
    expect(await recordingOver(cell)).toMatchObject({ outcome: 'withdrawn', bytes: 0 });
    const files = await readdir(recordings, { recursive: true, withFileTypes: true });
    expect(files.filter((file) => file.isFile())).toEqual([]);
    expect(await consentsIn(cell, (found) => found?.withdrawnBy !== undefined)).toMatchObject([{ answer: 'yes' }]);
  });

  it.concurrent('agrees and loses his socket: again, without a question', async (test) => {
    const { cell } = await startCell(test);
    const events = await callOf(cell, [YES, { waitsMs: 2_000 }, { losesSocket: true }, { says: 'Wait.' }, HANGS_UP]);
    expect(consentOf(events)).toEqual(['asked', 'played', 'yes by speech']);
    await until(() => eventsOfType(cell.events, 'recording-finished').length === 2);
    expect(eventsOfType(cell.events, 'recording-started')).toHaveLength(2);
  });
}

async function folderFor({ onTestFinished }: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'voicecell-consent-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

async function callOf(cell: TestCell, steps: TestScenario['steps']): Promise<readonly CallEvent[]> {
  // A busy machine may stall the question; nobody is to answer what he has not heard.
  return expectAsPlanned(await cell.call({ steps, politenessMs: 1_500 }));
}

/** A recording is in its place when its event says so, which may be after the end of the call. */
async function recordingOver({ events }: TestCell) {
  await until(() => eventsOfType(events, 'recording-finished').length > 0);
  return eventsOfType(events, 'recording-finished')[0]!;
}

const heardIn = (events: readonly CallEvent[]) => eventsOfType(events, 'agent-turn').map(({ heardText }) => heardText);

const consentOf = (events: readonly CallEvent[]) =>
  events.flatMap((event) => {
    if (event.type === 'consent-answered') return [`${event.answer} by ${event.by}`];
    if (event.type === 'consent-withdrawn') return [`withdrawn by ${event.by}`];
    return event.type === 'consent-asked' ? ['asked'] : event.type === 'consent-played' ? ['played'] : [];
  });

/** What the database knows of it, once it is written. */
async function consentsIn({ events, databaseUrl }: TestCell, isWritten: (consent: Consent | undefined) => boolean) {
  const { tenantId, conversationId } = eventsOfType(events, 'call-started')[0]!;
  const database = openDatabase({ url: databaseUrl, applicationName: 'test', maxConnections: 1 });
  try {
    return await vi.waitUntil(
      async () => {
        const found = await database.within({ tenantId, role: 'voicecell_runtime' }, (transaction) =>
          listConsents(transaction, { limit: 10, conversationId }),
        );
        return isWritten(found[0]) && found;
      },
      { timeout: 15_000, interval: 100 },
    );
  } finally {
    await database.close();
  }
}
