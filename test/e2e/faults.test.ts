/**
 * Every fault the emulated services know, at every stage of a call: the caller is answered, or told so; the cell lives;
 * its log of the call is whole.
 */
import { describe, expect, it, type TestContext } from 'vitest';
import type { DemoCall } from '../../runtime/local/demo/call.ts';
import type { Fault, FaultName, Stage } from '../../runtime/local/speech/faults.ts';
import { eventsOfType } from '../support/local-cell.ts';
import { cellsWithOneDatabase } from './support/cell.ts';

const STAGES: readonly Stage[] = ['speech-to-text', 'language-model', 'text-to-speech'];
const FAULTS: readonly FaultName[] = ['throttle', 'refuse', 'drop-mid-stream', 'stall', 'malformed-event'];

const cellFor = cellsWithOneDatabase();

/** The agent's own sentences are synthesized by then: a service fails in the middle of a day, not before its first call. */
async function callThrough(faults: readonly Fault[], listensMs: number, test: TestContext) {
  const cell = await cellFor(test);
  for (const fault of faults) cell.speech!.inject(fault);
  const call = await cell.call({
    steps: [{ says: 'What are your opening hours?' }, { waitsMs: listensMs }, { hangsUp: true }],
  });
  return { cell, call };
}

describe.concurrent.each(STAGES)('%s', (stage) => {
  it.concurrent.for(FAULTS)('once: %s', { timeout: 90_000 }, async (name, context) => {
    const { cell, call } = await callThrough([{ stage, name }], 8_000, context);
    expect(cell.speech!.stats().faults).toEqual([{ stage, name, struck: 1 }]);
    expectWords(call);
    expectWholeLog(call.events);
  });

  it.concurrent.for(FAULTS)('for good: %s', { timeout: 90_000 }, async (name, context) => {
    const { cell, call } = await callThrough([{ stage, name, count: 1_000, afterEvents: 0 }], 10_000, context);
    expect(cell.speech!.stats().faults[0]!.struck).toBeGreaterThan(0);
    expectWords(call);
    // A recognizer that is silent at first looks like a lorry passing by; every other fault is known for what it is.
    if (stage !== 'speech-to-text' || name !== 'stall')
      expect(eventsOfType(call.events, 'problem').map((problem) => problem.stage)).toContain(stage);
    expectWholeLog(call.events);
    // The cell is none the worse for it.
    cell.speech!.clearFaults();
    const next = await cell.call({ steps: [{ says: 'Where are you?' }, { waitsMs: 1_500 }, { hangsUp: true }] });
    expect(eventsOfType(next.events, 'caller-turn').map(({ text }) => text)).toEqual(['Where are you?']);
  });
});

/** The caller was spoken to after he spoke, by the agent or, where it cannot, by the channel. */
function expectWords({ record, events }: DemoCall): void {
  const last = eventsOfType(events, 'agent-turn').at(-1);
  const byAgent = last?.kind !== 'greeting' && last?.heardText;
  expect(byAgent || /<Say/.test(record.continuation)).toBeTruthy();
}

function expectWholeLog(events: readonly { type: string; sequence: number }[]): void {
  expect(events[0]?.type).toBe('call-started');
  expect(events.at(-1)?.type).toBe('call-ended');
  expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index));
}
