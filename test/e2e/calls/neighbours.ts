/** Calls that are held at the same time: none of them hears, or is told, anything of another. */
import { expect, it } from 'vitest';
import type { Line } from '../../../runtime/local/caller/dial.ts';
import { eventsOfType } from '../../support/local-cell.ts';
import type { CellFor } from '../support/cell.ts';
import { expectWholeLog } from '../support/log.ts';

export function neighbours(cellFor: CellFor): void {
  it.concurrent('hear nothing of each other, not even when one of them is silent', async (test) => {
    const cell = await cellFor(test, { agent: { limits: { idleMs: 60_000 } } });
    const heard: Buffer[][] = [[], []];
    const tap = (index: number) => ({ onLine: (line: Line) => record(line, heard[index]!) });
    const silence = new AbortController();
    const silent = cell.call({ steps: [{ listens: true }] }, { ...tap(0), signal: silence.signal });
    const [hours, insurance] = await Promise.all([
      cell.call({ steps: [{ says: 'Hours?' }, { hangsUp: 'politely' }] }, tap(1)),
      cell.call({ voice: 'slt', steps: [{ says: 'Insurance?' }, { hangsUp: 'politely' }] }),
    ]);
    silence.abort();
    const listener = await silent;

    expect(listener.events.map(({ type }) => type)).not.toContain('caller-speaking');
    expect(spokenIn(listener.events)).toEqual(['Hello.']);
    const [greeting, conversation] = heard.map((pieces) => Buffer.concat(pieces));
    expect(greeting!.length).toBeGreaterThan(0);
    expect(conversation!.subarray(0, greeting!.length).equals(greeting!)).toBe(true);
    expect(conversation!.length).toBeGreaterThan(greeting!.length);

    expect(eventsOfType(hours.events, 'caller-turn').map(({ text }) => text)).toEqual(['Hours?']);
    expect(spokenIn(hours.events).join(' ')).toMatch(/eight to six(?!.*dental plans)/);
    expect(eventsOfType(insurance.events, 'caller-turn').map(({ text }) => text)).toEqual(['Insurance?']);
    expect(spokenIn(insurance.events).join(' ')).toMatch(/dental plans(?!.*eight to six)/);
    for (const { events } of [hours, insurance, listener]) expectWholeLog(events, 'caller-hung-up');
  });
}

const spokenIn = (events: Parameters<typeof eventsOfType>[0]) =>
  eventsOfType(events, 'agent-turn').map(({ heardText }) => heardText);

/** Keeps the audio that is sent to the caller: µ-law, 8 kHz. */
function record({ socket }: Line, pieces: Buffer[]): void {
  socket.on('message', (data) => {
    const { media } = JSON.parse(String(data));
    if (media) pieces.push(Buffer.from(media.payload, 'base64'));
  });
}
