import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EventQueue } from '../../../runtime/data/event-queue.ts';
import { type EventRow, placeOf, startOf, toRow } from '../../../runtime/data/event-row.ts';
import { callEvents } from './events.ts';

const ROOMY = { maxEvents: 1_000, maxBytes: 1_000_000 };

/** A call whose events come out as rows. */
function rowsOf() {
  const call = callEvents();
  const started = call.started();
  const start = startOf(started)!;
  const row = (event: Parameters<typeof toRow>[0]): EventRow => toRow(event, placeOf(event, start)!);
  return { started: () => row(started), said: (text = 'yes') => row(call.said(text)), ended: () => row(call.ended()) };
}

const told = (rows: readonly EventRow[]) => rows.map(({ sequence, type }) => `${sequence} ${type}`);
const messages = (rows: readonly EventRow[]) => rows.map(({ body }) => JSON.parse(body).message);

describe('the event queue', () => {
  test('gives what it was given, in order, until it is taken away', () => {
    const queue = new EventQueue(ROOMY);
    const call = rowsOf();
    for (const row of [call.started(), call.said(), call.said(), call.ended()]) expect(queue.push(row)).toBe(true);
    expect(told(queue.oldest(3, ROOMY.maxBytes))).toEqual(['0 call-started', '1 caller-turn', '2 caller-turn']);
    expect(told(queue.oldest(3, ROOMY.maxBytes))).toEqual(['0 call-started', '1 caller-turn', '2 caller-turn']);
    expect(queue.remove(3)).toBe(3);
    expect(told(queue.oldest(3, ROOMY.maxBytes))).toEqual(['3 call-ended']);
    expect(queue.remove(1)).toBe(1);
    expect([queue.length, queue.bytes, queue.lost]).toEqual([0, 0, 0]);
  });

  test('gives no more than fit into a batch, but always one', () => {
    const queue = new EventQueue(ROOMY);
    const call = rowsOf();
    queue.push(call.started());
    queue.push(call.said('a'.repeat(5_000)));
    queue.push(call.said());
    expect(queue.oldest(500, 4_000)).toHaveLength(1);
    queue.remove(1);
    expect(queue.oldest(500, 4_000)).toHaveLength(1);
  });

  test.each([
    ['events', { ...ROOMY, maxEvents: 2 }],
    ['bytes', { ...ROOMY, maxBytes: 900 }],
  ])('past its bound of %s, leaves one mark a gap where the first lost event would have been', (_, bounds) => {
    const queue = new EventQueue(bounds);
    const call = rowsOf();
    expect(queue.push(call.started())).toBe(true);
    expect(queue.push(call.said())).toBe(true);
    expect([queue.push(call.said()), queue.push(call.said()), queue.push(call.said())]).toEqual([false, false, false]);
    expect(queue.lost).toBe(3);
    const rows = queue.oldest(500, ROOMY.maxBytes);
    expect(told(rows)).toEqual(['0 call-started', '1 caller-turn', '2 problem']);
    expect(JSON.parse(rows[2]!.body)).toEqual({
      stage: 'runtime',
      code: 'events-lost',
      message: '3 events are missing from here on',
    });
    expect(queue.remove(3)).toBe(2);
    expect(queue.push(call.said())).toBe(true);
    expect(told(queue.oldest(500, ROOMY.maxBytes))).toEqual(['5 caller-turn']);
  });

  test('a mark on its way to the database no longer grows: the next gap gets its own', () => {
    const queue = new EventQueue({ ...ROOMY, maxEvents: 1 });
    const call = rowsOf();
    queue.push(call.started());
    queue.push(call.said());
    expect(messages(queue.oldest(500, ROOMY.maxBytes).slice(1))).toEqual(['1 event is missing here']);
    queue.push(call.said());
    queue.push(call.said());
    const rows = queue.oldest(500, ROOMY.maxBytes);
    expect(told(rows)).toEqual(['0 call-started', '1 problem', '2 problem']);
    expect(messages(rows.slice(1))).toEqual(['1 event is missing here', '2 events are missing from here on']);
  });

  test('takes the beginning and the end of every call, however full it is', () => {
    const queue = new EventQueue({ ...ROOMY, maxEvents: 1 });
    const [one, other] = [rowsOf(), rowsOf()];
    for (const call of [one, other]) for (const row of [call.started(), call.said(), call.ended()]) queue.push(row);
    expect(told(queue.oldest(500, ROOMY.maxBytes))).toEqual([
      '0 call-started',
      '1 problem',
      '2 call-ended',
      '0 call-started',
      '1 problem',
      '2 call-ended',
    ]);
  });

  test('an event that is refused becomes a mark, a mark that is refused goes', () => {
    const queue = new EventQueue(ROOMY);
    const call = rowsOf();
    queue.push(call.started());
    queue.push(call.said());
    queue.remove(1);
    expect(queue.refuseOldest()).toBe(true);
    expect(told(queue.oldest(1, ROOMY.maxBytes))).toEqual(['1 problem']);
    expect(queue.refuseOldest()).toBe(false);
    expect([queue.length, queue.bytes, queue.lost]).toEqual([0, 0, 1]);
  });

  test('whatever happens, each event is written or counted, and what is written is in order', () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.constant('push' as const) },
      { weight: 1, arbitrary: fc.constant('write' as const) },
      { weight: 1, arbitrary: fc.constant('refuse' as const) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), fc.integer({ min: 1, max: 8 }), (steps, maxEvents) => {
        const queue = new EventQueue({ ...ROOMY, maxEvents });
        const call = rowsOf();
        const written: EventRow[] = [];
        let events = 1;
        let delivered = 0;
        const write = (atMost: number) => {
          const rows = queue.oldest(atMost, ROOMY.maxBytes);
          written.push(...rows);
          delivered += queue.remove(rows.length);
        };
        queue.push(call.started());
        for (const what of steps) {
          if (what === 'write') write(3);
          else if (what === 'refuse') queue.oldest(1, ROOMY.maxBytes).length > 0 && queue.refuseOldest();
          else {
            queue.push(call.said());
            events += 1;
          }
        }
        while (queue.length > 0) write(3);
        const sequences = written.map(({ sequence }) => sequence);
        expect(sequences).toEqual([...new Set(sequences)].sort((a, b) => a - b));
        expect(delivered + queue.lost).toBe(events);
        expect(queue.bytes).toBe(0);
      }),
    );
  });
});
