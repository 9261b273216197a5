/** What the recording of a whole call holds: the caller's speech on the left, the agent's on the right, each in its turn. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, type TestContext } from 'vitest';
import { encodeMulaw } from '../../../runtime/audio/mulaw.ts';
import { createVoiceActivityDetector } from '../../../runtime/audio/vad.ts';
import { readWavChannels } from '../../../runtime/audio/wav.ts';
import { FRAME_BYTES, FRAME_MS } from '../../../runtime/channels/channel.ts';
import { until } from '../../support/cell-server.ts';
import { eventsOfType, type TestCell } from '../../support/local-cell.ts';
import type { CellFor } from '../support/cell.ts';
import { expectAsPlanned } from '../support/log.ts';

const ASKING = { consent: { recording: { default: { version: '1', wording: 'May we record this call?' } } } } as const;
const POLITELY = { hangsUp: 'politely' } as const;
/** Two words of one speaker are no further apart; the other's turn begins later. */
const PAUSE_MS = 400;
/** Clicks are no speech. */
const SHORTEST_MS = 80;

export function recording(cellFor: CellFor): void {
  it.concurrent('whole calls: who spoke when can be heard in it', async (test) => {
    const { cell, folder } = await recordingCell(test, cellFor);
    expect(await healthOf(cell)).toMatchObject({ services: { storage: { status: 'ok' } } });
    expectAsPlanned(await cell.call({ steps: [{ says: 'Yes.' }, { says: 'Wait.' }, { says: 'Hello?' }, POLITELY] }));
    const [started] = eventsOfType(cell.events, 'recording-started');
    await until(() => eventsOfType(cell.events, 'recording-finished').length === 1);
    const { channels } = readWavChannels(await readFile(join(folder, started!.objectKey)));
    const spoken = await turnsOf(channels as [Int16Array, Int16Array]);
    // His yes was said before: the recording begins with the agent's thanks and greeting.
    expect(spoken.map(({ who }) => who)).toEqual(['agent', 'caller', 'agent', 'caller', 'agent']);
    const [finished] = eventsOfType(cell.events, 'recording-finished');
    expect(finished).toMatchObject({ outcome: 'complete', durationMs: channels[0]!.length / 8 });
  });

  it.concurrent('no call where nothing can be written, and says so: the call goes on', async (test) => {
    const { cell, folder } = await recordingCell(test, cellFor);
    await rm(folder, { recursive: true });
    await writeFile(folder, 'a file in the place of the folder');
    const events = expectAsPlanned(await cell.call({ steps: [{ says: 'Yes.' }, { says: 'Wait.' }, POLITELY] }));
    expect(eventsOfType(events, 'caller-turn').map(({ text }) => text)).toEqual(['Yes.', 'Wait.']);
    expect(eventsOfType(events, 'recording-finished')).toMatchObject([{ outcome: 'failed', bytes: 0 }]);
    const health = await healthOf(cell);
    expect(health).toMatchObject({ status: 'degraded', services: { storage: { status: 'failed' } } });
  });

  it.concurrent('the agent only as far as the caller heard him', async (test) => {
    const { cell, folder } = await recordingCell(test, cellFor);
    const steps = [
      { says: 'Yes.' },
      { says: 'Tell me about the prices.' },
      { interrupts: 'Stop, wait.', afterMs: 600 },
      POLITELY,
    ];
    expectAsPlanned(await cell.call({ steps }));
    const [started] = eventsOfType(cell.events, 'recording-started');
    await until(() => eventsOfType(cell.events, 'recording-finished').length === 1);
    const { channels } = readWavChannels(await readFile(join(folder, started!.objectKey)));
    const spoken = await turnsOf(channels as [Int16Array, Int16Array]);
    const [interrupted] = eventsOfType(cell.events, 'agent-turn').filter((turn) => turn.interrupted);
    expect(interrupted!.text.length).toBeGreaterThan(interrupted!.heardText.length);
    expect(spoken.map(({ who }) => who)).toEqual(['agent', 'caller', 'agent', 'caller', 'agent']);
    // Silenced while the caller speaks: not before he began, and not long after.
    const [, , answer, stop] = spoken;
    expect(answer!.endMs).toBeGreaterThan(stop!.startMs - PAUSE_MS);
    expect(answer!.endMs).toBeLessThan(stop!.startMs + 1_500);
  });
}

async function recordingCell(test: TestContext, cellFor: CellFor): Promise<{ cell: TestCell; folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'voicecell-recording-'));
  test.onTestFinished(() => rm(folder, { recursive: true }));
  return { cell: await cellFor(test, { agent: ASKING, recordings: folder }), folder };
}

async function healthOf(cell: TestCell): Promise<unknown> {
  return (await fetch(new URL('/health', cell.url))).json();
}

interface Speech {
  readonly who: 'caller' | 'agent';
  readonly startMs: number;
  readonly endMs: number;
}

/** Who has the word, one after the other, by the runtime's own ear. */
async function turnsOf([caller, agent]: readonly [Int16Array, Int16Array]): Promise<Speech[]> {
  const speech = [...(await speechIn('caller', caller)), ...(await speechIn('agent', agent))];
  const turns: Speech[] = [];
  for (const each of speech.sort((a, b) => a.startMs - b.startMs)) {
    const last = turns.at(-1);
    if (last?.who === each.who) turns[turns.length - 1] = { ...last, endMs: each.endMs };
    else turns.push(each);
  }
  return turns;
}

async function speechIn(who: Speech['who'], samples: Int16Array): Promise<Speech[]> {
  const ear = await createVoiceActivityDetector({ aggressiveness: 3 });
  const found: { startMs: number; endMs: number }[] = [];
  const mulaw = encodeMulaw(samples);
  for (let frame = 0; frame * FRAME_BYTES < mulaw.length; frame++) {
    if (!ear.isSpeech(mulaw.subarray(frame * FRAME_BYTES, (frame + 1) * FRAME_BYTES))) continue;
    const [startMs, endMs] = [frame * FRAME_MS, (frame + 1) * FRAME_MS];
    const last = found.at(-1);
    if (last && startMs - last.endMs < PAUSE_MS) last.endMs = endMs;
    else found.push({ startMs, endMs });
  }
  ear.close();
  return found.filter(({ startMs, endMs }) => endMs - startMs >= SHORTEST_MS).map((times) => ({ who, ...times }));
}
