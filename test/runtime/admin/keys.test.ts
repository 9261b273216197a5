import { expect, onTestFinished, test, vi } from 'vitest';
import { ensureFirstKey } from '../../../runtime/admin/first-key.ts';
import { KEY_FRESH_MS } from '../../../runtime/admin/key-ring.ts';
import { administered } from '../../support/administered.ts';
import { idOf, keyOf, startAdmin } from '../../support/administration.ts';
import { describeDatabases } from '../../support/databases.ts';

describeDatabases('a key', (testDatabase) => {
  const its = administered(testDatabase);

  test('that is revoked opens nothing here at once, and nothing in another process after seconds', async () => {
    const other = await startAdmin(its.database);
    const key = await keyOf(its.database, 'admin', its.tenant.tenantId);
    expect((await other.as(key)('get', its.base)).status).toBe(200);
    expect((await its.admin.as(key)('get', its.base)).status).toBe(200);
    expect((await its.admin.as(its.operator)('post', `${its.base}/keys/${idOf(key)}/revoke`)).status).toBe(200);
    expect(await its.admin.as(key)('get', its.base)).toMatchObject({
      status: 401,
      body: { title: 'this key was revoked' },
    });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + KEY_FRESH_MS });
    onTestFinished(() => void vi.useRealTimers());
    expect((await other.as(key)('get', its.base)).status).toBe(401);
  });

  test('that is rotated works beside the new one until its time is over', async () => {
    const old = await keyOf(its.database, 'admin', its.tenant.tenantId);
    const rotated = await its.admin.as(old)('post', `${its.base}/keys/${idOf(old)}/rotate`, { overlapHours: 1 });
    expect(rotated.status).toBe(201);
    expect(rotated.body).toMatchObject({ role: 'admin', rotatedFrom: idOf(old) });
    for (const key of [old, rotated.body.key]) expect((await its.admin.as(key)('get', its.base)).status).toBe(200);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_001 });
    onTestFinished(() => void vi.useRealTimers());
    expect(await its.admin.as(old)('get', its.base)).toMatchObject({
      status: 401,
      body: { title: 'this key has expired' },
    });
    expect((await its.admin.as(rotated.body.key)('get', its.base)).status).toBe(200);
  });

  test('that a cell was given opens it, until it is given another', async () => {
    const [first, second] = ['a-first-key-that-is-long-enough-0001', 'a-first-key-that-is-long-enough-0002'];
    await Promise.all([ensureFirstKey(its.database, first), ensureFirstKey(its.database, first)]);
    expect((await its.admin.as(first)('get', '/v1/keys')).status).toBe(200);
    expect((await its.admin.as(second)('get', '/v1/keys')).status).toBe(401);
    await ensureFirstKey(its.database, second);
    await ensureFirstKey(its.database, first);
    const later = await startAdmin(its.database);
    expect((await later.as(first)('get', '/v1/keys')).status).toBe(401);
    expect((await later.as(second)('get', '/v1/keys')).status).toBe(200);
  });

  test('is kept as a hash, and its use to the minute', async () => {
    const key = await keyOf(its.database, 'auditor', its.tenant.tenantId);
    await its.admin.as(key)('get', its.base);
    const [row] = await its.rows<{ all: string; last_used_at: Date }>(
      'select to_jsonb(api_keys)::text as all, last_used_at from api_keys where id = $1',
      [idOf(key)],
    );
    expect(row?.all).not.toContain(key.slice(37));
    expect(row?.last_used_at.getSeconds()).toBe(0);
  });

  test('of a tenant makes no key of the cell, nor of another role than its tenant can have', async () => {
    const ask = its.admin.as(await keyOf(its.database, 'admin', its.tenant.tenantId));
    expect((await ask('post', `${its.base}/keys`, { role: 'operator', name: 'x' })).status).toBe(422);
    expect((await ask('post', '/v1/keys', { role: 'operator', name: 'x' })).status).toBe(403);
  });

  test('of an auditor of the cell reads every tenant, and changes nothing', async () => {
    const ask = its.admin.as(await keyOf(its.database, 'auditor'));
    expect((await ask('get', `${its.base}/conversations/${its.tenant.conversationId}/events`)).status).toBe(200);
    expect((await ask('get', '/v1/audit?limit=1')).status).toBe(200);
    expect((await ask('post', `${its.base}/close`)).status).toBe(403);
  });
});
