import { beforeEach, expect, test } from 'vitest';
import { type Admin, keyOf, startAdmin } from '../../support/administration.ts';
import { describeDatabases } from '../../support/databases.ts';
import { ANN, BOB, CALLER_KEY, type Office, openOffice } from '../../support/subjects.ts';
import { house } from '../../support/tenants.ts';
import { unzip } from '../../support/unzip.ts';

const REQUESTS = `/v1/tenants/${house.id}/subject-requests`;
const wish = (kind: string, number = ANN, more: object = {}) => ({ kind, number, verifiedBy: 'call back', ...more });

describeDatabases('requests over HTTP', (testDatabase) => {
  let office: Office;
  let admin: Admin;
  let nudges: number;
  beforeEach(async () => {
    office = await openOffice(testDatabase());
    await office.clear();
    nudges = 0;
    const { exports } = office.stores;
    const subjectDesk = { callerKey: CALLER_KEY, exports, nudge: () => void nudges++ };
    admin = await startAdmin(office.database, { subjectDesk });
  });
  const as = async (role: 'operator' | 'admin' | 'auditor') =>
    admin.as(await keyOf(office.database, role, role === 'operator' ? undefined : house.id));

  test('are taken in at once, answered later, and the archive is fetched with the right key', async () => {
    await office.called({ number: ANN });
    const ask = await as('admin');
    const { status, body } = await ask('post', REQUESTS, wish('access'));
    expect({ status, nudges, state: body.state }).toEqual({ status: 202, nudges: 1, state: 'received' });
    expect((await ask('get', `${REQUESTS}/${body.id}/archive`)).status).toBe(409);
    await office.work(body.id);
    expect((await ask('get', `${REQUESTS}/${body.id}`)).body).toMatchObject({ state: 'done', result: { archive: {} } });
    const archive = await admin.app.inject({
      url: `${REQUESTS}/${body.id}/archive`,
      headers: { authorization: `Bearer ${await keyOf(office.database, 'admin', house.id)}` },
    });
    expect(archive.headers['content-disposition']).toBe(`attachment; filename="${body.id}.zip"`);
    expect([...unzip(archive.rawPayload).keys()]).toContain('data.ndjson');
    expect((await (await as('auditor'))('get', `${REQUESTS}/${body.id}/archive`)).status).toBe(403);
    expect(await office.count('audit_entries', `action = 'download' and resource_id = $1`, body.id)).toBe(1);
  });

  test('are one and the same while they are open, with or without an Idempotency-Key', async () => {
    const ask = await as('admin');
    const first = await ask('post', REQUESTS, wish('delete'), { 'idempotency-key': 'one' });
    const again = await ask('post', REQUESTS, wish('delete'), { 'idempotency-key': 'one' });
    const others = await (await as('operator'))('post', REQUESTS, wish('delete'));
    expect([again.body.id, others.body.id]).toEqual([first.body.id, first.body.id]);
    expect(await office.count('subject_requests')).toBe(1);
  });

  test('leave the number nowhere: neither in the database nor in the log', async () => {
    const ask = await as('admin');
    await ask('post', REQUESTS, wish('optout', BOB), { 'idempotency-key': 'two' });
    await ask('post', REQUESTS, wish('optout', BOB, { verifiedBy: 'x1' }));
    for (const table of ['subject_requests', 'audit_entries', 'callers', 'idempotency_keys'])
      expect(await office.count(`${table} as t`, `position($1 in t::text) > 0`, BOB.slice(1)), table).toBe(0);
    expect(admin.logs.join('')).not.toContain(BOB.slice(1));
  });

  test('are listed by state and deadline, to auditors too', async () => {
    const ask = await as('auditor');
    await office.answer({ kind: 'optout', number: BOB });
    const { request } = await office.file({ kind: 'access', number: ANN });
    await office.database.query(`update subject_requests set due_at = now() - interval '1 day' where id = $1`, [
      request.id,
    ]);
    const ids = async (query: string) =>
      (await ask('get', `${REQUESTS}?${query}`)).body.items.map(({ id }: { id: string }) => id);
    expect(await ids('overdue=true')).toEqual([request.id]);
    expect(await ids('state=done')).toHaveLength(1);
    const page = (await ask('get', `${REQUESTS}?limit=1`)).body;
    expect(page.items).toHaveLength(1);
    expect((await ids(`limit=1&after=${page.next}`)).concat(page.items[0].id).sort()).toEqual((await ids('')).sort());
  });

  test('can be refused with a reason while nobody has answered them', async () => {
    const ask = await as('admin');
    const { request } = await office.file({ kind: 'access', number: ANN });
    const refusal = { because: 'we cannot make out who asks' };
    const refused = await ask('post', `${REQUESTS}/${request.id}/refuse`, refusal);
    expect(refused.body).toMatchObject({ state: 'refused', result: { note: refusal.because } });
    await expect(office.work(request.id)).rejects.toThrow('nothing to do');
    expect((await ask('post', `${REQUESTS}/${request.id}/refuse`, refusal)).status).toBe(409);
    const { id } = await office.answer({ kind: 'optout', number: BOB });
    expect((await ask('post', `${REQUESTS}/${id}/refuse`, refusal)).status).toBe(409);
  });

  test('have a certificate once something was deleted', async () => {
    await office.called({ number: ANN });
    const { id } = await office.answer({ kind: 'delete', number: ANN });
    const { id: other } = await office.answer({ kind: 'optout', number: BOB });
    const ask = await as('auditor');
    const { status, text } = await ask('get', `${REQUESTS}/${id}/certificate`);
    expect(status).toBe(200);
    expect(text).toContain('CERTIFICATE OF DELETION');
    expect((await ask('get', `${REQUESTS}/${other}/certificate`)).status).toBe(409);
    expect((await ask('get', `${REQUESTS}/${other}/archive`)).status).toBe(403);
  });

  test.each([
    [wish('rectify'), 'correction'],
    [wish('delete', ANN, { correction: { replace: 'Smyth', with: 'Smith' } }), 'correction'],
    [wish('rectify', ANN, { correction: { replace: 'x', with: 'y' } }), 'correction.replace'],
    [wish('delete', '0301234'), 'number'],
    [wish('forget'), 'kind'],
    [wish('delete', ANN, { verifiedBy: 'passport 7' }), 'verifiedBy'],
    [wish('delete', ANN, { tenantId: house.id }), 'tenantId'],
  ])('are refused when they make no sense: %o', async (body, path) => {
    const said = await (await as('admin'))('post', REQUESTS, body);
    expect(said.status).toBe(422);
    expect(said.body.problems.map((problem: { path: string }) => problem.path)).toEqual([path]);
    expect(await office.count('subject_requests')).toBe(0);
  });

  test('for a copy are refused where there is no place for it', async () => {
    const subjectDesk = { callerKey: CALLER_KEY, nudge() {} };
    const placeless = await startAdmin(office.database, { subjectDesk });
    const ask = placeless.as(await keyOf(office.database, 'admin', house.id));
    const { status, body } = await ask('post', REQUESTS, wish('access'));
    expect(status).toBe(409);
    expect(body.problems[0].expected).toContain('VOICECELL_EXPORTS');
    expect((await ask('post', REQUESTS, wish('delete'))).status).toBe(202);
  });
});
