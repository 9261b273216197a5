/** Media sockets that die in the middle of a call: it is attached again, and the conversation goes on where it was. */
import { once } from 'node:events';
import { expect, it } from 'vitest';
import type { CallEvent } from '../../../runtime/call/events.ts';
import type { Line } from '../../../runtime/local/caller/dial.ts';
import { until } from '../../support/cell-server.ts';
import { eventsOfType, type TestCell } from '../../support/local-cell.ts';
import type { CellFor } from '../support/cell.ts';
import { dialRaw } from '../support/line.ts';
import { expectAsPlanned, expectWholeLog } from '../support/log.ts';

export function continuation(cellFor: CellFor): void {
  it.concurrent('in the middle of an answer: the agent still knows what was said', async (test) => {
    const { call, lines } = await loseSocketAt(await cellFor(test), 'tool-finished');
    const events = expectAsPlanned(call);
    expect(lines).toHaveLength(2);
    expect(eventsOfType(events, 'agent-turn').map(({ text }) => text)).toContain(
      'Sorry, we were cut off. Where were we?',
    );
    expect(eventsOfType(events, 'caller-turn').map(({ turn }) => turn)).toEqual([1, 2]);
    expect(partsOf(events)).toEqual([
      { resumed: false, reason: 'caller-hung-up' },
      { resumed: true, reason: 'caller-hung-up' },
    ]);
    expectWholeLog(events, 'caller-hung-up');
  });

  it.concurrent('in the middle of a tool call: the agent still learns what came of it', async (test) => {
    const { call } = await loseSocketAt(await cellFor(test, { agent: { toolDelayMs: 1_500 } }), 'tool-called');
    const events = expectAsPlanned(call);
    const finished = eventsOfType(events, 'tool-finished');
    expect(finished.map(({ name, failed }) => [name, failed])).toEqual([
      ['check_availability', false],
      ['book_appointment', false],
    ]);
    expectWholeLog(events, 'caller-hung-up');
  });

  it.concurrent('unnoticed: the old conversation is over before the new one begins', async (test) => {
    const cell = await cellFor(test);
    const first = await dialRaw(cell);
    await until(() => eventsOfType(cell.events, 'agent-speaking').length > 0);
    const firstClosed = once(first.socket, 'close');
    const { line: second } = await first.continueCall('in-progress');
    await firstClosed;
    await until(() => eventsOfType(cell.events, 'call-started').length === 2);
    second!.socket.close();
    await until(() => eventsOfType(cell.events, 'call-ended').length === 2);
    expect(new Set(cell.events.map(({ conversationId }) => conversationId)).size).toBe(1);
    expect(partsOf(cell.events)).toEqual([
      { resumed: false, reason: 'caller-hung-up' },
      { resumed: true, reason: 'caller-hung-up' },
    ]);
    expectWholeLog(cell.events, 'caller-hung-up');
  });

  it.concurrent('again and again: it is given up with words', async (test) => {
    const cell = await cellFor(test);
    const loses = [{ waitsMs: 300 }, { losesSocket: true }] as const;
    const { record, events } = await cell.call({ steps: [...loses, ...loses, ...loses, ...loses, { listens: true }] });
    expect(record.endedBy).toBe('agent');
    expect(record.continuation).toContain('something is broken on our side');
    expect(partsOf(events)).toHaveLength(4);
    expectWholeLog(events, 'caller-hung-up');
  });
}

/** A booking in which the socket dies at the first event of this type; it is only possible for who remembers all of it. */
async function loseSocketAt(cell: TestCell, type: CallEvent['type']) {
  const lines: Line[] = [];
  const call = cell.call(
    {
      steps: [{ says: 'Thursday.' }, { says: 'Ten.' }, { hangsUp: 'politely' }],
      expect: { tools: ['check_availability', 'book_appointment'], hears: ['you are booked for Thursday'] },
    },
    { onLine: (line) => lines.push(line) },
  );
  await until(() => eventsOfType(cell.events, type).length > 0);
  lines[0]!.socket.terminate();
  const { events } = await call;
  expect(eventsOfType(events, 'tool-called').at(-1)).toMatchObject({
    input: { day: 'Thursday', time: 'Ten' },
  });
  return { call: await call, lines };
}

/** How each part of the conversation began and ended, in order: one part is over before the next begins. */
function partsOf(events: readonly CallEvent[]) {
  const bounds = events.filter((event) => event.type === 'call-started' || event.type === 'call-ended');
  return bounds.flatMap((event, index) => {
    const next = bounds[index + 1];
    if (event.type !== 'call-started') return [];
    return [{ resumed: event.resumed, reason: next?.type === 'call-ended' ? next.reason : undefined }];
  });
}
