import { createHash, randomUUID } from 'node:crypto';
import { beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { chooseTurns } from '../../../runtime/analytics/choice.ts';
import { type AnalyticsOptions, analyticsKey, exportAnalytics } from '../../../runtime/analytics/export.ts';
import { type Database, openDatabase } from '../../../runtime/data/database.ts';
import { takesCalls } from '../../../runtime/jobs/apart.ts';
import type { ObjectStore } from '../../../runtime/objects/store.ts';
import { describeDatabases } from '../../support/databases.ts';
import { allOf, folderForTest } from '../../support/object-stores.ts';
import { house, prepareDatabase } from '../../support/tenants.ts';

const DAY = '2026-11-20';
const actor = { id: 'job:analytics', reason: 'test' };

/** A conversation in which everything is said that says who somebody is, and what must not be found of it. */
const PERSONAL: readonly (readonly ['caller' | 'agent', string])[] = [
  ['agent', 'Bright Smile, who is calling?'],
  ['caller', 'Hello, my name is Ottilie Brandauer.'],
  ['agent', 'Thank you, Ottilie. And your phone number?'],
  ['caller', "It's four one five, five five five, oh one three two."],
  ['caller', 'Or call my husband at +1 415 555 0187.'],
  ['agent', 'And your date of birth?'],
  ['caller', 'The third of March nineteen seventy nine.'],
  ['agent', 'Where do you live, Ms. Brandauer?'],
  ['caller', '48 Larkspur Avenue, Springfield, Illinois 62704.'],
  ['agent', 'And your e-mail?'],
  ['caller', 'ottilie dot brandauer at example dot com, or o.brandauer@example.org'],
  ['caller', 'My card is 4111 1111 1111 1111, and my social security number is 536 22 8745.'],
  ['agent', 'Thank you. Does Tuesday suit you?'],
  ['caller', 'Tuesday is fine, I have a toothache.'],
];
const SECRETS = [
  ...['Ottilie', 'Brandauer', 'four one five', 'oh one three two', '555', '0187', 'seventy nine', 'third of March'],
  ...['Larkspur', '62704', 'example', '4111', '1111', '536', '8745'],
];

describeDatabases('an export of analytics', (testDatabase) => {
  let database: Database;
  let store: ObjectStore;

  beforeAll(() => prepareDatabase(testDatabase().connection));
  beforeEach(async () => {
    const { connection, maxConnections } = testDatabase();
    database = openDatabase({ ...connection, maxConnections });
    const folder = await folderForTest();
    store = folder.store;
    await database.query(
      `insert into agents (tenant_id, name, version, definition) values ($1, 'desk', '1', '{"language": "en-US"}')`,
      [house.id],
    );
    onTestFinished(async () => {
      await database.query(
        'truncate conversations, consents, callers, analytics_choices, phone_numbers, agents cascade',
      );
      await folder.close();
      await database.close();
    });
  });

  const run = (options: Partial<AnalyticsOptions> = {}) =>
    exportAnalytics({ database, exports: store, actor, day: DAY, ...options });

  async function rows(what: 'aggregates' | 'turns', day = DAY): Promise<Record<string, unknown>[]> {
    return (await text(analyticsKey(house.id, day, what)))
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  }

  async function text(key: string): Promise<string> {
    const body = await store.get(key);
    return body ? Buffer.concat(await allOf(body)).toString('utf8') : '';
  }

  interface Call {
    readonly hour?: number;
    readonly caller?: string;
    readonly optedOut?: boolean;
    readonly turns?: readonly (readonly ['caller' | 'agent', string])[];
    readonly agent?: string;
    readonly events?: readonly Record<string, unknown>[];
  }

  async function call({
    hour = 9,
    caller = randomUUID(),
    optedOut = false,
    agent = 'desk',
    turns = [['caller', 'Tuesday is fine.']],
    events = [],
  }: Call = {}) {
    const id = randomUUID();
    const at = `${DAY}T${String(hour).padStart(2, '0')}:17:41.123Z`;
    const hash = createHash('sha256').update(caller).digest();
    const [{ id: callerId } = { id: '' }] = await database.query<{ id: string }>(
      `insert into callers (tenant_id, number_hash, opted_out_at) values ($1, $2, case when $3 then now() end)
       on conflict (tenant_id, number_hash) do update set opted_out_at = excluded.opted_out_at returning id`,
      [house.id, hash, optedOut],
    );
    await database.query(
      `insert into conversations (id, tenant_id, caller_id, call_id, channel, agent, agent_version, region, started_at, ended_at, end_reason, duration_ms)
       values ($1, $2, $3, 'CA0123456789abcdef', 'twilio', $4, '1', 'eu-central-1', $5, $5, 'caller-hung-up', 61234)`,
      [id, house.id, callerId, agent, at],
    );
    const spoken = turns.map(([speaker, said], index) =>
      speaker === 'caller'
        ? { type: 'caller-turn', turn: index, text: said, by: 'speech', waitMs: 300 }
        : {
            type: 'agent-turn',
            turn: index,
            kind: 'reply',
            text: said,
            heardText: said,
            waterfall: { firstAudioMs: 500 + index },
          },
    );
    for (const [sequence, { type, ...body }] of [...spoken, ...events].entries())
      await database.query(
        `insert into conversation_events (conversation_id, tenant_id, sequence, at, at_ms, type, body) values ($1, $2, $3, $4, $3, $5, $6)`,
        [id, house.id, sequence, at, type, JSON.stringify(body)],
      );
    return { id, callerId, hash: hash.toString('hex') };
  }

  const crowd = async (count: number, each: Call = {}) => {
    for (let nth = 0; nth < count; nth++) await call(each);
  };

  test('counts what happened, by agent and hour, and holds nothing that says who it was', async () => {
    const tool = { type: 'tool-called', turn: 1, id: 't', name: 'book', input: { name: 'Ottilie' } };
    await crowd(6, {
      turns: [
        ['caller', 'hi'],
        ['agent', 'hello'],
        ['caller', 'bye'],
      ],
      events: [tool],
    });
    await run();
    expect(await rows('aggregates')).toEqual([
      {
        day: DAY,
        hour: 9,
        agent: 'desk',
        calls: 6,
        turns: { caller: 12, answers: 6 },
        durationS: { p50: 61, p95: 61 },
        responseGapMs: { p50: 501, p95: 501, p99: 501 },
        ends: { 'caller-hung-up': 6 },
        tools: { book: 6 },
      },
    ]);
  });

  test('tells how many agreed to be recorded, of those that were asked', async () => {
    for (let nth = 0; nth < 8; nth++) {
      const { id } = await call();
      await database.query(
        `insert into consents (id, tenant_id, conversation_id, purpose, jurisdiction, wording, wording_version, language, asked_at, played_at, answer)
         values ($1, $2, $3, 'recording', 'EU', 'May we?', '1', 'en-US', now(), now(), $4)`,
        [randomUUID(), house.id, id, nth < 6 ? 'yes' : 'no'],
      );
    }
    await run();
    expect(await rows('aggregates')).toMatchObject([{ consent: { asked: 8, agreedPercent: 75 } }]);
  });

  test('writes of a conversation full of personal data nothing that is in it, anywhere', async () => {
    const ids = [];
    for (let nth = 0; nth < 5; nth++)
      ids.push(
        await call({
          turns: PERSONAL,
          events: [
            { type: 'dtmf', digit: '7' },
            { type: 'caller-turn', turn: 90, text: '4155550132', by: 'dtmf', waitMs: 1 },
            {
              type: 'tool-called',
              turn: 1,
              id: 't',
              name: 'book',
              input: { phone: '4155550132', who: 'Ottilie Brandauer' },
            },
          ],
        }),
      );
    await run();
    const output = (await allOf(store.list(''))).map(({ key }) => key);
    expect(output).toHaveLength(2);
    const all = (await Promise.all(output.map(text))).join('');
    expect(all).toContain('toothache');
    for (const secret of SECRETS) expect(all.toLowerCase(), secret).not.toContain(secret.toLowerCase());
    for (const { id, callerId, hash } of ids)
      for (const known of [id, callerId, hash]) expect(all).not.toContain(known);
    expect(all).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}/i);
    expect(all).not.toContain('CA0123456789');
    expect(all).not.toMatch(/\d\d:\d\d|T\d\d/);
    for (const row of await rows('turns'))
      expect(Object.keys(row)).toEqual(['day', 'hour', 'agent', 'language', 'speaker', 'text']);
  });

  test('takes the words the recognizer has redacted, and redacts them once more', async () => {
    const redacted = {
      type: 'caller-text-redacted',
      turn: 0,
      text: 'This is [NAME] from the [NAME] flower shop, 415 555 0132.',
    };
    await crowd(5, {
      turns: [
        ['caller', 'This is Quillon from the Verbena flower shop, 415 555 0132.'],
        ['agent', 'Thank you.'],
      ],
      events: [redacted],
    });
    await run();
    const texts = (await rows('turns')).map(({ text: said }) => String(said));
    expect(texts.filter((said) => said.includes('flower shop'))).toHaveLength(5);
    for (const said of texts) for (const secret of ['Quillon', 'Verbena', '0132']) expect(said).not.toContain(secret);
  });

  test('leaves out everybody who opted out, as if he had never called', async () => {
    await crowd(4);
    await call({ optedOut: true, turns: [['caller', 'count me out']] });
    await run();
    expect(await rows('aggregates')).toEqual([]);
    await call();
    await run();
    expect(await rows('aggregates')).toMatchObject([{ calls: 5 }]);
    expect(JSON.stringify(await rows('turns'))).not.toContain('count me out');
  });

  test('tells hours in which few called together, without the hour, and one person who calls often not at all', async () => {
    await crowd(3, { hour: 2, turns: [['caller', 'what a night']] });
    await crowd(2, { hour: 23, turns: [['caller', 'what a night']] });
    await crowd(9, { hour: 12, caller: 'the same', agent: 'other', turns: [['caller', 'me again']] });
    await run();
    expect(await rows('aggregates')).toMatchObject([{ agent: 'desk', hour: null, calls: 5 }]);
    expect((await rows('turns')).map(({ hour, text: said }) => [hour, said])).toEqual(
      Array(5).fill([null, 'what a night']),
    );
  });

  test('knows no language, writes no words', async () => {
    await crowd(5, { agent: 'of-the-process' });
    await run();
    expect([await rows('aggregates'), await rows('turns')]).toMatchObject([[{ calls: 5 }], []]);
    await run({ languageOf: (name) => (name === 'of-the-process' ? 'en-GB' : undefined) });
    expect(await rows('turns')).toMatchObject(Array(5).fill({ language: 'en-GB', text: 'Tuesday is fine.' }));
    await run({ languageOf: () => 'tlh' });
    expect(await rows('turns')).toEqual([]);
  });

  test('writes no turns of a tenant that wants none, and takes away what it wrote before', async () => {
    await crowd(5);
    expect((await run()).tenants).toEqual([{ tenantId: house.id, aggregates: 1, turns: 5 }]);
    await database.within({ role: 'voicecell_admin', tenantId: house.id }, (transaction) =>
      chooseTurns(transaction, actor, house.id, false),
    );
    expect((await run()).tenants).toEqual([{ tenantId: house.id, aggregates: 1 }]);
    expect((await allOf(store.list(''))).map(({ key }) => key)).toEqual([analyticsKey(house.id, DAY, 'aggregates')]);
  });

  test('takes the place of what it wrote before, row for row the same but for their order', async () => {
    await crowd(7);
    await run();
    const before = [
      await text(analyticsKey(house.id, DAY, 'aggregates')),
      (await rows('turns')).map((row) => JSON.stringify(row)).sort(),
    ];
    await run();
    expect([
      await text(analyticsKey(house.id, DAY, 'aggregates')),
      (await rows('turns')).map((row) => JSON.stringify(row)).sort(),
    ]).toEqual(before);
    expect(await allOf(store.list(''))).toHaveLength(2);
  });

  test('leaves a good object alone when the words of its day are being deleted', async () => {
    await crowd(5);
    await run();
    await database.query(
      'update conversations set transcript_deleted_at = now() where id in (select id from conversations limit 1)',
    );
    expect((await run()).problems).toEqual([
      `tenant ${house.id}: retention has begun to delete what was said on ${DAY}: what was written before stays`,
    ]);
    expect(await rows('turns')).toHaveLength(5);
  });

  test('is seen whole or not at all: one that is cut off leaves the object of before', async () => {
    await crowd(5);
    await run();
    const before = await text(analyticsKey(house.id, DAY, 'turns'));
    const stop = new AbortController();
    const { problems } = await run({ signal: stop.signal, exports: endingAfterFirst(store, stop) });
    expect(problems).toHaveLength(1);
    expect(await text(analyticsKey(house.id, DAY, 'turns'))).toBe(before);
  });

  test('refuses to run beside calls', async () => {
    const close = takesCalls();
    await expect(run()).rejects.toThrow('an export of analytics in a process that takes calls');
    close();
    expect((await run()).problems).toEqual([]);
  });
});

/** The job is told to end while it writes its second object. */
function endingAfterFirst(store: ObjectStore, stop: AbortController): ObjectStore {
  let objects = 0;
  return new Proxy(store, {
    get(target, name: keyof ObjectStore) {
      if (name === 'put')
        return (...args: Parameters<ObjectStore['put']>) => {
          objects += 1;
          if (objects === 2) stop.abort();
          return target.put(...args);
        };
      const member = target[name];
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}
