import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { pausesBefore } from '../../bin/commands/replay.ts';
import { auditEntries } from '../../runtime/compliance/audit/read.ts';
import { openDatabase } from '../../runtime/data/database.ts';
import { EventLog } from '../../runtime/data/event-log.ts';
import { eventWriter } from '../../runtime/data/event-writer.ts';
import { createLogger } from '../../runtime/logger.ts';
import { callEvents } from '../runtime/data/events.ts';
import { describeDatabases } from '../support/databases.ts';
import { prepareDatabase } from '../support/tenants.ts';
import { run } from './run.ts';

describeDatabases('voicecell replay', (testDatabase) => {
  beforeAll(() => prepareDatabase(testDatabase().connection));
  const url = () => ['--database', testDatabase().connection.url];
  const why = ['--reason', 'a complaint'];

  async function recorded() {
    const { connection, maxConnections } = testDatabase();
    const database = openDatabase({ ...connection, maxConnections });
    onTestFinished(() => database.close());
    const log = new EventLog({ write: eventWriter(database), logger: createLogger({ level: 'silent', region: 'x' }) });
    const call = callEvents();
    const events = [
      call.started(),
      call.said('Do you have anything on Tuesday?'),
      call.next({ type: 'barge-in', turn: 1, onsetToClearMs: 140 }),
      call.next({
        type: 'agent-turn',
        turn: 1,
        kind: 'reply',
        text: 'On Tuesday we have ten and half past two.',
        heardText: 'On Tuesday',
        interrupted: true,
        waterfall: { firstAudioMs: 540, firstWordsMs: 540 },
        inputTokens: 1,
        outputTokens: 1,
      }),
      call.ended(),
    ];
    events.forEach(log.sink);
    expect(await log.flush(5_000)).toBe(true);
    return { database, events, id: call.conversationId };
  }

  test('tells a conversation as it was told while it happened, and leaves a trace', async () => {
    const { database, id } = await recorded();
    const { exitCode, out } = await run('replay', id, ...url(), ...why);
    expect(exitCode).toBe(0);
    expect(out).toContain('answered by bright-smile 1 in eu-central-1');
    expect(out).toContain('caller  Do you have anything on Tuesday?');
    expect(out).toContain('silenced 140 ms after his first sound');
    expect(out).toContain('agent   On Tuesday we have ten and half past two.');
    const entries = await database.within({ role: 'voicecell_admin', cellWide: true }, auditEntries);
    expect(entries).toMatchObject([
      { action: 'read', resource: 'conversation', resourceId: id, reason: 'a complaint' },
    ]);
  });

  test('goes through all of it at any speed', async () => {
    const { id } = await recorded();
    expect((await run('replay', id, ...url(), ...why, '--speed', '2')).out).toContain('ended after');
    expect((await run('replay', id, ...url(), ...why, '--speed', '0')).exitCode).toBe(2);
  });

  test('gives all events as JSON', async () => {
    const { id, events } = await recorded();
    expect(JSON.parse((await run('replay', id, ...url(), ...why, '--json')).out).events).toEqual(events);
  });

  test.each(['0192f0c1-0000-7000-8000-000000000000', "'; drop table conversations; --", '../../etc/passwd', ''])(
    'knows no conversation %j',
    async (id) => {
      const { exitCode, err } = await run('replay', id, ...url(), ...why);
      expect(exitCode).toBe(1);
      expect(err).toContain('there is no conversation');
    },
  );
});

test('a replay pauses as the call did, by the speed it is given', () => {
  const at = (ms: number) => ({ at: new Date(1_000_000 + ms).toISOString() });
  expect(pausesBefore([at(0), at(500), at(400), at(3_400)], 2)).toEqual([0, 250, 0, 1_500]);
  expect(pausesBefore([], 1)).toEqual([]);
});
