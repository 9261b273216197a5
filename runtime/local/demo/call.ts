/** One demo call to a local cell, judged by the cell's own log of it. */
import { setTimeout as pause } from 'node:timers/promises';
import type { CallEvent } from '../../call/events.ts';
import { type CallRecord, type PlaceCallOptions, placeCall } from '../caller/caller.ts';
import type { Scenario } from '../caller/scenario.ts';
import { judge } from '../caller/verdict.ts';
import type { LocalCell } from '../cell.ts';
import { LOCAL_AUTH_TOKEN } from '../secrets.ts';

export interface DemoCall {
  readonly record: CallRecord;
  readonly events: readonly CallEvent[];
  /** What went otherwise than the scenario expects. */
  readonly failures: readonly string[];
}

/** The cell may learn of the end of a call after the caller does: its log is waited for this long. */
const LAST_EVENT_MS = 5_000;
const POLL_MS = 10;

/** What may be otherwise than it is in a demo. */
export type DemoCallOptions = Partial<Pick<PlaceCallOptions, 'cell' | 'signal' | 'onLine'>>;

/** @param eventsOf what the cell has reported so far, of all calls. */
export async function placeDemoCall(
  cell: LocalCell,
  scenario: Scenario,
  eventsOf: () => readonly CallEvent[],
  options: DemoCallOptions = {},
): Promise<DemoCall> {
  const { speech } = cell;
  const record = await placeCall({
    cell: cell.url,
    publicUrl: cell.publicUrl,
    scenario,
    authToken: LOCAL_AUTH_TOKEN,
    prompt: speech && (async (callSid, line) => speech.addLine(callSid, line)),
    ...options,
  });
  const eventsOfCall = () => conversationOf(eventsOf(), record.callSid);
  const givenUpAt = performance.now() + LAST_EVENT_MS;
  while (!isOver(eventsOfCall()) && performance.now() < givenUpAt) await pause(POLL_MS);
  const events = eventsOfCall();
  return { record, events, failures: judge(scenario, record, events) };
}

function conversationOf(events: readonly CallEvent[], callId: string): CallEvent[] {
  const started = events.find((event) => event.type === 'call-started' && event.callId === callId);
  return events.filter((event) => event.conversationId === started?.conversationId);
}

/** Every part of it: a call that was cut and taken up again has several. */
function isOver(events: readonly CallEvent[]): boolean {
  const count = (type: CallEvent['type']) => events.filter((event) => event.type === type).length;
  return count('call-started') === count('call-ended');
}
