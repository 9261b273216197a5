/** The recognizer redacts for analytics, and the agent hears every word all the same. */
import { expect, it } from 'vitest';
import usEast1 from '../../../regions/cells/us-east-1.ts';
import { until } from '../../support/cell-server.ts';
import { eventsOfType } from '../../support/local-cell.ts';
import type { CellFor } from '../support/cell.ts';

const NAME = 'My name is Anna Keller.';

export function redaction(cellFor: CellFor): void {
  it.concurrent.for([true, false])('redacts its finals: %s', async (redactFinals, test) => {
    const cell = await cellFor(test, {
      cell: { ...usEast1, speechToText: { ...usEast1.speechToText, redactFinals } },
    });
    const hangUp = new AbortController();
    const call = cell.call({ steps: [{ says: NAME }, { listens: true }] }, { signal: hangUp.signal });
    await until(() => eventsOfType(cell.events, 'agent-turn').some(({ kind }) => kind === 'reply'));
    if (redactFinals) await until(() => eventsOfType(cell.events, 'caller-text-redacted').length > 0);
    hangUp.abort();
    const { events } = await call;
    // The emulated model answers by the words it is asked with, so it has heard them.
    expect(eventsOfType(events, 'caller-turn').map(({ turn, text }) => [turn, text])).toEqual([[1, NAME]]);
    expect(eventsOfType(events, 'agent-turn').find(({ kind }) => kind === 'reply')?.text).toContain('Thanks, Anna');
    expect(eventsOfType(events, 'caller-text-redacted').map(({ turn, text }) => [turn, text])).toEqual(
      redactFinals ? [[1, 'My name is [NAME].']] : [],
    );
  });
}
