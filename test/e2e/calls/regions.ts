/** The cells that are deployed, each on this machine; and voices that are streamed where the region streams them. */
import { expect, it } from 'vitest';
import { cellIn, cells } from '../../../regions/cells/index.ts';
import { eventsOfType } from '../../support/local-cell.ts';
import type { CellFor } from '../support/cell.ts';
import { expectAsPlanned, expectWholeLog } from '../support/log.ts';

const STEPS = [{ says: 'Wait.' }, { hangsUp: 'politely' as const }];

export function regions(cellFor: CellFor): void {
  it.concurrent.for(cells.map((cell) => [cell.region, cell] as const))(
    '%s, as it is deployed',
    async ([, cell], test) => {
      const local = await cellFor(test, { cell });
      const events = expectAsPlanned(await local.call({ steps: STEPS }));
      expect(events[0]).toMatchObject({ type: 'call-started', region: cell.region });
      expect(local.speech!.stats().polly.streams).toBe(0);
      expectWholeLog(events, 'caller-hung-up');
    },
  );

  it.concurrent.for<[string, string, boolean]>([
    ['streamed, where the region streams', 'eu-central-1', true],
    ['asked for clause by clause, where it does not', 'ap-northeast-1', false],
  ])('with a generative voice: %s (%s)', async ([, region, isStreamed], test) => {
    const generative = { provider: 'polly', engine: 'generative', voice: 'Amy' } as const;
    const local = await cellFor(test, { cell: { ...cellIn('eu-central-1')!, region, textToSpeech: generative } });
    const events = expectAsPlanned(await local.call({ steps: STEPS }));
    expect(eventsOfType(events, 'agent-turn').at(-1)?.heardText).toContain('Sure, take your time.');
    // A stream that a busy machine holds up is given up for a while, and the rest asked for clause by clause.
    expect(local.speech!.stats().polly.streams > 0).toBe(isStreamed);
    expectWholeLog(events, 'caller-hung-up');
  });
}
