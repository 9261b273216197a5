import { expect, vi } from 'vitest';
import { type CallEvent, type EndReason, LIVE_ONLY } from '../../../runtime/call/events.ts';
import { loadConversation } from '../../../runtime/data/conversations.ts';
import { type DatabaseConnection, openDatabase } from '../../../runtime/data/database.ts';
import type { DemoCall } from '../../../runtime/local/demo/call.ts';
import { tellStory } from '../../../runtime/local/story.ts';

/** The call went as its scenario expects; if not, the failed test tells the call. @returns its events */
export function expectAsPlanned({ failures, events }: DemoCall): DemoCall['events'] {
  let story = '';
  const tell = tellStory({ write: (text) => (story += text), colours: false });
  for (const event of events) tell(event);
  expect(failures, `the call:\n${story}`).toEqual([]);
  return events;
}

/** The log of a call lacks nothing: numbered without gaps, from its start to its end for this reason. */
export function expectWholeLog(events: readonly CallEvent[], reason: EndReason): void {
  expect(events[0]?.type).toBe('call-started');
  expect(events.at(-1)).toMatchObject({ type: 'call-ended', reason });
  expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index));
}

/** What the cell has told of one conversation is what its database holds of it, once everything is written. */
export async function expectStored(connection: DatabaseConnection, events: readonly CallEvent[]): Promise<void> {
  const [started, ended] = [events[0], events.at(-1)];
  if (started?.type !== 'call-started' || ended?.type !== 'call-ended') throw new Error('expected a whole call');
  const reader = openDatabase({ ...connection, maxConnections: 1 });
  try {
    const stored = await vi.waitUntil(
      async () => {
        const found = await loadConversation(reader, started.conversationId);
        return found?.conversation.ended && found;
      },
      { timeout: 15_000, interval: 100 },
    );
    expect(stored.events).toEqual(events.filter(({ type }) => !LIVE_ONLY.has(type)));
    expect(stored.conversation).toMatchObject({
      callId: started.callId,
      startedAt: started.at,
      ended: { at: ended.at, reason: ended.reason, durationMs: ended.durationMs },
    });
  } finally {
    await reader.close();
  }
}
