/**
 * Every fault the emulated services know, at every stage of a call: the caller is answered, or told so; the cell lives;
 * its log of the call is whole.
 */
import { describe, expect, it } from 'vitest';
import type { DemoCall } from '../../runtime/local/demo/call.ts';
import type { Fault, FaultName, Stage } from '../../runtime/local/speech/faults.ts';
import { eventsOfType, startTestCell } from '../support/local-cell.ts';

const STAGES: readonly Stage[] = ['speech-to-text', 'language-model', 'text-to-speech'];
const FAULTS: readonly FaultName[] = ['throttle', 'refuse', 'drop-mid-stream', 'stall', 'malformed-event'];

async function callThrough(faults: readonly Fault[]) {
  const cell = await startTestCell();
  await cell.call({ steps: [{ waitsMs: 100 }, { hangsUp: true }] }); // the agent's own sentences are there by now
  for (const fault of faults) cell.speech!.inject(fault);
  const call = await cell.call({
    steps: [{ says: 'What are your opening hours?' }, { waitsMs: 9_000 }, { hangsUp: true }],
    withinMs: 60_000,
  });
  return { cell, call };
}

describe.concurrent.each(STAGES)('%s', (stage) => {
  it.concurrent.each(FAULTS)('once: %s', { timeout: 90_000 }, async (name) => {
    const { cell, call } = await callThrough([{ stage, name }]);
    expect(cell.speech!.stats().faults).toEqual([{ stage, name, struck: 1 }]);
    expectWords(call);
    expectWholeLog(call.events);
  });

  it.concurrent.each(FAULTS)('for good: %s', { timeout: 90_000 }, async (name) => {
    const { cell, call } = await callThrough([{ stage, name, count: 1_000, afterEvents: 0 }]);
    expect(cell.speech!.stats().faults[0]!.struck).toBeGreaterThan(0);
    expectWords(call);
    expect(eventsOfType(call.events, 'problem').length).toBeGreaterThan(0);
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
