/** One demo call to a local cell, judged by the cell's own log of it. */
import type { CallEvent } from '../../call/events.ts';
import { type CallRecord, placeCall } from '../caller/caller.ts';
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

/** @param eventsOf what the cell has reported so far, of all calls. */
export async function placeDemoCall(
  cell: LocalCell,
  scenario: Scenario,
  eventsOf: () => readonly CallEvent[],
): Promise<DemoCall> {
  const { speech } = cell;
  const record = await placeCall({
    cell: cell.url,
    publicUrl: cell.publicUrl,
    scenario,
    authToken: LOCAL_AUTH_TOKEN,
    prompt: speech && (async (callSid, line) => speech.addLine(callSid, line)),
  });
  const started = eventsOf().find((event) => event.type === 'call-started' && event.callId === record.callSid);
  const events = eventsOf().filter((event) => event.conversationId === started?.conversationId);
  return { record, events, failures: judge(scenario, record, events) };
}
