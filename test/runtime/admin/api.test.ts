import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { openDatabase } from '../../../runtime/data/database.ts';
import { startEmbeddedPostgres } from '../../../runtime/local/postgres.ts';
import { administered } from '../../support/administered.ts';
import { cellPlace, definition, freshNumber, furnish, idOf, keyOf, startAdmin } from '../../support/administration.ts';
import { describeDatabases } from '../../support/databases.ts';
import { startTcpProxy } from '../../support/tcp-proxy.ts';

describeDatabases('the administration over HTTP', (testDatabase) => {
  const its = administered(testDatabase);

  describe('refuses', () => {
    test('everything that is wrong at once, each with where it is', async () => {
      const { status, body, headers } = await its.ask('post', `${its.base}/agents?draft=1`, {
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
      const agent = await its.ask('post', `${its.base}/agents`, { definition: { name: 'No Spaces', mood: 'sunny' } });
      expect(agent.body.problems.map(({ path }: { path: string }) => path)).toEqual([
        'definition.name',
        'definition.version',
        'definition.prompt',
        'definition.greeting',
        'definition.mood',
      ]);
    });

    test('a tenant of China, whatever the cell, and one whose data this region cannot hold, with the law', async () => {
      const china = await its.ask('post', '/v1/tenants', { name: 'Tea House', dataResidency: 'CN' });
      expect(china.status).toBe(422);
      expect(china.body.problems[0]).toMatchObject({ path: 'dataResidency', found: '"CN"' });
      expect(china.body.problems[0].expected).toContain('PIPL');
      const elsewhere = await its.ask('post', '/v1/tenants', {
        name: 'X',
        dataResidency: 'CA',
        region: 'ca-central-1',
      });
      expect(elsewhere.body.problems.map(({ path }: { path: string }) => path)).toEqual(['region', 'dataResidency']);
      await expect(
        its.rows("insert into tenants (name, region, data_residency) values ('X', $1, 'CN')", [cellPlace.region]),
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
      const headers = { authorization: `Bearer ${its.operator}`, 'content-type': type };
      const { status, body } = await its.admin.ask('post', '/v1/tenants', { payload, headers });
      expect(status).toBe(expected);
      expect(body.status).toBe(expected);
    });

    test('a path that is none, and tells a stranger not even that', async () => {
      expect(await its.ask('get', '/v1/secrets')).toMatchObject({
        status: 404,
        body: { title: expect.any(String) },
      });
      expect((await its.admin.ask('get', '/v1/secrets')).status).toBe(401);
      expect((await its.admin.ask('get', '/v1/openapi.json')).status).toBe(401);
      expect((await its.admin.ask('put', its.base)).status).toBe(401);
      expect((await its.ask('get', '/v1/tenants/%zz')).status).toBe(400);
      expect((await its.ask('get', '/v1/tenants/..%2f..%2fetc%2fpasswd')).status).toBe(404);
    });

    test('a change of what answers the calls of a tenant that is closed', async () => {
      const closed = await furnish(its.admin, its.operator, its.database, 'Closing');
      const at = `/v1/tenants/${closed.tenantId}`;
      expect((await its.ask('post', `${at}/close`)).body.closedAt).toBeDefined();
      const again = await its.ask('post', `${at}/close`);
      expect(again.status).toBe(200);
      expect((await its.ask('post', `${at}/agents`, { definition: { ...definition, version: '2' } })).status).toBe(409);
      expect((await its.ask('post', `${at}/numbers`, { number: freshNumber(), agentId: closed.agentId })).status).toBe(
        409,
      );
      expect((await its.ask('get', `${at}/conversations/${closed.conversationId}`)).status).toBe(200);
    });

    test('a number that somebody has, without saying who', async () => {
      const other = await furnish(its.admin, its.operator, its.database, 'Other');
      const at = `/v1/tenants/${other.tenantId}/numbers`;
      const taken = await its.ask('post', at, { number: its.tenant.number, agentId: other.agentId });
      expect(taken.status).toBe(409);
      expect(taken.text).not.toContain(its.tenant.tenantId);
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
      const ask = shaky.as(its.operator);
      expect((await ask('get', its.base)).status).toBe(200);
      await proxy.cut();
      const down = await ask('get', its.base);
      expect(down.status).toBe(503);
      expect(down.headers['retry-after']).toBe('5');
      await proxy.mend();
      await vi.waitFor(async () => expect((await ask('get', its.base)).status).toBe(200));
    });

    test('what it is asked before the database has its tables, as if that was away', async () => {
      const postgres = await startEmbeddedPostgres();
      const empty = openDatabase({ url: postgres.url, applicationName: 'test', maxConnections: 1 });
      onTestFinished(() => empty.close().then(() => postgres.close()));
      const early = await startAdmin(empty);
      expect((await early.as(its.operator)('get', '/v1/tenants')).status).toBe(503);
    });

    test('every key, when the database turns out to be the cell of another region', async () => {
      const elsewhere = await startAdmin(its.database, { cell: { ...cellPlace, region: 'eu-west-3' } });
      expect((await elsewhere.as(its.operator)('get', '/v1/tenants')).status).toBe(401);
      const foreign = await startAdmin(its.database, { isForeign: () => true });
      expect((await foreign.as(its.operator)('get', '/v1/tenants')).status).toBe(401);
    });

    test('a key that asks too often, and only that one', async () => {
      const limited = await startAdmin(its.database, { rateLimit: { burst: 3, perSecond: 0.1 } });
      const [one, other] = [limited.as(its.operator), limited.as(await keyOf(its.database, 'operator'))];
      const statuses = [];
      for (let nth = 0; nth < 5; nth++) statuses.push((await one('get', '/v1/tenants?limit=1')).status);
      expect(statuses).toEqual([200, 200, 200, 429, 429]);
      const { headers, body } = await one('get', '/v1/tenants?limit=1');
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
      expect(body.title).toContain('too many requests');
      expect((await other('get', '/v1/tenants?limit=1')).status).toBe(200);
    });
  });

  test('lists come in pages, none twice, none left out', async () => {
    const { tenantId, agentId } = await furnish(its.admin, its.operator, its.database, 'Pages');
    const at = `/v1/tenants/${tenantId}`;
    const ask = its.admin.as(its.operator);
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
      its.rows<{ actor: string; reason: string; action: string; resource: string; caller_id: string }>(
        'select actor, reason, action, resource, caller_id from audit_entries where tenant_id = $1 order by position',
        [its.tenant.tenantId],
      );
    const key = await keyOf(its.database, 'admin', its.tenant.tenantId);
    const ask = its.admin.as(key);
    const before = (await entries()).length;
    await ask('get', `${its.base}/conversations/${its.tenant.conversationId}`, undefined, {
      'audit-reason': 'a complaint',
    });
    await ask('get', `${its.base}/conversations/${its.tenant.conversationId}/events`);
    await ask('get', `${its.base}/consents/${its.tenant.consentId}`);
    await ask('get', `${its.base}/conversations/${its.tenant.consentId}`);
    const actor = `key:${idOf(key)}`;
    const caller_id = its.tenant.callerId;
    expect((await entries()).slice(before)).toEqual([
      { actor, reason: 'a complaint', action: 'read', resource: 'conversation', caller_id },
      { actor, reason: 'listConversationEvents', action: 'read', resource: 'conversation-events', caller_id },
      { actor, reason: 'getConsent', action: 'read', resource: 'consent', caller_id },
    ]);
  });

  test('an auditor exports every entry of his tenant, a line each', async () => {
    const ask = its.admin.as(await keyOf(its.database, 'auditor', its.tenant.tenantId));
    const { status, headers, text } = await ask('get', `${its.base}/audit/export`);
    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(new Set(lines.map(({ tenantId }) => tenantId))).toEqual(new Set([its.tenant.tenantId]));
    expect(lines.at(-1)).toMatchObject({ action: 'export', resource: 'audit', reason: 'exportTenantAudit' });
  });

  test('nothing of what is answered is kept on the way, and nothing of it is in the log', async () => {
    its.admin.logs.length = 0;
    const ask = its.admin.as(its.operator);
    const { headers } = await ask('get', `${its.base}/conversations/${its.tenant.conversationId}/events`);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
    });
    await ask('post', '/v1/tenants', { name: 'Secret Company', dataResidency: 'EU' });
    await ask('post', `${its.base}/numbers`, { number: its.tenant.number, agentId: its.tenant.agentId });
    await ask('post', `${its.base}/keys`, { role: 'auditor', name: 'Somebody' });
    await vi.waitFor(() => expect(its.admin.logs.filter((line) => line.includes('"administration"'))).toHaveLength(4));
    const log = its.admin.logs.join('');
    for (const secret of ['Annabel', 'Secret Company', 'Somebody', its.tenant.number, 'vck_', its.operator.slice(37)])
      expect(log).not.toContain(secret);
    expect(log).toContain(headers['x-request-id']);
    expect(log).toContain('"path":"/v1/tenants/:tenantId/numbers"');
  });

  test('a number that moves, or whose tenant closes, is said to whoever remembers it, once that is so', async () => {
    const changed: string[] = [];
    const watched = await startAdmin(its.database, { onNumbers: (numbers) => changed.push(...numbers) });
    const ask = watched.as(its.operator);
    await ask('post', `${its.base}/numbers`, { number: its.tenant.number, agentId: its.tenant.agentId });
    expect(changed).toEqual([]);
    const published = await ask('post', `${its.base}/agents`, { definition: { ...definition, version: 'next' } });
    expect(published.body).toMatchObject({ isNew: true, moved: [its.tenant.number] });
    expect(changed).toEqual([its.tenant.number]);
    await ask('patch', `${its.base}/numbers/${its.tenant.numberId}`, { agentId: its.tenant.agentId });
    expect(changed).toEqual([its.tenant.number, its.tenant.number]);
    const leaving = await furnish(watched, its.operator, its.database, 'Leaving');
    await ask('post', `/v1/tenants/${leaving.tenantId}/close`);
    expect(changed.at(-1)).toBe(leaving.number);
  });
});
