import { randomUUID } from 'node:crypto';
import { beforeEach, expect, test } from 'vitest';
import {
  type Certificate,
  certificatePage,
  isSealed,
} from '../../../../runtime/compliance/subject-requests/certificate.ts';
import { describeDatabases } from '../../../support/databases.ts';
import { ANN, BOB, hashOf, type Office, openOffice, pastCall, store } from '../../../support/subjects.ts';

describeDatabases('a request to delete', (testDatabase) => {
  let office: Office;
  beforeEach(async () => {
    office = await openOffice(testDatabase());
    await office.clear();
  });

  const certificateOf = (result: unknown) => (result as { certificate: Certificate }).certificate;

  /** Whatever the database holds of these conversations or this caller, in any column of any table. */
  async function traces(...texts: string[]): Promise<string[]> {
    const tables = await office.database.query<{ table_name: string }>(
      `select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
    );
    const found: string[] = [];
    for (const { table_name: table } of tables)
      for (const text of texts)
        if ((await office.count(`"${table}" as t`, 'position($1 in t::text) > 0', text)) > 0)
          found.push(`${table}: ${text}`);
    return found;
  }

  test('leaves nothing of the person in any table or store, and everything of others', async () => {
    const anns = [await office.called({ number: ANN, recorded: true }), await office.called({ number: ANN })];
    const bobs = await office.called({ number: BOB, recorded: true });
    const { state, result } = await office.answer({ kind: 'delete', number: ANN });
    expect(state).toBe('done');
    expect(await traces('Jon Smyth')).toEqual(['conversation_events: Jon Smyth']);
    for (const { conversationId, consentId } of anns)
      expect(await traces(conversationId, consentId)).toEqual([`erasures: ${conversationId}`]);
    expect(await office.keys('recordings')).toEqual([bobs.objectKey]);
    expect(await office.count('conversations')).toBe(1);
    expect(await office.count('consents', 'conversation_id = $1', bobs.conversationId)).toBe(1);
    expect(result?.counts).toEqual({
      conversations: 2,
      events: 18,
      consents: 2,
      recordings: 1,
      archives: 0,
      callers: 1,
      liveCalls: 0,
    });
  });

  test('is certified: what was deleted, what a second count found, what stays and why', async () => {
    await office.called({ number: ANN, recorded: true });
    const request = await office.answer({ kind: 'delete', number: ANN });
    const certificate = certificateOf(request.result);
    expect(isSealed(certificate)).toBe(true);
    expect(isSealed({ ...certificate, region: 'elsewhere' })).toBe(false);
    expect(certificate.verification.every(({ found }) => found === 0)).toBe(true);
    expect(new Set(certificate.verification.map(({ where }) => where))).toEqual(
      new Set([
        'conversations',
        'callers',
        'consents',
        'conversation_events',
        'recordings',
        'store of recordings',
        'store of exports',
      ]),
    );
    expect(certificate).toMatchObject({ requestId: request.id, region: 'eu-central-1', jurisdiction: 'EU' });
    const page = certificatePage(certificate);
    expect(page).toContain('CERTIFICATE OF DELETION');
    expect(page).toContain(certificate.hash);
    expect(`${page}${JSON.stringify(certificate)}`).not.toMatch(/Smyth|30123456/);
    const [entry] = await office.database.query<{ details: { certificate: string } }>(
      `select details from audit_entries where resource_id = $1 and action = 'delete'`,
      [request.id],
    );
    expect(entry?.details.certificate).toBe(certificate.hash);
  });

  test('counts again in whatever table names a caller or a conversation, also one that nobody thought of', async () => {
    const { conversationId } = await office.called({ number: ANN });
    await office.database.query('create table notes (id uuid primary key, conversation_id uuid)');
    try {
      await office.database.query('grant select on notes to voicecell_admin');
      await office.database.query('insert into notes values ($1, $2)', [randomUUID(), conversationId]);
      const { request } = await office.file({ kind: 'delete', number: ANN });
      await expect(office.work(request.id)).rejects.toThrow(
        '1 in notes whose conversation_id is a deleted conversation',
      );
      expect(await office.request(request.id)).toMatchObject({ state: 'received', progress: { lastError: 'Error' } });
      await office.database.query('delete from notes');
      await office.database.query('update subject_requests set leased_until = null');
      expect((await office.work(request.id)).result?.counts).toMatchObject({ conversations: 1, callers: 1 });
    } finally {
      await office.database.query('drop table notes');
    }
  });

  test('takes the copies along that were made for the person before', async () => {
    await office.called({ number: ANN });
    await office.called({ number: BOB });
    const [anns] = [await office.answer({ kind: 'export', number: ANN })];
    const bobs = await office.answer({ kind: 'export', number: BOB });
    expect(await office.keys('exports')).toHaveLength(2);
    await office.answer({ kind: 'delete', number: ANN });
    expect(await office.keys('exports')).toEqual([bobs.result?.archive?.key]);
    expect((await office.request(anns!.id)).result?.archive).toBeUndefined();
  });

  test('does not touch who has the same number at another tenant', async () => {
    const tenantId = await office.addTenant();
    const theirs = await office.called({ number: ANN, tenantId, recorded: true });
    await office.called({ number: ANN, recorded: true });
    await office.answer({ kind: 'delete', number: ANN });
    expect(await office.count('conversations', 'id = $1', theirs.conversationId)).toBe(1);
    expect(await office.keys('recordings')).toEqual([theirs.objectKey]);
  });

  test('of somebody who never called is answered in the same way', async () => {
    await office.called({ number: BOB });
    const { state, result } = await office.answer({ kind: 'delete', number: ANN });
    expect(state).toBe('done');
    expect(result?.counts).toMatchObject({ conversations: 0, callers: 0 });
    expect(await office.count('conversations')).toBe(1);
  });

  test('of somebody whose conversations retention has deleted finds what they have left', async () => {
    const { conversationId } = await office.called({ number: ANN, recorded: true });
    await office.database.query('delete from conversations where id = $1', [conversationId]);
    const { result } = await office.answer({ kind: 'delete', number: ANN });
    expect(result?.counts).toMatchObject({ conversations: 0, consents: 1, recordings: 1, callers: 1 });
    expect(await office.keys('recordings')).toEqual([]);
    expect(
      (await office.count('consents')) + (await office.count('recordings')) + (await office.count('callers')),
    ).toBe(0);
  });

  test('refuses what a call that is up still brings of the conversation', async () => {
    const call = pastCall({ number: ANN, atMs: Date.now() - 60_000 }, 0);
    const [before, after] = [call.events.slice(0, 5), call.events.slice(5)];
    await office.write(before);
    const { result } = await office.answer({ kind: 'delete', number: ANN });
    expect(result?.counts).toMatchObject({ liveCalls: 1, conversations: 1 });
    expect(await office.write([...before, ...after])).toEqual([call.kept.conversationId]);
    expect((await office.count('conversations')) + (await office.count('conversation_events'))).toBe(0);
    expect(await office.count('callers')).toBe(0);
  });

  test('keeps the wish not to be recorded, and nothing that leads from it to what was', async () => {
    await office.called({ number: ANN });
    await office.answer({ kind: 'optout', number: ANN });
    const [before] = await office.database.query<{ id: string }>('select id from callers');
    const { result } = await office.answer({ kind: 'delete', number: ANN });
    const [after] = await office.database.query<{ id: string; opted: boolean }>(
      `select id, opted_out_at is not null as opted from callers where number_hash = decode($1, 'hex')`,
      [hashOf(ANN)],
    );
    expect(after?.opted).toBe(true);
    expect(after?.id).not.toBe(before?.id);
    expect(certificateOf(result).kept.map(({ what }) => what)).toContain('callers');
  });

  test('is looked at again, and deletes what a task that was cut off brings late', async () => {
    await office.called({ number: ANN });
    const { request } = await office.file({ kind: 'delete', number: ANN });
    await office.work(request.id);
    const late = await office.called({ number: ANN, recorded: true });
    await office.called({ number: ANN, atMs: Date.now() + 3_600_000 });
    expect(await office.count('conversations')).toBe(2);
    await office.database.query('update subject_requests set look_again_at = now()');
    const again = await office.work(request.id);
    const certificate = certificateOf(again.result);
    expect(certificate.late).toMatchObject([{ deleted: { conversations: 1, recordings: 1 } }]);
    expect(isSealed(certificate)).toBe(true);
    expect(await office.count('conversations', 'id = $1', late.conversationId)).toBe(0);
    // Who calls again afterwards is a new caller.
    expect(await office.count('conversations')).toBe(1);
  });

  test('forgets even the hash of the number when nothing can come any more', async () => {
    await office.called({ number: ANN });
    await office.answer({ kind: 'access', number: ANN });
    const { request } = await office.file({ kind: 'delete', number: ANN });
    const first = await office.work(request.id);
    for (let look = 0; look < 3; look++) {
      expect(await office.count('subject_requests', 'subject_hash is not null')).toBe(2);
      await office.database.query('update subject_requests set look_again_at = now() where look_again_at is not null');
      await office.work(request.id);
    }
    expect(await traces(hashOf(ANN))).toEqual([]);
    const last = await office.request(request.id);
    expect(certificateOf(last.result)).toEqual(certificateOf(first.result));
    await expect(office.work(request.id)).rejects.toThrow('nothing to do');
  });

  test('waits for the answer to what the person asked before', async () => {
    await office.called({ number: ANN });
    const { request: copy } = await office.file({ kind: 'access', number: ANN });
    const { request: deletion } = await office.file({ kind: 'delete', number: ANN });
    await office.database.query(
      `update subject_requests set requested_at = requested_at - interval '1 s' where id = $1`,
      [copy.id],
    );
    await expect(office.work(deletion.id)).rejects.toThrow('nothing to do');
    await office.work(copy.id);
    expect((await office.work(deletion.id)).state).toBe('done');
  });

  test('also takes objects that a process left unfinished when it died', async () => {
    const call = await office.called({ number: ANN, recorded: true, isUp: true });
    await store(office.stores.recordings, call.objectKey!, 'finished after all');
    const { result } = await office.answer({ kind: 'delete', number: ANN });
    expect(result?.counts).toMatchObject({ recordings: 1, liveCalls: 1 });
    expect(await office.keys('recordings')).toEqual([]);
  });
});
