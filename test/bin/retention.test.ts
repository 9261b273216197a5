import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type Database, openDatabase } from '../../runtime/data/database.ts';
import { agedCall } from '../support/aged.ts';
import { describeDatabases } from '../support/databases.ts';
import { house, prepareDatabase } from '../support/tenants.ts';
import { run } from './run.ts';

describeDatabases('voicecell retention', (testDatabase) => {
  let database: Database;
  const url = () => ['--database', testDatabase().connection.url];
  const policyOf = (...args: string[]) => run('retention', 'policy', ...url(), '--tenant', house.id, ...args);

  beforeAll(() => prepareDatabase(testDatabase().connection));
  beforeEach(() => {
    const { connection, maxConnections } = testDatabase();
    database = openDatabase({ ...connection, maxConnections });
    onTestFinished(async () => {
      await database.query(
        'truncate conversations, consents, recordings, callers, retention_runs, retention_policies cascade',
      );
      await database.close();
    });
  });

  describe('policy', () => {
    test('shows what everybody gets', async () => {
      const { exitCode, out } = await policyOf();
      expect(exitCode).toBe(0);
      expect(out.split('\n')[0]).toBe(
        'transcripts      90 days  as everybody  everything that was said, and every other event of a conversation',
      );
    });

    test('changes it, and back, leaving a word in the audit', async () => {
      expect(
        (await policyOf('--set', 'transcripts=30', '--set', 'recordings=7', '--reason', 'contract')).exitCode,
      ).toBe(0);
      const shown = JSON.parse((await policyOf('--json')).out);
      expect(shown).toContainEqual({ dataClass: 'transcripts', days: 30, changedAt: expect.any(String) });
      expect(shown).toContainEqual({ dataClass: 'recordings', days: 7, changedAt: expect.any(String) });
      await policyOf('--set', 'transcripts=default');
      expect(JSON.parse((await policyOf('--json')).out)).toContainEqual({ dataClass: 'transcripts', days: 90 });
      const entries = await database.query(
        `select reason, resource_id, details from audit_entries where resource = 'retention-policy' order by position`,
      );
      expect(entries).toEqual([
        { reason: 'contract', resource_id: 'transcripts', details: { days: 30 } },
        { reason: 'contract', resource_id: 'recordings', details: { days: 7 } },
        { reason: 'the tenant wants it so', resource_id: 'transcripts', details: { days: 'default' } },
      ]);
    });

    test('says how long it is really kept: a transcript goes with its conversation', async () => {
      await policyOf('--set', 'conversations=10', '--set', 'recordings=2555');
      const shown = JSON.parse((await policyOf('--json')).out);
      expect(shown.map(({ dataClass, days }: { dataClass: string; days: number }) => [dataClass, days])).toEqual([
        ['transcripts', 10],
        ['recordings', 2555],
        ['conversations', 10],
        ['consents', 2555],
        ['requests', 1461],
      ]);
    });

    test('refuses what makes no sense, all of it at once, and changes nothing', async () => {
      const { exitCode, err } = await policyOf(
        '--set',
        'audit=1',
        '--set',
        'recordings=45',
        '--set',
        'transcripts=0',
        '--set',
        'consents=9',
      );
      expect(exitCode).toBe(2);
      expect(err).toContain(
        'found the data class "audit", expected one of transcripts, recordings, conversations, consents, requests',
      );
      expect(err).toContain('found 45 days for recordings, expected one of 7, 30, 90, 365, 2555');
      expect(err).toContain('found 0 days for transcripts, expected a whole number from 1 to 3650');
      expect((await policyOf('--json')).out).not.toContain('changedAt');
    });

    test.each([
      ['--set', "transcripts='; drop table conversations; --"],
      ['--set', 'transcripts=1e9'],
      ['--set', '../../etc=5'],
      ['--tenant', "' or '1'='1"],
    ])('refuses %s %s as wrong usage', async (...args) => {
      expect((await policyOf(...args)).exitCode).toBe(2);
      expect(await database.query("select to_regclass('conversations') is not null as there")).toEqual([
        { there: true },
      ]);
    });

    test('of a tenant that is not there', async () => {
      const nobody = '00000000-0000-4000-8000-000000000000';
      const shown = await run('retention', 'policy', ...url(), '--tenant', nobody);
      expect(shown).toMatchObject({ exitCode: 1, err: expect.stringContaining(`there is no tenant ${nobody}`) });
      const set = await run('retention', 'policy', ...url(), '--tenant', nobody, '--set', 'transcripts=5');
      expect(set).toMatchObject({ exitCode: 2, err: expect.stringContaining('found no tenant') });
    });
  });

  describe('run', () => {
    test('says what it would delete, deletes it, and then finds nothing', async () => {
      await agedCall(database, { tenantId: house.id, days: 100 });
      const dry = await run('retention', 'run', ...url(), '--dry-run');
      expect(dry).toMatchObject({ exitCode: 0, err: '' });
      expect(dry.out).toBe(`${house.id}  transcripts: 3 past their time, kept 90 days\n3 would be deleted\n`);
      expect((await run('retention', 'run', ...url())).out).toBe(
        `${house.id}  transcripts: 3 deleted, kept 90 days\n3 deleted\n`,
      );
      expect((await run('retention', 'run', ...url())).out).toBe('0 deleted\n');
    });

    test('ends with exit code 1 when something is left', async () => {
      await agedCall(database, { tenantId: house.id, days: 100, recorded: true });
      const { exitCode, out } = await run('retention', 'run', ...url(), '--json');
      expect(exitCode).toBe(1);
      expect(JSON.parse(out).problems).toEqual([expect.stringContaining('nothing says where recordings are kept')]);
      const folder = await mkdtemp(join(tmpdir(), 'voicecell-recordings-'));
      onTestFinished(() => rm(folder, { recursive: true }));
      expect((await run('retention', 'run', ...url(), '--recordings', folder)).exitCode).toBe(0);
    });

    test('says why it deletes nothing', async () => {
      await database.query(
        `insert into conversations (id, tenant_id, channel, agent, agent_version, region, started_at)
         select gen_random_uuid(), $1, 'twilio', 'a', '1', 'eu-central-1', now() - interval '380 days' from generate_series(1, 1001)`,
        [house.id],
      );
      const refused = await run('retention', 'run', ...url());
      expect(refused).toMatchObject({ exitCode: 1, out: '' });
      expect(refused.err).toMatch(
        /^error: nothing was deleted: would delete 1001 of 1001 rows .* run it once with --force\n$/,
      );
      expect((await run('retention', 'run', ...url(), '--force')).exitCode).toBe(0);
    });

    test.each([
      ['--recordings', 'http://elsewhere'],
      ['--recordings', 's3://BUCKET/../x'],
    ])('refuses %s %s', async (...args) => {
      const { exitCode, err } = await run('retention', 'run', ...url(), ...args);
      expect(exitCode).not.toBe(0);
      expect(err).toContain('expected a folder, or s3://');
    });
  });
});
