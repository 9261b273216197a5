/** Callers who do not behave: the cell bears them, ends the call with words where anyone can hear them, and logs it whole. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import usEast1 from '../../../regions/cells/us-east-1.ts';
import { decodeMulaw } from '../../../runtime/audio/mulaw.ts';
import { writeWav } from '../../../runtime/audio/wav.ts';
import { createVoice } from '../../../runtime/local/voice.ts';
import { until } from '../../support/cell-server.ts';
import { eventsOfType } from '../../support/local-cell.ts';
import { startTcpProxy } from '../../support/tcp-proxy.ts';
import type { CellFor } from '../support/cell.ts';
import { dialRaw } from '../support/line.ts';
import { expectWholeLog } from '../support/log.ts';

export function callers(cellFor: CellFor): void {
  it.concurrent('never speaks: he is asked twice whether he is there, and told goodbye', async (test) => {
    const cell = await cellFor(test, { agent: { limits: { idleMs: 500, idlePrompts: 2 } } });
    const { record, events } = await cell.call({ steps: [{ listens: true }] });
    expect(record.endedBy).toBe('agent');
    expect(eventsOfType(events, 'agent-turn').map(({ kind, heardText }) => [kind, heardText])).toEqual([
      ['greeting', 'Hello.'],
      ['prompt', 'Are you still there?'],
      ['prompt', 'Are you still there?'],
      ['farewell', 'I have not heard from you, so I will hang up now. Goodbye.'],
    ]);
    expectWholeLog(events, 'idle');
  });

  it.concurrent('never stops: he is answered all the same, and told goodbye at the longest time', async (test) => {
    const cell = await cellFor(test, { agent: { limits: { maxTurnMs: 2_500, maxCallMs: 9_000 } } });
    const speech = await endlessSpeech(test.onTestFinished);
    const { record, events } = await cell.call({ steps: [{ playsWav: speech }, { listens: true }] });
    expect(record.endedBy).toBe('agent');
    const [first] = eventsOfType(events, 'caller-turn');
    expect(eventsOfType(events, 'caller-paused').filter(({ sequence }) => sequence < first!.sequence)).toEqual([]);
    const [greeting, reply] = eventsOfType(events, 'agent-turn');
    expect([greeting!.kind, reply!.kind]).toEqual(['greeting', 'reply']);
    expect(reply!.heardText).toContain('Sorry, I did not quite get that.');
    expect(eventsOfType(events, 'agent-turn').at(-1)).toMatchObject({
      kind: 'farewell',
      heardText: 'We have reached the longest time a call can take. Goodbye.',
    });
    expectWholeLog(events, 'maximum-duration');
  });

  it.concurrent('hangs up in the middle of a tool call: what the tool did is still written down', async (test) => {
    const cell = await cellFor(test, { agent: { toolDelayMs: 2_000 } });
    const hangUp = new AbortController();
    const steps = [{ says: 'Tuesday.' }, { listens: true }] as const;
    const call = cell.call({ steps: [...steps] }, { signal: hangUp.signal });
    await until(() => eventsOfType(cell.events, 'tool-called').length > 0);
    hangUp.abort();
    const { record, events } = await call;
    expect(record.endedBy).toBe('caller');
    expectWholeLog(events, 'caller-hung-up');
    await until(() => eventsOfType(cell.events, 'tool-finished').length > 0);
    expect(cell.events.at(-1)).toMatchObject({ type: 'tool-finished', failed: false, sequence: events.length });
  });

  it.concurrent('hangs up during the greeting: he has heard a part of it', async (test) => {
    const cell = await cellFor(test, { agent: { greeting: 'Welcome to the clinic. How can I help you today?' } });
    const hangUp = new AbortController();
    const call = cell.call({ steps: [{ listens: true }] }, { signal: hangUp.signal });
    await until(() => eventsOfType(cell.events, 'agent-speaking').length > 0);
    hangUp.abort();
    const { events } = await call;
    const [greeting, ...more] = eventsOfType(events, 'agent-turn');
    expect(greeting).toMatchObject({ kind: 'greeting', interrupted: true });
    expect(greeting!.heardText).not.toBe(greeting!.text);
    expect(greeting!.text.startsWith(greeting!.heardText)).toBe(true);
    expect(more).toEqual([]);
    expectWholeLog(events, 'caller-hung-up');
  });

  it.concurrent('is out of reach all at once: he has hung up', async (test) => {
    const cell = await cellFor(test);
    const { events } = await cell.call({ steps: [{ says: 'Yes.' }, { vanishes: true }] });
    expectWholeLog(events, 'caller-hung-up');
  });

  it.concurrent('is on a line that died unnoticed: he is let go after two heartbeats', async (test) => {
    const drain = { ...usEast1.drain, heartbeatMs: 1_000 };
    const cell = await cellFor(test, { cell: { ...usEast1, drain } });
    const proxy = await startTcpProxy({ host: '127.0.0.1', port: Number(cell.url.port) });
    test.onTestFinished(() => proxy.close());
    await dialRaw({ ...cell, url: new URL(`http://127.0.0.1:${proxy.port}`) });
    await until(() => eventsOfType(cell.events, 'agent-speaking').length > 0);
    proxy.swallow();
    await until(() => eventsOfType(cell.events, 'call-ended').length > 0);
    expectWholeLog(cell.events, 'caller-hung-up');
  });
}

/** Half a minute in which nobody draws breath. */
async function endlessSpeech(finished: (remove: () => Promise<void>) => void): Promise<string> {
  const voice = await createVoice({ voice: 'rms' });
  const once = decodeMulaw(
    await voice.speak('and then he went home and told everyone about the new road and the long way'),
  );
  const samples = new Int16Array(30 * 8_000).map((_, index) => once[index % once.length]!);
  const folder = await mkdtemp(join(tmpdir(), 'voicecell-wav-'));
  finished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'endless.wav');
  await writeFile(path, writeWav({ sampleRateHz: 8_000, samples }));
  return path;
}
