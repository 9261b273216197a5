import { expect, test } from 'vitest';
import { administered } from '../../support/administered.ts';
import { type Admin, keyOf, startAdmin } from '../../support/administration.ts';
import { describeDatabases } from '../../support/databases.ts';

describeDatabases('a write with an Idempotency-Key', (testDatabase) => {
  const its = administered(testDatabase);
  const create = (ask: ReturnType<Admin['as']>, name: string, key: string) =>
    ask('post', '/v1/tenants', { name, dataResidency: 'EU' }, { 'idempotency-key': key });
  const named = (name: string) => its.rows('select id from tenants where name = $1', [name]);

  test('is answered again as the first time, also by another process', async () => {
    const first = await create(its.admin.as(its.operator), 'Once', 'k-1');
    expect(first.status).toBe(201);
    const other = await startAdmin(its.database);
    for (const again of [
      await create(its.admin.as(its.operator), 'Once', 'k-1'),
      await create(other.as(its.operator), 'Once', 'k-1'),
    ])
      expect(again).toMatchObject({ status: 201, text: first.text });
    expect(await named('Once')).toHaveLength(1);
  });

  test('is a mistake when it asks for something else', async () => {
    await create(its.admin.as(its.operator), 'This', 'k-2');
    const refused = await create(its.admin.as(its.operator), 'That', 'k-2');
    expect(refused.status).toBe(422);
    expect(refused.body.problems[0].path).toBe('Idempotency-Key');
    const elsewhere = await its.admin.as(its.operator)('post', `${its.base}/close`, undefined, {
      'idempotency-key': 'k-2',
    });
    expect(elsewhere.status).toBe(422);
    expect(await named('That')).toEqual([]);
    expect((await its.admin.as(its.operator)('get', its.base)).body.closedAt).toBeUndefined();
  });

  test('happens once when it comes several times at once', async () => {
    const asks = Array.from({ length: 8 }, () => create(its.admin.as(its.operator), 'Many', 'k-3'));
    const answers = await Promise.all(asks);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers.every(({ status }) => status === 201)).toBe(true);
    expect(await named('Many')).toHaveLength(1);
  });

  test('that was refused may be mended and sent again', async () => {
    expect((await create(its.admin.as(its.operator), '', 'k-4')).status).toBe(422);
    expect((await create(its.admin.as(its.operator), 'Mended', 'k-4')).status).toBe(201);
  });

  test('means something else to another key', async () => {
    const other = its.admin.as(await keyOf(its.database, 'operator'));
    const [one, two] = [await create(its.admin.as(its.operator), 'Mine', 'k-5'), await create(other, 'Mine', 'k-5')];
    expect(two.status).toBe(201);
    expect(two.body.id).not.toBe(one.body.id);
  });

  test('shows a new key again to who made it, and to nobody who reads the database', async () => {
    const make = () =>
      its.admin.as(its.operator)(
        'post',
        `${its.base}/keys`,
        { role: 'auditor', name: 'n' },
        { 'idempotency-key': 'k-6' },
      );
    const [first, again] = [await make(), await make()];
    expect(again.body).toEqual(first.body);
    const [row] = await its.rows<{ answer: Buffer }>(
      "select answer from idempotency_keys where idempotency_key = 'k-6'",
    );
    expect(row?.answer.toString('latin1')).not.toContain('vck_');
    expect(row?.answer.includes(first.body.key.slice(37))).toBe(false);
  });

  test('is forgotten after a day', async () => {
    await create(its.admin.as(its.operator), 'Yesterday', 'k-7');
    await its.database.query(
      "update idempotency_keys set created_at = now() - interval '25 hours' where idempotency_key = 'k-7'",
    );
    // The first visit of a process tidies up.
    const other = await startAdmin(its.database);
    await other.as(its.operator)('get', its.base);
    expect(await its.rows("select id from idempotency_keys where idempotency_key = 'k-7'")).toEqual([]);
  });
});
