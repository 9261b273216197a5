/** Many calls at once, to one cell. Callers and emulated services share the process with it: it does three times the work. */
import { expect, it } from 'vitest';
import usEast1 from '../../regions/cells/us-east-1.ts';
import { eventsOfType } from '../support/local-cell.ts';
import { cellsWithOneDatabase } from './support/cell.ts';
import { expectAsPlanned, expectWholeLog } from './support/log.ts';

const CALLS = 20;
const LINES = ['Wait.', 'Yes.', 'Thanks.', 'Hello.'];
/** Of an account whose quotas have been raised. */
const limits = {
  transcribe: { concurrentStreams: 100 },
  polly: { standard: { perSecond: 80, burst: 100, concurrent: 80 } },
};

const cellFor = cellsWithOneDatabase();

it(`${CALLS} calls at once are all answered, each with its own answer`, { timeout: 120_000 }, async (test) => {
  // Polly allows standard voices ten times the requests of the others.
  const cell = await cellFor(test, {
    cell: { ...usEast1, textToSpeech: { provider: 'polly', engine: 'standard', voice: 'Joanna' } },
    speech: { latencies: 'none', limits },
  });
  const calls = await Promise.all(
    Array.from({ length: CALLS }, (_, index) =>
      cell.call({ steps: [{ says: LINES[index % LINES.length]! }, { hangsUp: 'politely' }] }),
    ),
  );
  calls.forEach((call, index) => {
    const events = expectAsPlanned(call);
    expect(eventsOfType(events, 'caller-turn').map(({ text }) => text)).toEqual([LINES[index % LINES.length]]);
    expect(eventsOfType(events, 'problem')).toEqual([]);
    expectWholeLog(events, 'caller-hung-up');
  });
  expect(cell.speech!.stats().transcribe).toMatchObject({ streams: CALLS, refusedStreams: 0 });
});
