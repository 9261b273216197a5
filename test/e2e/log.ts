import { expect } from 'vitest';
import type { CallEvent, EndReason } from '../../runtime/call/events.ts';

/** The log of a call lacks nothing: numbered without gaps, from its start to its end for this reason. */
export function expectWholeLog(events: readonly CallEvent[], reason: EndReason): void {
  expect(events[0]?.type).toBe('call-started');
  expect(events.at(-1)).toMatchObject({ type: 'call-ended', reason });
  expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index));
}
