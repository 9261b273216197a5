import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { ensureFirstKey } from '../../../runtime/admin/first-key.ts';
import { KEY_FRESH_MS } from '../../../runtime/admin/key-ring.ts';
import { type Database, openDatabase } from '../../../runtime/data/database.ts';
import {
  type Admin,
  CELL_WIDE,
  cellPlace,
  definition,
  type Furnished,
  freshNumber,
  furnish,
  keyOf,
  startAdmin,
} from '../../support/administration.ts';
import { describeDatabases } from '../../support/databases.ts';
import { startTcpProxy } from '../../support/tcp-proxy.ts';
import { prepareDatabase } from '../../support/tenants.ts';

describeDatabases('the administration over HTTP', (testDatabase) => {
  let database: Database;
  let admin: Admin;
  let operator: string;
  let tenant: Furnished;
  let close: () => Promise<void>;

  beforeAll(async () => {
    const { connection, maxConnections } = testDatabase();
    await prepareDatabase(connection);
    database = openDatabase({ ...connection, maxConnections });
    admin = await startAdmin(database, {}, (closing) => {
      close = closing;
    });
    operator = await keyOf(database, 'operator');
    tenant = await furnish(admin, operator, database, 'Annabel');
  });
  afterAll(async () => {
    await close();
    await database.close();
  });

  const cell = <Row extends object>(sql: string, values: unknown[] = []) =>
    database.within(CELL_WIDE, (transaction) => transaction.query<Row & Record<string, unknown>>(sql, values));
  const base = () => `/v1/tenants/${tenant.tenantId}`;
  const idOf = (key: string) => key.slice(4, 36).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');

  describe('refuses', () => {
    const asOperator = (method: string, url: string, body?: object) => admin.as(operator)(method, url, body);

    test('everything that is wrong at once, each with where it is', async () => {
      const { status, body, headers } = await asOperator('post', `${base()}/agents?draft=1`, {
        definition: { name: 'No Spaces', greeting: '', mood: 'sunny' },
        live: 'yes',
        extra: 1,
      });
      expect(status).toBe(422);
      expect(headers['content-type']).toContain('application/problem+json');
      expect(body).toMatchObject({
        type: 'urn:voicecell:problem:invalid',
        status: 422,
        requestId: headers['x-request-id'],
      });
      expect(body.problems).toEqual([
        { path: 'draft', expected: 'no such parameter' },
        { path: 'live', found: '"yes"', expected: 'true or false' },
        { path: 'extra', found: '1', expected: 'no setting of this name' },
      ]);
      const agent = await asOperator('post', `${base()}/agents`, { definition: { name: 'No Spaces', mood: 'sunny' } });
      expect(agent.body.problems.map(({ path }: { path: string }) => path)).toEqual([
        'definition.name',
        'definition.version',
        'definition.prompt',
        'definition.greeting',
        'definition.mood',
      ]);
    });

    test('a tenant of China, whatever the cell, and one whose data this region cannot hold, with the law', async () => {
      const china = await asOperator('post', '/v1/tenants', { name: 'Tea House', dataResidency: 'CN' });
      expect(china.status).toBe(422);
      expect(china.body.problems[0]).toMatchObject({ path: 'dataResidency', found: '"CN"' });
      expect(china.body.problems[0].expected).toContain('PIPL');
      const elsewhere = await asOperator('post', '/v1/tenants', {
        name: 'X',
        dataResidency: 'CA',
        region: 'ca-central-1',
      });
      expect(elsewhere.body.problems.map(({ path }: { path: string }) => path)).toEqual(['region', 'dataResidency']);
      await expect(
        cell("insert into tenants (name, region, data_residency) values ('X', $1, 'CN')", [cellPlace.region]),
      ).rejects.toMatchObject({ constraint: 'residency' });
    });

    test.each([
      ['no JSON', '{"name": ', 'application/json', 400],
      ['two fields of one name that would be a prototype', '{"__proto__": {"admin": true}}', 'application/json', 400],
      ['a form', 'name=x', 'application/x-www-form-urlencoded', 415],
      ['text', 'hello', 'text/plain', 415],
      ['a list', '[]', 'application/json', 422],
      ['a NUL character', '{"name":"a\\u0000b","dataResidency":"EU"}', 'application/json', 422],
      ['half a character', '{"name":"a\\ud800b","dataResidency":"EU"}', 'application/json', 422],
      ['more than it reads', JSON.stringify({ name: 'x'.repeat(20_000) }), 'application/json', 413],
      ['depth', `${'['.repeat(5_000)}${']'.repeat(5_000)}`, 'application/json', 422],
    ])('%s', async (_, payload, type, expected) => {
      const headers = { authorization: `Bearer ${operator}`, 'content-type': type };
      const { status, body } = await admin.ask('post', '/v1/tenants', { payload, headers });
      expect(status).toBe(expected);
      expect(body.status).toBe(expected);
    });

    test('a path that is none, and tells a stranger not even that', async () => {
      expect(await asOperator('get', '/v1/secrets')).toMatchObject({
        status: 404,
        body: { title: expect.any(String) },
      });
      expect((await admin.ask('get', '/v1/secrets')).status).toBe(401);
      expect((await admin.ask('get', '/v1/openapi.json')).status).toBe(401);
      expect((await admin.ask('put', base())).status).toBe(401);
      expect((await asOperator('get', '/v1/tenants/%zz')).status).toBe(400);
      expect((await asOperator('get', '/v1/tenants/..%2f..%2fetc%2fpasswd')).status).toBe(404);
    });

    test('a change of what answers the calls of a tenant that is closed', async () => {
      const closed = await furnish(admin, operator, database, 'Closing');
      const at = `/v1/tenants/${closed.tenantId}`;
      expect((await asOperator('post', `${at}/close`)).body.closedAt).toBeDefined();
      const again = await asOperator('post', `${at}/close`);
      expect(again.status).toBe(200);
      expect((await asOperator('post', `${at}/agents`, { definition: { ...definition, version: '2' } })).status).toBe(
        409,
      );
      expect(
        (await asOperator('post', `${at}/numbers`, { number: freshNumber(), agentId: closed.agentId })).status,
      ).toBe(409);
      expect((await asOperator('get', `${at}/conversations/${closed.conversationId}`)).status).toBe(200);
    });

    test('a number that somebody has, without saying who', async () => {
      const other = await furnish(admin, operator, database, 'Other');
      const at = `/v1/tenants/${other.tenantId}/numbers`;
      const taken = await asOperator('post', at, { number: tenant.number, agentId: other.agentId });
      expect(taken.status).toBe(409);
      expect(taken.text).not.toContain(tenant.tenantId);
    });

    test('what it is asked while the database is away, and says when to try again', async () => {
      const { connection } = testDatabase();
      const target = new URL(connection.url);
      const proxy = await startTcpProxy({ host: target.hostname, port: Number(target.port) });
      onTestFinished(() => proxy.close());
      target.port = String(proxy.port);
      const far = openDatabase({ ...connection, url: target.href, maxConnections: 1 });
      const shaky = await startAdmin(far);
      onTestFinished(() => far.close());
      const ask = shaky.as(operator);
      expect((await ask('get', base())).status).toBe(200);
      await proxy.cut();
      const down = await ask('get', base());
      expect(down.status).toBe(503);
      expect(down.headers['retry-after']).toBe('5');
      await proxy.mend();
      await vi.waitFor(async () => expect((await ask('get', base())).status).toBe(200));
    });

    test('every key, when the database turns out to be the cell of another region', async () => {
      const elsewhere = await startAdmin(database, { cell: { ...cellPlace, region: 'eu-west-3' } });
      expect((await elsewhere.as(operator)('get', '/v1/tenants')).status).toBe(401);
      const foreign = await startAdmin(database, { isForeign: () => true });
      expect((await foreign.as(operator)('get', '/v1/tenants')).status).toBe(401);
    });

    test('a key that asks too often, and only that one', async () => {
      const limited = await startAdmin(database, { rateLimit: { burst: 3, perSecond: 0.1 } });
      const [one, other] = [limited.as(operator), limited.as(await keyOf(database, 'operator'))];
      const statuses = [];
      for (let nth = 0; nth < 5; nth++) statuses.push((await one('get', '/v1/tenants?limit=1')).status);
      expect(statuses).toEqual([200, 200, 200, 429, 429]);
      const { headers, body } = await one('get', '/v1/tenants?limit=1');
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
      expect(body.title).toContain('too many requests');
      expect((await other('get', '/v1/tenants?limit=1')).status).toBe(200);
    });
  });

  describe('a write with an Idempotency-Key', () => {
    const create = (ask: ReturnType<Admin['as']>, name: string, key: string) =>
      ask('post', '/v1/tenants', { name, dataResidency: 'EU' }, { 'idempotency-key': key });
    const named = (name: string) => cell('select id from tenants where name = $1', [name]);

    test('is answered again as the first time, also by another process', async () => {
      const first = await create(admin.as(operator), 'Once', 'k-1');
      expect(first.status).toBe(201);
      const other = await startAdmin(database);
      for (const again of [
        await create(admin.as(operator), 'Once', 'k-1'),
        await create(other.as(operator), 'Once', 'k-1'),
      ])
        expect(again).toMatchObject({ status: 201, text: first.text });
      expect(await named('Once')).toHaveLength(1);
    });

    test('is a mistake when it asks for something else', async () => {
      await create(admin.as(operator), 'This', 'k-2');
      const refused = await create(admin.as(operator), 'That', 'k-2');
      expect(refused.status).toBe(422);
      expect(refused.body.problems[0].path).toBe('Idempotency-Key');
      const elsewhere = await admin.as(operator)('post', `${base()}/close`, undefined, { 'idempotency-key': 'k-2' });
      expect(elsewhere.status).toBe(422);
      expect(await named('That')).toEqual([]);
      expect((await admin.as(operator)('get', base())).body.closedAt).toBeUndefined();
    });

    test('happens once when it comes several times at once', async () => {
      const asks = Array.from({ length: 8 }, () => create(admin.as(operator), 'Many', 'k-3'));
      const answers = await Promise.all(asks);
      expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
      expect(answers.every(({ status }) => status === 201)).toBe(true);
      expect(await named('Many')).toHaveLength(1);
    });

    test('that was refused may be mended and sent again', async () => {
      expect((await create(admin.as(operator), '', 'k-4')).status).toBe(422);
      expect((await create(admin.as(operator), 'Mended', 'k-4')).status).toBe(201);
    });

    test('means something else to another key', async () => {
      const other = admin.as(await keyOf(database, 'operator'));
      const [one, two] = [await create(admin.as(operator), 'Mine', 'k-5'), await create(other, 'Mine', 'k-5')];
      expect(two.status).toBe(201);
      expect(two.body.id).not.toBe(one.body.id);
    });

    test('shows a new key again to who made it, and to nobody who reads the database', async () => {
      const make = () =>
        admin.as(operator)('post', `${base()}/keys`, { role: 'auditor', name: 'n' }, { 'idempotency-key': 'k-6' });
      const [first, again] = [await make(), await make()];
      expect(again.body).toEqual(first.body);
      const [row] = await cell<{ answer: Buffer }>("select answer from idempotency_keys where idempotency_key = 'k-6'");
      expect(row?.answer.toString('latin1')).not.toContain('vck_');
      expect(row?.answer.includes(first.body.key.slice(37))).toBe(false);
    });

    test('is forgotten after a day', async () => {
      await create(admin.as(operator), 'Yesterday', 'k-7');
      await database.query(
        "update idempotency_keys set created_at = now() - interval '25 hours' where idempotency_key = 'k-7'",
      );
      // The first visit of a process tidies up.
      const other = await startAdmin(database);
      await other.as(operator)('get', base());
      expect(await cell("select id from idempotency_keys where idempotency_key = 'k-7'")).toEqual([]);
    });
  });

  describe('a key', () => {
    test('that is revoked opens nothing here at once, and nothing in another process after seconds', async () => {
      const other = await startAdmin(database);
      const key = await keyOf(database, 'admin', tenant.tenantId);
      expect((await other.as(key)('get', base())).status).toBe(200);
      expect((await admin.as(key)('get', base())).status).toBe(200);
      expect((await admin.as(operator)('post', `${base()}/keys/${idOf(key)}/revoke`)).status).toBe(200);
      expect(await admin.as(key)('get', base())).toMatchObject({
        status: 401,
        body: { title: 'this key was revoked' },
      });
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + KEY_FRESH_MS });
      onTestFinished(() => void vi.useRealTimers());
      expect((await other.as(key)('get', base())).status).toBe(401);
    });

    test('that is rotated works beside the new one until its time is over', async () => {
      const old = await keyOf(database, 'admin', tenant.tenantId);
      const rotated = await admin.as(old)('post', `${base()}/keys/${idOf(old)}/rotate`, { overlapHours: 1 });
      expect(rotated.status).toBe(201);
      expect(rotated.body).toMatchObject({ role: 'admin', rotatedFrom: idOf(old) });
      for (const key of [old, rotated.body.key]) expect((await admin.as(key)('get', base())).status).toBe(200);
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_001 });
      onTestFinished(() => void vi.useRealTimers());
      expect(await admin.as(old)('get', base())).toMatchObject({
        status: 401,
        body: { title: 'this key has expired' },
      });
      expect((await admin.as(rotated.body.key)('get', base())).status).toBe(200);
    });

    test('that a cell was given opens it, until it is given another', async () => {
      const [first, second] = ['a-first-key-that-is-long-enough-0001', 'a-first-key-that-is-long-enough-0002'];
      await Promise.all([ensureFirstKey(database, first), ensureFirstKey(database, first)]);
      expect((await admin.as(first)('get', '/v1/keys')).status).toBe(200);
      expect((await admin.as(second)('get', '/v1/keys')).status).toBe(401);
      await ensureFirstKey(database, second);
      await ensureFirstKey(database, first);
      const later = await startAdmin(database);
      expect((await later.as(first)('get', '/v1/keys')).status).toBe(401);
      expect((await later.as(second)('get', '/v1/keys')).status).toBe(200);
    });

    test('is kept as a hash, and its use to the minute', async () => {
      const key = await keyOf(database, 'auditor', tenant.tenantId);
      await admin.as(key)('get', base());
      const [row] = await cell<{ all: string; last_used_at: Date }>(
        'select to_jsonb(api_keys)::text as all, last_used_at from api_keys where id = $1',
        [idOf(key)],
      );
      expect(row?.all).not.toContain(key.slice(37));
      expect(row?.last_used_at.getSeconds()).toBe(0);
    });

    test('of a tenant makes no key of the cell, nor of another role than its tenant can have', async () => {
      const ask = admin.as(await keyOf(database, 'admin', tenant.tenantId));
      expect((await ask('post', `${base()}/keys`, { role: 'operator', name: 'x' })).status).toBe(422);
      expect((await ask('post', '/v1/keys', { role: 'operator', name: 'x' })).status).toBe(403);
    });

    test('of an auditor of the cell reads every tenant, and changes nothing', async () => {
      const ask = admin.as(await keyOf(database, 'auditor'));
      expect((await ask('get', `${base()}/conversations/${tenant.conversationId}/events`)).status).toBe(200);
      expect((await ask('get', '/v1/audit?limit=1')).status).toBe(200);
      expect((await ask('post', `${base()}/close`)).status).toBe(403);
    });
  });

  test('lists come in pages, none twice, none left out', async () => {
    const { tenantId, agentId } = await furnish(admin, operator, database, 'Pages');
    const at = `/v1/tenants/${tenantId}`;
    const ask = admin.as(operator);
    for (let nth = 0; nth < 4; nth++) {
      await ask('post', `${at}/numbers`, { number: freshNumber(), agentId });
      await ask('post', `${at}/agents`, { definition: { ...definition, name: `agent-${nth}` } });
      await ask('post', `${at}/agents`, { definition: { ...definition, version: `v${nth}` } });
      await ask('post', `${at}/keys`, { role: 'auditor', name: `${nth}` });
    }
    const lists = {
      '/v1/tenants': 5,
      [`${at}/numbers`]: 5,
      [`${at}/agents`]: 5,
      [`${at}/agents/front-desk/versions`]: 5,
      [`${at}/keys`]: 5,
      [`${at}/conversations/${(await ask('get', `${at}/conversations`)).body.items[0].id}/events`]: 6,
      [`${at}/audit`]: 10,
    };
    for (const [path, least] of Object.entries(lists)) {
      const seen: string[] = [];
      let after = '';
      do {
        const { status, body } = await ask('get', `${path}?limit=2${after && `&after=${encodeURIComponent(after)}`}`);
        expect(status).toBe(200);
        expect(body.items.length).toBeLessThanOrEqual(2);
        seen.push(
          ...body.items.map((item: Record<string, unknown>) => JSON.stringify(item.id ?? item.name ?? item.sequence)),
        );
        after = body.next ?? '';
      } while (after !== '' && seen.length < 200);
      expect(new Set(seen).size, path).toBe(seen.length);
      expect(seen.length, path).toBeGreaterThanOrEqual(least);
    }
    for (const limit of ['0', '-1', '1.5', '201', 'x', 'NaN'])
      expect((await ask('get', `/v1/tenants?limit=${limit}`)).status).toBe(422);
    for (const after of ['x', "' or 1=1", '00'])
      expect((await ask('get', `${at}/conversations?after=${encodeURIComponent(after)}`)).status).toBe(422);
  });

  test('whoever looks at a conversation is in the audit, with his reason; who sees none is not', async () => {
    const entries = async () =>
      cell<{ actor: string; reason: string; action: string; resource: string; caller_id: string }>(
        'select actor, reason, action, resource, caller_id from audit_entries where tenant_id = $1 order by position',
        [tenant.tenantId],
      );
    const key = await keyOf(database, 'admin', tenant.tenantId);
    const ask = admin.as(key);
    const before = (await entries()).length;
    await ask('get', `${base()}/conversations/${tenant.conversationId}`, undefined, { 'audit-reason': 'a complaint' });
    await ask('get', `${base()}/conversations/${tenant.conversationId}/events`);
    await ask('get', `${base()}/consents/${tenant.consentId}`);
    await ask('get', `${base()}/conversations/${tenant.consentId}`);
    const actor = `key:${idOf(key)}`;
    const caller_id = tenant.callerId;
    expect((await entries()).slice(before)).toEqual([
      { actor, reason: 'a complaint', action: 'read', resource: 'conversation', caller_id },
      { actor, reason: 'listConversationEvents', action: 'read', resource: 'conversation-events', caller_id },
      { actor, reason: 'getConsent', action: 'read', resource: 'consent', caller_id },
    ]);
  });

  test('an auditor exports every entry of his tenant, a line each', async () => {
    const ask = admin.as(await keyOf(database, 'auditor', tenant.tenantId));
    const { status, headers, text } = await ask('get', `${base()}/audit/export`);
    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(new Set(lines.map(({ tenantId }) => tenantId))).toEqual(new Set([tenant.tenantId]));
    expect(lines.at(-1)).toMatchObject({ action: 'export', resource: 'audit', reason: 'exportTenantAudit' });
  });

  test('nothing of what is answered is kept on the way, and nothing of it is in the log', async () => {
    admin.logs.length = 0;
    const ask = admin.as(operator);
    const { headers } = await ask('get', `${base()}/conversations/${tenant.conversationId}/events`);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
    });
    await ask('post', '/v1/tenants', { name: 'Secret Company', dataResidency: 'EU' });
    await ask('post', `${base()}/numbers`, { number: tenant.number, agentId: tenant.agentId });
    await ask('post', `${base()}/keys`, { role: 'auditor', name: 'Somebody' });
    await vi.waitFor(() => expect(admin.logs.filter((line) => line.includes('"administration"'))).toHaveLength(4));
    const log = admin.logs.join('');
    for (const secret of ['Annabel', 'Secret Company', 'Somebody', tenant.number, 'vck_', operator.slice(37)])
      expect(log).not.toContain(secret);
    expect(log).toContain(headers['x-request-id']);
    expect(log).toContain('"path":"/v1/tenants/:tenantId/numbers"');
  });

  test('a number that moves, or whose tenant closes, is said to whoever remembers it, once that is so', async () => {
    const changed: string[] = [];
    const watched = await startAdmin(database, { onNumbers: (numbers) => changed.push(...numbers) });
    const ask = watched.as(operator);
    await ask('post', `${base()}/numbers`, { number: tenant.number, agentId: tenant.agentId });
    expect(changed).toEqual([]);
    const published = await ask('post', `${base()}/agents`, { definition: { ...definition, version: 'next' } });
    expect(published.body).toMatchObject({ isNew: true, moved: [tenant.number] });
    expect(changed).toEqual([tenant.number]);
    await ask('patch', `${base()}/numbers/${tenant.numberId}`, { agentId: tenant.agentId });
    expect(changed).toEqual([tenant.number, tenant.number]);
    const leaving = await furnish(watched, operator, database, 'Leaving');
    await ask('post', `/v1/tenants/${leaving.tenantId}/close`);
    expect(changed.at(-1)).toBe(leaving.number);
  });
});
