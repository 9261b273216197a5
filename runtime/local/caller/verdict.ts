/** What a call was, held against what its scenario expects: every failure as a sentence. Pure. */
import type { CallEvent } from '../../call/events.ts';
import type { CallRecord } from './caller.ts';
import type { Scenario } from './scenario.ts';

/**
 * @param events the cell's own log of the call, where the caller may read it; without it, what only the log knows is
 * not judged.
 */
export function judge(scenario: Scenario, record: CallRecord, events?: readonly CallEvent[]): string[] {
  const failures: string[] = [];
  const { expect } = scenario;
  for (const { said, gapMs } of record.gaps) {
    if (gapMs === undefined) failures.push(`"${said}" got no answer`);
    else if (gapMs > expect.answersWithinMs)
      failures.push(`"${said}" was answered after ${gapMs} ms, expected at most ${expect.answersWithinMs}`);
  }
  if (record.endedBy !== expect.endedBy)
    failures.push(`the call was ended by ${record.endedBy}, expected ${expect.endedBy}`);
  if (record.continuation.includes('<Dial') !== expect.transferred)
    failures.push(expect.transferred ? 'the caller was not transferred' : 'the caller was transferred');
  return events ? [...failures, ...judgeEvents(scenario, events)] : failures;
}

function judgeEvents({ expect }: Scenario, events: readonly CallEvent[]): string[] {
  const failures: string[] = [];
  const turns = events.flatMap((event) => (event.type === 'caller-turn' ? [event.text] : []));
  const tools = events.flatMap((event) => (event.type === 'tool-called' ? [event.name] : []));
  const heard = events.flatMap((event) => (event.type === 'agent-turn' ? [event.heardText] : []));
  const bargeIns = events.filter((event) => event.type === 'barge-in').length;
  const same = (name: string, found: readonly unknown[], expected: readonly unknown[] | undefined) => {
    if (expected && JSON.stringify(found) !== JSON.stringify(expected))
      failures.push(`${name}: found ${JSON.stringify(found)}, expected ${JSON.stringify(expected)}`);
  };
  same('caller turns', turns, expect.callerTurns);
  same('tools', tools, expect.tools);
  if (expect.bargeIns !== undefined) same('barge-ins', [bargeIns], [expect.bargeIns]);
  for (const pattern of expect.hears)
    if (!heard.some((text) => new RegExp(pattern, 'i').test(text))) failures.push(`the agent never said /${pattern}/`);
  for (const pattern of expect.neverHears) {
    const said = heard.find((text) => new RegExp(pattern, 'i').test(text));
    if (said !== undefined) failures.push(`the agent said "${said}", which /${pattern}/ forbids`);
  }
  // Only a recording takes its place later.
  if (events.findLast(({ type }) => type !== 'recording-finished')?.type !== 'call-ended')
    failures.push('the log of the call does not end with its end');
  return failures;
}
