/**
 * Every fault the emulated services know, at every stage of a call: the caller is answered, or told so; the cell lives;
 * its log of the call is whole.
 */
import { describe, expect, it, type TestContext, vi } from 'vitest';
import type { CallEvent } from '../../runtime/call/events.ts';
import type { DemoCall } from '../../runtime/local/demo/call.ts';
import type { Fault, FaultName, Stage } from '../../runtime/local/speech/faults.ts';
import { eventsOfType } from '../support/local-cell.ts';
import { cellsWithOneDatabase } from './support/cell.ts';

const STAGES: readonly Stage[] = ['speech-to-text', 'language-model', 'text-to-speech'];
const FAULTS: readonly FaultName[] = ['throttle', 'refuse', 'drop-mid-stream', 'stall', 'malformed-event'];

const cellFor = cellsWithOneDatabase();

/**
 * He asks, and listens until he was told something and the log holds what it must. The agent's own sentences are
 * synthesized by then: a service fails in the middle of a day, not before its first call.
 */
async function callThrough(fault: Fault, enough: (events: readonly CallEvent[]) => boolean, test: TestContext) {
  const cell = await cellFor(test);
  cell.speech!.inject(fault);
  const hangUp = new AbortController();
  const steps = [{ says: 'What are your opening hours?' }, { listens: true }] as const;
  const calling = cell.call({ steps: [...steps] }, { signal: hangUp.signal });
  const hasStruck = () => cell.speech!.stats().faults.some(({ struck }) => struck > 0);
  const hasHeard = () => hasStruck() && wasTold(cell.events) && enough(cell.events);
  await vi.waitUntil(() => isOver(cell.events) || hasHeard(), { timeout: 60_000, interval: 20 });
  hangUp.abort();
  return { cell, call: await calling };
}

describe.concurrent.each(STAGES)('%s', (stage) => {
  it.concurrent.for(FAULTS)('once: %s', { timeout: 90_000 }, async (name, context) => {
    const { cell, call } = await callThrough({ stage, name }, () => true, context);
    expect(cell.speech!.stats().faults).toEqual([{ stage, name, struck: 1 }]);
    expectWords(call);
    expectWholeLog(call.events);
  });

  it.concurrent.for(FAULTS)('for good: %s', { timeout: 90_000 }, async (name, context) => {
    // A recognizer that is silent at first looks like a lorry passing by; every other fault is known for what it is.
    const isKnown = stage !== 'speech-to-text' || name !== 'stall';
    const fault = { stage, name, count: 1_000, afterEvents: 0 };
    const enough = (events: readonly CallEvent[]) => !isKnown || problems(events).includes(stage);
    const { cell, call } = await callThrough(fault, enough, context);
    expect(cell.speech!.stats().faults[0]!.struck).toBeGreaterThan(0);
    expectWords(call);
    if (isKnown) expect(problems(call.events)).toContain(stage);
    expectWholeLog(call.events);
    // The cell is none the worse for it.
    cell.speech!.clearFaults();
    const next = await cell.call({ steps: [{ says: 'Where are you?' }, { waitsMs: 1_500 }, { hangsUp: true }] });
    expect(eventsOfType(next.events, 'caller-turn').map(({ text }) => text)).toEqual(['Where are you?']);
  });
});

const problems = (events: readonly CallEvent[]) => eventsOfType(events, 'problem').map((problem) => problem.stage);
const isOver = (events: readonly CallEvent[]) => eventsOfType(events, 'call-ended').length > 0;

/** Since he fell silent, a turn of the agent's was heard, or two clauses of it, and the third has begun. */
function wasTold(events: readonly CallEvent[]): boolean {
  const since = events.slice(events.findIndex(({ type }) => type === 'caller-paused') + 1 || events.length);
  const turns = eventsOfType(since, 'agent-turn');
  if (turns.some(({ heardText }) => heardText !== '')) return true;
  const underWay = since.slice(turns.length > 0 ? since.indexOf(turns.at(-1)!) : 0);
  return eventsOfType(underWay, 'agent-speaking').length > 2;
}

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
