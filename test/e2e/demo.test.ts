/** The demo calls from ring to goodbye, on every database; afterwards it knows what the cell has told. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { LIVE_ONLY } from '../../runtime/call/events.ts';
import { loadConversation } from '../../runtime/data/conversations.ts';
import { type Database, openDatabase } from '../../runtime/data/database.ts';
import { readScenario } from '../../runtime/local/caller/scenario.ts';
import { DEMO_SCENARIOS, demoScenario } from '../../runtime/local/demo/files.ts';
import { describeDatabases } from '../support/databases.ts';
import { startTestCell, type TestCell } from '../support/local-cell.ts';

// Side by side: a conversation takes as long as it takes.
describe.concurrent('the demo', () => {
  describeDatabases('a demo call', (database) => {
    let cell: TestCell;
    let reader: Database;
    let closeCell: () => Promise<void>;

    beforeAll(async () => {
      const { connection } = database();
      cell = await startTestCell({ databaseUrl: connection.url }, (close) => {
        closeCell = close;
      });
      reader = openDatabase({ ...connection, maxConnections: 1 });
    });
    afterAll(async () => {
      await closeCell();
      await reader.close();
    });

    it.concurrent.each(DEMO_SCENARIOS)(
      '(%s) goes as its scenario expects, and is read back as it was told',
      { timeout: 120_000 },
      async (name) => {
        const { events, failures, record } = await cell.call(await readScenario(demoScenario(name)));
        expect(failures).toEqual([]);

        const stored = await vi.waitUntil(
          async () => {
            const found = await loadConversation(reader, events[0]!.conversationId);
            return found?.conversation.ended && found;
          },
          { timeout: 15_000, interval: 100 },
        );
        expect(stored.events).toEqual(events.filter(({ type }) => !LIVE_ONLY.has(type)));
        const last = events.at(-1)!;
        expect(stored.conversation).toMatchObject({
          callId: record.callSid,
          startedAt: events[0]!.at,
          ended: { at: last.at, reason: last.type === 'call-ended' && last.reason },
        });
      },
    );
  });
});
