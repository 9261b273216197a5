/** Media sockets that die in the middle of a call: it is attached again, and the conversation goes on where it was. */
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { CallEvent } from '../../runtime/call/events.ts';
import type { Line } from '../../runtime/local/caller/dial.ts';
import { until } from '../support/cell-server.ts';
import { eventsOfType, startTestCell } from '../support/local-cell.ts';
import { demoAgentWith } from './agents.ts';
import { dialRaw } from './line.ts';
import { expectWholeLog } from './log.ts';

const BOOKS_ANNA = { name: 'book_appointment', input: { day: 'Thursday', time: "Ten o'clock", name: 'Anna Keller' } };

describe.concurrent('a call whose socket dies', () => {
  it('is taken up again: the agent still knows what was said', { timeout: 60_000 }, async (test) => {
    const cell = await startTestCell({}, test.onTestFinished);
    const { events, failures } = await cell.call({
      steps: [
        { says: 'My name is Anna Keller.' },
        { says: 'Is Thursday free?' },
        { waitsMs: 3_000 },
        { losesSocket: true },
        { says: "Ten o'clock, please." },
        { says: 'Thank you, bye.' },
        { listens: true },
      ],
      expect: {
        endedBy: 'agent',
        tools: ['check_availability', 'book_appointment', 'end_call'],
        hears: ['we were cut off', 'you are booked'],
      },
    });
    expect(failures).toEqual([]);
    expect(eventsOfType(events, 'tool-called')[1]).toMatchObject(BOOKS_ANNA);
    expect(partsOf(events)).toEqual([
      { resumed: false, reason: 'caller-hung-up' },
      { resumed: true, reason: 'agent-ended' },
    ]);
    expectWholeLog(events, 'agent-ended');
  });

  it('in the middle of a tool call still learns what the tool has done', { timeout: 60_000 }, async (test) => {
    const agents = await demoAgentWith({ toolDelayMs: 1_500 }, test.onTestFinished);
    const cell = await startTestCell({ agents }, test.onTestFinished);
    const lines: Line[] = [];
    const call = cell.call(
      {
        steps: [
          { says: 'My name is Anna Keller.' },
          { says: 'Is Thursday free?' },
          { waitsMs: 3_000 },
          { says: "Ten o'clock, please." },
          { says: 'Thank you, bye.' },
          { listens: true },
        ],
      },
      { onLine: (line) => lines.push(line) },
    );
    await until(() => eventsOfType(cell.events, 'tool-called').length > 0);
    lines[0]!.socket.terminate();
    const { events } = await call;
    expect(lines).toHaveLength(2);
    const finished = eventsOfType(events, 'tool-finished');
    expect(finished.map(({ name, failed }) => [name, failed])).toEqual([
      ['check_availability', false],
      ['book_appointment', false],
      ['end_call', false],
    ]);
    expect(eventsOfType(events, 'tool-called')[1]).toMatchObject(BOOKS_ANNA);
    expectWholeLog(events, 'agent-ended');
  });

  it('and is attached again before the cell has noticed never speaks to the caller twice', async (test) => {
    const cell = await startTestCell({}, test.onTestFinished);
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

  it('again and again is given up with words', { timeout: 60_000 }, async (test) => {
    const cell = await startTestCell({}, test.onTestFinished);
    const loses = [{ waitsMs: 300 }, { losesSocket: true }] as const;
    const { record, events } = await cell.call({ steps: [...loses, ...loses, ...loses, ...loses, { listens: true }] });
    expect(record.endedBy).toBe('agent');
    expect(record.continuation).toContain('something is broken on our side');
    expect(partsOf(events)).toHaveLength(4);
    expectWholeLog(events, 'caller-hung-up');
  });
});

/** How each part of the conversation began and ended, in order: one part is over before the next begins. */
function partsOf(events: readonly CallEvent[]) {
  const bounds = events.filter((event) => event.type === 'call-started' || event.type === 'call-ended');
  return bounds.flatMap((event, index) => {
    const next = bounds[index + 1];
    if (event.type !== 'call-started') return [];
    return [{ resumed: event.resumed, reason: next?.type === 'call-ended' ? next.reason : undefined }];
  });
}
