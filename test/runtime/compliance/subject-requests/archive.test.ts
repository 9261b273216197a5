import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { beforeEach, expect, test } from 'vitest';
import { audit } from '../../../../runtime/compliance/audit/audit.ts';
import type { ObjectStore } from '../../../../runtime/objects/store.ts';
import { describeDatabases } from '../../../support/databases.ts';
import { ANN, BOB, type Office, openOffice, operator, readObject } from '../../../support/subjects.ts';
import { house } from '../../../support/tenants.ts';
import { unzip } from '../../../support/unzip.ts';

describeDatabases('the archive of a person', (testDatabase) => {
  let office: Office;
  beforeEach(async () => {
    office = await openOffice(testDatabase());
    await office.clear();
  });

  async function archiveOf(number: string, kind: 'access' | 'export' = 'export') {
    const { result } = await office.answer({ kind, number });
    const files = unzip(await readObject(office.stores.exports, result!.archive!.key));
    const text = (name: string) => files.get(name)!.toString();
    const records = text('data.ndjson')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    return { names: [...files.keys()], files, text, records, result };
  }

  test('holds what is held: transcripts, recordings, consents, who saw it, and the data for programs', async () => {
    const first = await office.called({ number: ANN, recorded: true, says: ['I am Jon Smyth.', 'On Monday, please.'] });
    const second = await office.called({ number: ANN });
    await office.called({ number: BOB, recorded: true, says: ['I am Bob.'] });
    await office.database.within({ role: 'voicecell_admin', tenantId: house.id }, (transaction) =>
      audit(
        transaction,
        { id: 'key:7', reason: 'quality check' },
        {
          action: 'read',
          resource: 'conversation',
          resourceId: first.conversationId,
          tenantId: house.id,
        },
      ),
    );
    const { names, files, text, records, result } = await archiveOf(ANN);
    const [oneText, otherText] = names.filter((name) => name.startsWith('transcripts/')).map((name) => text(name));
    const transcripts = [oneText, otherText].join('\n');
    expect(transcripts).toContain('You: I am Jon Smyth.');
    expect(transcripts).toContain('Agent: Thank you. On Monday, please.');
    expect(transcripts).toContain('Asked for your consent (recording): May we record?');
    const recordings = names.filter((name) => name.startsWith('recordings/'));
    expect(recordings).toHaveLength(1);
    expect(files.get(recordings[0]!)!.toString()).toBe(`sound of ${first.conversationId}`);
    expect(text('who-saw-it.txt')).toMatch(/key:7 {2}read {2}conversation {2}quality check/);
    expect(text('README.txt')).toContain('2 conversations');
    expect(records.map(({ record }) => record).filter((record) => record !== 'event')).toEqual([
      'request',
      'person',
      'conversation',
      'conversation',
      'consent',
      'consent',
      'recording',
      'access',
    ]);
    const ids = new Set(records.flatMap(({ conversationId }) => conversationId ?? []));
    expect(ids).toEqual(new Set([first.conversationId, second.conversationId]));
    expect([...files.values()].join('\n')).not.toMatch(/Bob|30123456/);
    expect(result?.counts).toEqual({ conversations: 2, events: 21, consents: 2, recordings: 1, accesses: 1 });
  });

  test('is told by its own schema, line for line', async () => {
    await office.called({ number: ANN, recorded: true });
    await office.called({ number: ANN, recorded: true, isUp: true, atMs: Date.now() - 60_000 });
    await office.answer({ kind: 'optout', number: ANN });
    const { records, text } = await archiveOf(ANN);
    const ajv = new Ajv2020({ allErrors: true });
    addFormats.default(ajv);
    const isValid = ajv.compile(JSON.parse(text('data.schema.json')));
    for (const record of records) expect(isValid(record), JSON.stringify(isValid.errors)).toBe(true);
    expect(new Set(records.map(({ record }) => record))).toContain('earlier-request');
    expect(isValid({ ...records[0], unforeseen: 1 })).toBe(false);
    expect(isValid({ record: 'person' })).toBe(false);
  });

  test('says that nothing is held when nobody of that number ever called', async () => {
    const { names, text, records } = await archiveOf(ANN);
    expect(names).toEqual(['data.schema.json', 'data.ndjson', 'who-saw-it.txt', 'README.txt']);
    expect(text('README.txt')).toContain('Nothing that belongs to this telephone number was found');
    expect(records.map(({ record }) => record)).toEqual(['request']);
  });

  test('serves to be read and to be taken elsewhere: access and export differ in name only', async () => {
    await office.called({ number: ANN });
    const access = await archiveOf(ANN, 'access');
    const exported = await archiveOf(ANN, 'export');
    expect(access.names).toEqual(exported.names);
    const ofHim = (records: typeof access.records) =>
      records.filter(({ record }) =>
        ['person', 'conversation', 'event', 'consent', 'recording'].includes(String(record)),
      );
    expect(ofHim(access.records)).toEqual(ofHim(exported.records));
    expect(ofHim(access.records).length).toBeGreaterThan(8);
  });

  test('is made again to the byte, of what there was when he asked', async () => {
    await office.called({ number: ANN, recorded: true });
    const up = await office.called({ number: ANN, isUp: true, atMs: Date.now() - 5_000 });
    const { request } = await office.file({ kind: 'access', number: ANN });
    const { result } = await office.work(request.id);
    const first = await readObject(office.stores.exports, result!.archive!.key);
    await office.called({ number: ANN, atMs: Date.now() + 60_000 });
    await office.database.query(
      `update conversations set ended_at = now() + interval '1 hour', end_reason = 'idle', duration_ms = 9 where id = $1`,
      [up.conversationId],
    );
    await office.database.query(`update subject_requests set state = 'received' where id = $1`, [request.id]);
    await office.work(request.id);
    expect((await readObject(office.stores.exports, result!.archive!.key)).equals(first)).toBe(true);
  });

  test('does not hold what another tenant keeps of the same number', async () => {
    const tenantId = await office.addTenant();
    await office.called({ number: ANN, tenantId, says: ['To another.'] });
    await office.called({ number: ANN });
    const { files } = await archiveOf(ANN);
    expect([...files.values()].join('\n')).not.toContain('To another.');
  });

  test('leaves out a recording that is gone, and says so', async () => {
    const { objectKey } = await office.called({ number: ANN, recorded: true });
    await office.stores.recordings.delete([objectKey!]);
    const { names, records } = await archiveOf(ANN);
    expect(names.filter((name) => name.startsWith('recordings/'))).toEqual([]);
    expect(records.find(({ record }) => record === 'recording')).toMatchObject({ file: null, outcome: 'complete' });
  });

  test('is kept whole or not at all when a recording cannot be read', async () => {
    await office.called({ number: ANN, recorded: true });
    const { request } = await office.file({ kind: 'export', number: ANN });
    const { exports, recordings } = office.stores;
    const get = async () =>
      (async function* () {
        yield Buffer.from('so far');
        throw new Error('the disk broke');
      })();
    const broken = new Proxy(recordings, {
      get: (store, name: keyof ObjectStore) => (name === 'get' ? get : (store[name] as () => unknown).bind(store)),
    });
    await expect(office.work(request.id, { stores: { exports, recordings: broken } })).rejects.toThrow(
      'the disk broke',
    );
    expect(await office.keys('exports')).toEqual([]);
    expect(await office.request(request.id)).toMatchObject({ state: 'received', progress: { lastError: 'Error' } });
  });

  test('is entered in the audit as given out', async () => {
    await office.called({ number: ANN });
    const { id, result } = await office.answer({ kind: 'access', number: ANN });
    const [entry] = await office.database.query(
      `select actor, reason, action, details from audit_entries where resource_id = $1 and action = 'export'`,
      [id],
    );
    expect(entry).toMatchObject({
      actor: operator.id,
      reason: operator.reason,
      details: { bytes: result?.archive?.bytes },
    });
  });
});
