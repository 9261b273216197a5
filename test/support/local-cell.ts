/** A local cell for one test, with a simulated caller: the production path over real sockets and the real AWS SDK. */
import { onTestFinished } from 'vitest';
import type { z } from 'zod';
import usEast1 from '../../regions/cells/us-east-1.ts';
import type { CallEvent } from '../../runtime/call/events.ts';
import { scenarioSchema } from '../../runtime/local/caller/scenario.ts';
import { type LocalCell, type LocalCellOptions, startLocalCell } from '../../runtime/local/cell.ts';
import { type DemoCall, type DemoCallOptions, placeDemoCall } from '../../runtime/local/demo/call.ts';

/** Nothing listens there: events wait, and calls go on. */
export const NO_DATABASE = 'postgres://voicecell:none@127.0.0.1:9/none';

export interface TestCell extends LocalCell {
  readonly events: readonly CallEvent[];
  call(scenario: TestScenario, options?: DemoCallOptions): Promise<DemoCall>;
}

export type TestScenario = Partial<z.input<typeof scenarioSchema>> & Pick<z.input<typeof scenarioSchema>, 'steps'>;

/** How long something takes is measured elsewhere: a busy machine fails no test. */
const PATIENCE_MS = 60_000;

/** Speech services without latency, since what is asserted is never how long something took. */
export async function startTestCell(
  options: Partial<LocalCellOptions> = {},
  /** In a concurrent test, its own `onTestFinished`. */
  finished: (close: () => Promise<void>) => void = onTestFinished,
): Promise<TestCell> {
  const events: CallEvent[] = [];
  const cell = await startLocalCell({
    cell: usEast1,
    port: 0,
    logLevel: 'silent',
    databaseUrl: NO_DATABASE,
    speech: { latencies: 'none' },
    databasePatienceMs: PATIENCE_MS,
    ...options,
    onEvent: (event) => events.push(event),
  });
  finished(() => cell.close());
  return {
    ...cell,
    events,
    call(scenario, callOptions) {
      const expected = { ...scenario.expect, answersWithinMs: PATIENCE_MS };
      const whole = scenarioSchema.parse({ name: 'test', politenessMs: 600, ...scenario, expect: expected });
      return placeDemoCall(cell, whole, () => events, callOptions);
    },
  };
}

export function eventsOfType<Type extends CallEvent['type']>(events: readonly CallEvent[], type: Type) {
  return events.filter((event): event is Extract<CallEvent, { type: Type }> => event.type === type);
}
