import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { audit } from '../../../../runtime/compliance/audit/audit.ts';
import type { ChainHead } from '../../../../runtime/compliance/audit/chain.ts';
import { allAuditEntries, auditEntries, auditHead, verifyAudit } from '../../../../runtime/compliance/audit/read.ts';
import { type Database, openDatabase } from '../../../../runtime/data/database.ts';
import { migrate } from '../../../../runtime/data/migrate.ts';
import { describeDatabases } from '../../../support/databases.ts';
import { house, prepareDatabase } from '../../../support/tenants.ts';

const actor = { id: 'cli:auditor', reason: 'the yearly review' };
const cellWide = { role: 'voicecell_admin', cellWide: true } as const;
const ofHouse = { role: 'voicecell_admin', tenantId: house.id } as const;

describeDatabases('the audit trail', (testDatabase) => {
  let database: Database;

  beforeEach(async () => {
    const { connection, maxConnections } = testDatabase();
    await migrate(connection, { direction: 'down', count: 100 });
    await prepareDatabase(connection);
    database = openDatabase({ ...connection, maxConnections });
    onTestFinished(() => database.close());
  });

  const read = (resourceId: string, more: object = {}) =>
    database.within(ofHouse, (transaction) =>
      audit(transaction, actor, {
        action: 'read',
        resource: 'conversation',
        resourceId,
        tenantId: house.id,
        ...more,
      }),
    );
  const head = () => database.within(cellWide, auditHead) as Promise<ChainHead>;
  /** As somebody who owns the server: no trigger stops him. */
  const tamper = async (...statements: string[]) => {
    await database.query('alter table audit_entries disable trigger user');
    for (const statement of statements) await database.query(statement);
    await database.query('alter table audit_entries enable trigger user');
  };
  const problems = async (anchors?: ChainHead[]) => (await verifyAudit(database, anchors)).problems;

  test('says who did what to whose data, when, why and where', async () => {
    const callerId = randomUUID();
    await read('c-1', { callerId, details: { events: 12, note: 'Größe "x" \\ 💶' } });
    const [entry] = await database.within(cellWide, auditEntries);
    expect(entry).toMatchObject({
      position: 1,
      region: 'eu-central-1',
      actor: 'cli:auditor',
      reason: 'the yearly review',
      action: 'read',
      resource: 'conversation',
      resourceId: 'c-1',
      tenantId: house.id,
      callerId,
      details: '{"events":12,"note":"Größe \\"x\\" \\\\ 💶"}',
    });
    expect(entry?.at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    expect(await verifyAudit(database)).toEqual({ entries: 1, head: await head(), problems: [] });
  });

  test('holds whatever text there is, and is hashed the same outside the database', async () => {
    const text = fc.string({ unit: 'binary' }).map((value) => value.replaceAll('\0', ''));
    await fc.assert(
      fc.asyncProperty(text, text, fc.jsonValue(), async (resourceId, reason, value) => {
        const details = JSON.parse(JSON.stringify({ value }).replaceAll('\\u0000', ''));
        await database.within(ofHouse, (transaction) =>
          audit(transaction, { ...actor, reason }, { action: 'read', resource: 'x', resourceId, details }),
        );
      }),
      { numRuns: 30 },
    );
    expect(await verifyAudit(database)).toMatchObject({ entries: 30, problems: [] });
  });

  test('has no entry for what did not happen', async () => {
    const failing = database.within(ofHouse, async (transaction) => {
      await audit(transaction, actor, { action: 'delete', resource: 'conversation' });
      throw new Error('the deletion failed');
    });
    await expect(failing).rejects.toThrow('the deletion failed');
    expect(await verifyAudit(database)).toMatchObject({ entries: 0, problems: [] });
  });

  test('grows in one line, however many write at once', async () => {
    await Promise.all(Array.from({ length: 40 }, (_, nth) => read(`c-${nth}`)));
    expect(await verifyAudit(database)).toMatchObject({ entries: 40, problems: [] });
  });

  test('can be read while it grows', async () => {
    for (let nth = 0; nth < 5; nth++) await read(`c-${nth}`);
    const verifying = verifyAudit(database);
    await Promise.all([read('c-5'), read('c-6'), verifying]);
    expect((await verifying).problems).toEqual([]);
  });

  test('shows a tenant its own entries, and nobody else any', async () => {
    await read('ours');
    await database.within(cellWide, (transaction) => audit(transaction, actor, { action: 'list', resource: 'tenant' }));
    const other = { role: 'voicecell_admin', tenantId: randomUUID() } as const;
    const seen = async (scope: typeof cellWide | typeof ofHouse | typeof other) => {
      const entries = [];
      for await (const { resource } of allAuditEntries(database, scope)) entries.push(resource);
      return entries;
    };
    expect(await seen(ofHouse)).toEqual(['conversation']);
    expect(await seen(other)).toEqual([]);
    expect(await seen(cellWide)).toEqual(['conversation', 'tenant']);
    const runtime = { role: 'voicecell_runtime', tenantId: house.id } as const;
    await expect(database.within(runtime, auditEntries)).rejects.toMatchObject({ code: '42501' });
  });

  test.each([
    "update audit_entries set reason = 'another'",
    'delete from audit_entries',
    "insert into audit_entries (position, at, region, actor, reason, action, resource, previous_hash, hash) values (9, now(), '', '', '', '', '', '', '')",
    "update audit_head set position = 0, hash = ''",
    'truncate audit_entries',
  ])('cannot be changed by the administration: %s', async (statement) => {
    await read('c-1');
    await expect(database.within(cellWide, (transaction) => transaction.query(statement))).rejects.toMatchObject({
      code: '42501',
    });
    expect(await verifyAudit(database)).toMatchObject({ entries: 1, problems: [] });
  });

  test.each(["update audit_entries set reason = 'another'", 'delete from audit_entries', 'truncate audit_entries'])(
    'cannot be changed by the owner in passing: %s',
    async (statement) => {
      await read('c-1');
      await expect(database.query(statement)).rejects.toThrow('audit_entries can only be added to');
    },
  );

  test('tells an entry that was changed behind its back', async () => {
    for (let nth = 1; nth <= 5; nth++) await read(`c-${nth}`);
    await tamper("update audit_entries set reason = 'nothing to see' where position = 3");
    expect(await problems()).toEqual([{ problem: 'changed', position: 3 }]);
  });

  test('tells a changed entry whose hash was made anew', async () => {
    for (let nth = 1; nth <= 5; nth++) await read(`c-${nth}`);
    await tamper(
      "update audit_entries set reason = 'nothing to see' where position = 3",
      'update audit_entries as entry set hash = audit_hash(entry) where position = 3',
    );
    expect(await problems()).toEqual([{ problem: 'broken-link', position: 4 }]);
  });

  test('misses entries that were taken out, in the middle and at the end', async () => {
    for (let nth = 1; nth <= 7; nth++) await read(`c-${nth}`);
    await tamper('delete from audit_entries where position in (2, 3, 6, 7)');
    expect(await problems()).toEqual([
      { problem: 'missing', position: 2, until: 3 },
      { problem: 'missing', position: 6, until: 7 },
    ]);
    await tamper('delete from audit_entries', 'delete from audit_head');
    expect(await problems([{ position: 7, hash: 'what was written down' }])).toEqual([
      { problem: 'missing', position: 1, until: 7 },
      { problem: 'no-head', position: 0 },
    ]);
  });

  test('tells entries that were made without the chain', async () => {
    await read('c-1');
    await tamper(
      `insert into audit_entries select (jsonb_populate_record(e, jsonb_build_object('id', gen_random_uuid(), 'position', 2))).*
       from audit_entries e`,
    );
    expect(await problems()).toEqual([
      { problem: 'broken-link', position: 2 },
      { problem: 'changed', position: 2 },
      { problem: 'beyond-head', position: 2 },
    ]);
  });

  test('that was rewritten from end to end is told by an anchor kept elsewhere', async () => {
    for (let nth = 1; nth <= 3; nth++) await read(`c-${nth}`);
    const anchor = await head();
    await tamper(
      "update audit_entries set actor = 'cli:somebody-else' where position = 2",
      'update audit_entries as entry set hash = audit_hash(entry) where position = 2',
      `update audit_entries set previous_hash = (select hash from audit_entries where position = 2) where position = 3`,
      'update audit_entries as entry set hash = audit_hash(entry) where position = 3',
      'update audit_head set hash = (select hash from audit_entries where position = 3)',
    );
    expect(await problems()).toEqual([]);
    expect(await problems([anchor])).toEqual([{ problem: 'not-as-anchored', position: 3 }]);
  });
});
