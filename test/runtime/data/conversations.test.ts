import { randomUUID } from 'node:crypto';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import type { CallEvent } from '../../../runtime/call/events.ts';
import { loadConversation, recentConversations } from '../../../runtime/data/conversations.ts';
import { openDatabase } from '../../../runtime/data/database.ts';
import { EventLog } from '../../../runtime/data/event-log.ts';
import { eventWriter } from '../../../runtime/data/event-writer.ts';
import { createLogger } from '../../../runtime/logger.ts';
import { describeDatabases } from '../../support/databases.ts';
import { house, prepareDatabase } from '../../support/tenants.ts';
import { callEvents } from './events.ts';

const logger = createLogger({ level: 'silent', region: 'eu-central-1' });

describeDatabases('conversations', (testDatabase) => {
  beforeEach(async () => {
    await prepareDatabase(testDatabase().connection);
  });

  function open() {
    const { connection, maxConnections } = testDatabase();
    const database = openDatabase({ ...connection, maxConnections });
    onTestFinished(() => database.close());
    const log = new EventLog({ write: eventWriter(database), logger });
    const keep = async (...events: CallEvent[]) => {
      events.forEach(log.sink);
      expect(await log.flush(5_000)).toBe(true);
    };
    return { database, log, keep };
  }

  test('come back as they were recorded, to the millisecond and in order', async () => {
    const { database, keep } = open();
    const call = callEvents();
    const events = [
      call.started('CA42'),
      call.said('Größe 💶 "quoted" \\ and \n a line; drop table conversations; --'),
      call.next({
        type: 'tool-called',
        turn: 1,
        id: 't1',
        name: 'look',
        input: { day: 'Monday', deep: [{ a: null }] },
      }),
      call.next({
        type: 'tool-finished',
        turn: 1,
        id: 't1',
        name: 'look',
        output: [1.5, 'x'],
        failed: false,
        tookMs: 12,
      }),
      call.next({
        type: 'agent-turn',
        turn: 1,
        kind: 'reply',
        text: 'We open at nine.',
        heardText: 'We open',
        interrupted: true,
        waterfall: { textMs: 120.25, committedMs: 300 },
        inputTokens: 10,
        outputTokens: 5,
      }),
      call.ended(),
    ];
    await keep(...events);
    expect(await loadConversation(database, call.conversationId)).toEqual({
      conversation: {
        id: call.conversationId,
        tenantId: house.id,
        callId: 'CA42',
        channel: 'twilio',
        agent: 'bright-smile',
        agentVersion: '1',
        region: 'eu-central-1',
        startedAt: '2026-11-22T10:00:00.000Z',
        ended: { at: '2026-11-22T10:00:00.100Z', reason: 'caller-hung-up', durationMs: 100 },
      },
      events,
    });
  });

  test('that are still up have no end', async () => {
    const { database, keep } = open();
    const call = callEvents();
    await keep(call.started(), call.said('hello'));
    const loaded = await loadConversation(database, call.conversationId);
    expect(loaded?.conversation.ended).toBeUndefined();
    expect(loaded?.conversation.callId).toBeUndefined();
    expect(loaded?.events).toHaveLength(2);
  });

  test('that were taken up again elsewhere end when their last part does', async () => {
    const { database, keep } = open();
    const call = callEvents();
    const started = call.started();
    const cut = call.next({ type: 'call-ended', reason: 'shutdown', durationMs: 20 });
    const takenUp = call.started();
    const ended = call.ended();
    await keep(started);
    await open().keep(takenUp, ended);
    await keep(cut);
    const loaded = await loadConversation(database, call.conversationId);
    expect(loaded?.events.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3]);
    expect(loaded?.conversation.ended).toMatchObject({ at: ended.at, reason: 'caller-hung-up' });
  });

  test('that nobody knows are not found', async () => {
    const { database } = open();
    expect(await loadConversation(database, randomUUID())).toBeUndefined();
    for (const id of ['', 'x', "' or true --", '\0', `${randomUUID()} `])
      expect(await loadConversation(database, id)).toBeUndefined();
  });

  test('are listed a page at a time, the latest first', async () => {
    const { database, keep } = open();
    await database.query('delete from conversations');
    const ids: string[] = [];
    for (let nth = 0; nth < 5; nth++) {
      const call = callEvents();
      ids.unshift(call.conversationId);
      // Two of them began in the same millisecond.
      await keep({ ...call.started(), at: new Date(1_700_000_000_000 + Math.min(nth, 3) * 1_000).toISOString() });
    }
    const first = await recentConversations(database, { limit: 1 });
    const second = await recentConversations(database, { limit: 2, after: first.at(-1) });
    const third = await recentConversations(database, { limit: 2, after: second.at(-1) });
    const listed = [...first, ...second, ...third].map(({ id }) => id);
    expect(listed.slice(0, 2).sort()).toEqual(ids.slice(0, 2).sort());
    expect(listed.slice(2)).toEqual(ids.slice(2));
    expect(await recentConversations(database, { after: third.at(-1) })).toEqual([]);
    expect(await recentConversations(database)).toHaveLength(5);
  });

  test.each([0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])(
    'are listed even when %d are asked for',
    async (limit) => {
      const { database, keep } = open();
      await keep(callEvents().started());
      expect((await recentConversations(database, { limit })).length).toBeGreaterThan(0);
    },
  );

  test('take their events with them when they are deleted', async () => {
    const { database, keep } = open();
    const call = callEvents();
    await keep(call.started(), call.ended());
    await database.query('delete from conversations where id = $1', [call.conversationId]);
    expect(
      await database.query('select from conversation_events where conversation_id = $1', [call.conversationId]),
    ).toEqual([]);
  });
});
