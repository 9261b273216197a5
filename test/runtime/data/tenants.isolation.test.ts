/** What the database itself refuses, whoever asks. */
import { randomUUID } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { CallEvent } from '../../../runtime/call/events.ts';
import { claimCell, openTenants, residencyBreaches } from '../../../runtime/data/cell.ts';
import { type Database, openDatabase } from '../../../runtime/data/database.ts';
import { placeOf, startOf, toRow } from '../../../runtime/data/event-row.ts';
import { eventWriter } from '../../../runtime/data/event-writer.ts';
import { adminOf, runtimeOf, type Scope } from '../../../runtime/data/scope.ts';
import { houseOf } from '../../../runtime/tenants/house.ts';
import { describeDatabases } from '../../support/databases.ts';
import { house, prepareDatabase, testCell } from '../../support/tenants.ts';
import { callEvents } from './events.ts';

const cellWide = { role: 'voicecell_admin', cellWide: true } as const;

describeDatabases('the model', (testDatabase) => {
  let database: Database;

  beforeAll(() => prepareDatabase(testDatabase().connection));
  beforeEach(() => {
    const { connection, maxConnections } = testDatabase();
    database = openDatabase({ ...connection, maxConnections });
    onTestFinished(() => database.close());
  });

  const inScope = <Row extends Record<string, unknown>>(scope: Scope, text: string, values: unknown[] = []) =>
    database.within(scope, (transaction) => transaction.query<Row>(text, values));

  async function newTenant(residency = 'EU', region = testCell.region): Promise<string> {
    const [row] = await inScope<{ id: string }>(
      cellWide,
      'insert into tenants (name, region, data_residency) values ($1, $2, $3) returning id',
      ['a tenant', region, residency],
    );
    return row!.id;
  }

  /** A call of a tenant, written as calls are written. */
  async function conversation(tenantId: string, more: Partial<CallEvent> = {}) {
    const call = callEvents();
    const started = { ...call.started(), tenantId, caller: 'ab'.repeat(32), ...more } as CallEvent;
    await write([started, call.said('my name is Ann')]);
    return call.conversationId;
  }

  function write(events: readonly CallEvent[], onErased?: (ids: readonly string[]) => void) {
    const start = startOf(events[0]!)!;
    return eventWriter(database, onErased)(events.map((event) => toRow(event, placeOf(event, start)!)));
  }

  describe('knows which cell it is', () => {
    test('and takes no other', async () => {
      await claimCell(testDatabase().connection, testCell);
      const other = { ...testCell, region: 'us-east-1', residency: ['US'] };
      await expect(claimCell(testDatabase().connection, other)).rejects.toThrow(
        'this database is the cell of eu-central-1, expected us-east-1. Name the database of this cell.',
      );
      await expect(
        database.query("insert into cell (region, jurisdiction, residency) values ('x', 'x', '{x}')"),
      ).rejects.toMatchObject({ code: '23505' });
    });

    test('and whose house is in it', async () => {
      expect(house).toEqual(houseOf(testCell));
      expect(house).not.toEqual(houseOf({ ...testCell, region: 'us-east-1' }));
      expect(await inScope(adminOf(house.id), 'select name, region, data_residency from tenants')).toEqual([
        { name: 'house', region: 'eu-central-1', data_residency: 'EU' },
      ]);
    });
  });

  describe('refuses', () => {
    test.each([
      [
        'data of China',
        'CN',
        'eu-central-1',
        'tenants refused: data of CN, but the cell of eu-central-1 holds data of EU',
      ],
      ['data of a jurisdiction the cell does not name', 'US', 'eu-central-1', 'tenants refused: data of US'],
      [
        'a tenant of another region',
        'EU',
        'eu-west-1',
        'tenants refused: region eu-west-1, but this is the cell of eu-central-1',
      ],
    ])('%s, from the administration and from the owner', async (_what, residency, region, message) => {
      await expect(newTenant(residency, region)).rejects.toThrow(message);
      const asOwner = database.query("insert into tenants (name, region, data_residency) values ('x', $1, $2)", [
        region,
        residency,
      ]);
      await expect(asOwner).rejects.toMatchObject({ code: '23514', constraint: 'residency' });
    });

    test('to let a tenant move out of its region or residency', async () => {
      const tenant = await newTenant();
      for (const change of ["region = 'us-east-1'", "data_residency = 'CN'"])
        await expect(inScope(cellWide, `update tenants set ${change} where id = $1`, [tenant])).rejects.toMatchObject({
          constraint: 'residency',
        });
    });

    test('a number and a conversation of another region', async () => {
      const tenant = await newTenant();
      await expect(conversation(tenant, { region: 'us-east-1' } as Partial<CallEvent>)).rejects.toThrow(
        'conversations refused: region us-east-1',
      );
      const [agent] = await inScope<{ id: string }>(
        adminOf(tenant),
        "insert into agents (tenant_id, name, version, definition) values ($1, 'a', '1', '{}') returning id",
        [tenant],
      );
      const number =
        "insert into phone_numbers (tenant_id, number, region, agent_id) values ($1, '+4930123456', $2, $3)";
      await expect(inScope(adminOf(tenant), number, [tenant, 'us-east-1', agent!.id])).rejects.toThrow(
        'phone_numbers refused: region us-east-1',
      );
      await inScope(adminOf(tenant), number, [tenant, testCell.region, agent!.id]);
    });

    test("a number that answers with another tenant's agent", async () => {
      const [ours, theirs] = [await newTenant(), await newTenant()];
      const [agent] = await inScope<{ id: string }>(
        adminOf(theirs),
        "insert into agents (tenant_id, name, version, definition) values ($1, 'a', '1', '{}') returning id",
        [theirs],
      );
      const stolen = inScope(
        adminOf(ours),
        "insert into phone_numbers (tenant_id, number, region, agent_id) values ($1, '+4930999999', $2, $3)",
        [ours, testCell.region, agent!.id],
      );
      await expect(stolen).rejects.toMatchObject({ code: '23503' });
    });

    test('a yes to words that were not played to their end', async () => {
      const id = await conversation(house.id);
      const insert = `insert into consents (id, tenant_id, conversation_id, purpose, jurisdiction, wording, wording_version, language, asked_at, answer)
        values (gen_random_uuid(), $1, $2, 'recording', 'EU', 'May I?', '1', 'en-GB', now(), 'yes')`;
      await expect(database.query(insert, [house.id, id])).rejects.toMatchObject({ code: '23514' });
    });
  });

  test('notices whom a restored backup brought here', async () => {
    expect(await residencyBreaches(database)).toEqual([]);
    const tenant = await newTenant();
    const before = await openTenants(database);
    await database.query('alter table tenants disable trigger residency');
    await database.query("update tenants set region = 'us-east-1', data_residency = 'US' where id = $1", [tenant]);
    await database.query('alter table tenants enable trigger residency');
    expect(await residencyBreaches(database)).toEqual([
      { tenantId: tenant, breach: 'region us-east-1, but this is the cell of eu-central-1' },
    ]);
    expect(await openTenants(database)).toBe(before);
    await expect(conversation(tenant)).rejects.toMatchObject({ constraint: 'residency' });
    await database.query('delete from tenants where id = $1', [tenant]);
  });

  describe('keeps tenants apart', () => {
    test('in every table that has a tenant', async () => {
      const unguarded = await database.query(
        `select relname from pg_class join pg_attribute on attrelid = pg_class.oid
         where relnamespace = 'public'::regnamespace and relkind = 'r' and attname = 'tenant_id' and not relrowsecurity`,
      );
      expect(unguarded).toEqual([]);
    });

    test('also in a query that forgets the tenant', async () => {
      const [ours, theirs] = [await newTenant(), await newTenant()];
      const id = await conversation(ours);
      await conversation(theirs);
      for (const scope of [runtimeOf(ours), adminOf(ours)])
        for (const [table, column] of [
          ['conversations', 'id'],
          ['conversation_events', 'conversation_id'],
        ] as const)
          expect(
            (await inScope(scope, `select distinct ${column} as id, tenant_id from ${table}`)).map((row) => row.id),
          ).toEqual([id]);
      expect(await inScope(adminOf(ours), 'select id from tenants')).toEqual([{ id: ours }]);
      expect(await inScope(adminOf(randomUUID()), 'select id from conversations')).toEqual([]);
    });

    test('when one writes into the other', async () => {
      const [ours, theirs] = [await newTenant(), await newTenant()];
      const id = await conversation(theirs);
      expect(await inScope(adminOf(ours), 'delete from conversations returning id')).toEqual([]);
      const stolen = inScope(
        adminOf(ours),
        'insert into agents (tenant_id, name, version, definition) values ($1, $2, $2, $3)',
        [theirs, 'x', '{}'],
      );
      await expect(stolen).rejects.toMatchObject({ code: '42501' });
      expect(await inScope(adminOf(theirs), 'select id from conversations')).toEqual([{ id }]);
    });

    test('a transaction leaves no tenant behind', async () => {
      await inScope(adminOf(house.id), 'select 1');
      expect(
        await database.query("select current_user <> 'voicecell_admin' as free, current_tenant() as tenant"),
      ).toEqual([{ free: true, tenant: null }]);
    });

    test('a scope that is no UUID is no scope', async () => {
      await expect(inScope(adminOf("x'; drop table tenants; --"), 'select 1')).rejects.toThrow(
        'the id of a tenant is no UUID',
      );
    });
  });

  describe('lets the process that takes calls', () => {
    test.each([
      'insert into conversations (id, tenant_id, channel, agent, agent_version, region, started_at) values (gen_random_uuid(), current_tenant(), $1, $1, $1, $1, now())',
      'update conversations set agent = $1',
      'delete from conversation_events where type = $1',
      'insert into tenants (name, region, data_residency) values ($1, $1, $1)',
      'select id from tenants where name = $1',
      'select id from phone_numbers where number = $1',
      'insert into erasures (conversation_id, tenant_id) values (gen_random_uuid(), gen_random_uuid()) returning $1',
      'select claim_cell($1, $1, array[$1], gen_random_uuid())',
      'select append_audit($1, $1, $1, $1, null, null, null, null)',
      'create table mine (a text default $1)',
    ])('not %s', async (statement) => {
      const values = statement.includes('$1') && !statement.startsWith('create') ? ['x'] : [];
      const text = values.length > 0 ? statement : statement.replace('$1', "'x'");
      await expect(inScope(runtimeOf(house.id), text, values)).rejects.toMatchObject({ code: '42501' });
    });

    test('write events, and read its own', async () => {
      const call = callEvents();
      const rows = [call.started()];
      const written = await database.within(runtimeOf(house.id), (transaction) =>
        eventWriter(transaction)(rows.map((event) => toRow(event, placeOf(event, startOf(event)!)!))),
      );
      expect(written).toBe(1);
      expect(
        await inScope(runtimeOf(house.id), 'select type from conversation_events where conversation_id = $1', [
          call.conversationId,
        ]),
      ).toEqual([{ type: 'call-started' }]);
    });
  });

  test('knows a caller again without his number, and one tenant not what another knows', async () => {
    const [ours, theirs] = [await newTenant(), await newTenant()];
    await conversation(ours);
    await conversation(ours);
    await conversation(theirs);
    const callers = (tenant: string) =>
      inScope(adminOf(tenant), 'select count(*)::int as calls from conversations group by caller_id');
    expect(await callers(ours)).toEqual([{ calls: 2 }]);
    expect(await callers(theirs)).toEqual([{ calls: 1 }]);
  });

  test('derives consents and recordings from what happened, once', async () => {
    const call = callEvents();
    const [consentId, recordingId, refusedId] = [randomUUID(), randomUUID(), randomUUID()];
    const asked = {
      purpose: 'recording',
      jurisdiction: 'EU',
      wordingVersion: '7',
      wording: 'May I?',
      language: 'en-GB',
    } as const;
    const events = [
      call.started(),
      call.next({ type: 'consent-asked', consentId, ...asked }),
      call.next({ type: 'consent-played', consentId }),
      call.next({ type: 'consent-answered', consentId, answer: 'yes', by: 'speech' }),
      call.next({ type: 'recording-started', recordingId, objectKey: 'recordings/x.wav' }),
      call.next({ type: 'consent-withdrawn', consentId, by: 'dtmf' }),
      call.next({ type: 'recording-finished', recordingId, outcome: 'withdrawn', bytes: 0, durationMs: 0 }),
      call.next({ type: 'consent-asked', consentId: refusedId, ...asked }),
      call.next({ type: 'consent-answered', consentId: refusedId, answer: 'none', by: 'silence' }),
    ];
    await write(events);
    await write(events);
    const consents = await inScope(
      runtimeOf(house.id),
      'select id, wording_version, played_at is not null as played, answer, withdrawn_by from consents where conversation_id = $1 order by asked_at',
      [call.conversationId],
    );
    expect(consents).toEqual([
      { id: consentId, wording_version: '7', played: true, answer: 'yes', withdrawn_by: 'dtmf' },
      { id: refusedId, wording_version: '7', played: false, answer: 'none', withdrawn_by: null },
    ]);
    expect(
      await inScope(runtimeOf(house.id), 'select id, object_key, outcome from recordings where conversation_id = $1', [
        call.conversationId,
      ]),
    ).toEqual([{ id: recordingId, object_key: 'recordings/x.wav', outcome: 'withdrawn' }]);
  });

  test('writes nothing more of a conversation that was erased, and says so', async () => {
    const call = callEvents();
    const started = call.started();
    await write([started, call.said('my number is secret')]);
    await database.within(adminOf(house.id), async (transaction) => {
      await transaction.query('insert into erasures (conversation_id, tenant_id) values ($1, $2)', [
        call.conversationId,
        house.id,
      ]);
      await transaction.query('delete from conversations where id = $1', [call.conversationId]);
    });
    const erased: string[] = [];
    expect(await write([started, call.said('still here'), call.ended()], (ids) => erased.push(...ids))).toBe(3);
    expect(erased).toEqual([call.conversationId]);
    expect(
      await database.query('select 1 from conversation_events where conversation_id = $1', [call.conversationId]),
    ).toEqual([]);
    expect(await database.query('select 1 from conversations where id = $1', [call.conversationId])).toEqual([]);
  });
});
