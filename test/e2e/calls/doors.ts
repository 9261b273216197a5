/** Calls that are not taken: what the caller hears instead, and that those who are in do not notice. */
import { expect, it } from 'vitest';
import usEast1 from '../../../regions/cells/us-east-1.ts';
import { until } from '../../support/cell-server.ts';
import { eventsOfType } from '../../support/local-cell.ts';
import type { CellFor } from '../support/cell.ts';
import { dialRaw, NUMBER } from '../support/line.ts';
import { expectWholeLog } from '../support/log.ts';

export function doors(cellFor: CellFor): void {
  it.concurrent('for a number that nobody answers, and says so', async (test) => {
    const cell = await cellFor(test, { numbers: { [NUMBER]: 'dental' } });
    await expect(dialRaw(cell, '+14155550199')).rejects.toThrow(
      'This number is not in service. Please check the number and call again. Goodbye.',
    );
    expect(cell.events).toEqual([]);
    (await dialRaw(cell)).socket.close();
  });

  it.concurrent('while it is full, and takes the next when a line is free', async (test) => {
    const capacity = { ...usEast1.capacity, callsPerTask: 1 };
    const cell = await cellFor(test, { cell: { ...usEast1, capacity } });
    const first = await dialRaw(cell);
    await expect(dialRaw(cell)).rejects.toThrow('All our lines are busy. Please call again in a few minutes. Goodbye.');
    expect(first.socket.readyState).toBe(first.socket.OPEN);
    first.socket.close();
    await until(() => eventsOfType(cell.events, 'call-ended').length === 1);
    (await dialRaw(cell)).socket.close();
  });

  it.concurrent('while it drains: the caller is sent elsewhere twice, then told that all lines are busy', async (test) => {
    const cell = await cellFor(test);
    const talking = await dialRaw(cell);
    await until(() => eventsOfType(cell.events, 'agent-speaking').length > 0);
    const drained = cell.drain(60_000);
    await expect(dialRaw(cell)).rejects.toThrow('All our lines are busy');
    expect(talking.socket.readyState).toBe(talking.socket.OPEN);
    talking.socket.close();
    await drained;
    expectWholeLog(cell.events, 'caller-hung-up');
  });

  it.concurrent('any longer when it must leave: who is still talking is told goodbye', async (test) => {
    const cell = await cellFor(test);
    const call = cell.call({ steps: [{ says: 'Yes.' }, { listens: true }] });
    // The agent's own sentences are there by then.
    await until(() => eventsOfType(cell.events, 'agent-turn').some(({ kind }) => kind === 'reply'));
    await cell.drain(0);
    const { record, events } = await call;
    expect(record.endedBy).toBe('agent');
    expect(eventsOfType(events, 'agent-turn').at(-1)).toMatchObject({
      kind: 'farewell',
      heardText: 'I am sorry, something is broken on our side. Please call again later. Goodbye.',
    });
    expectWholeLog(events, 'shutdown');
  });
}
