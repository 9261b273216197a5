/** The process as the scheduler starts it: told by one word which job it is, by its environment everything else. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { dayBefore } from '../../runtime/analytics/day.ts';
import { audit } from '../../runtime/compliance/audit/audit.ts';
import { type Database, openDatabase } from '../../runtime/data/database.ts';
import { DEMO_AGENTS } from '../../runtime/local/demo/files.ts';
import { agedCall } from '../support/aged.ts';
import { environment, NOWHERE, runNode } from '../support/cell-process.ts';
import { describeDatabases } from '../support/databases.ts';
import { programOf } from '../support/program.ts';
import { house, prepareDatabase, testCell } from '../support/tenants.ts';

describeDatabases('a job of the cell', (testDatabase) => {
  let database: Database;
  let folder: string;

  beforeAll(() => prepareDatabase(testDatabase().connection));
  beforeEach(async () => {
    const { connection, maxConnections } = testDatabase();
    database = openDatabase({ ...connection, maxConnections });
    folder = await mkdtemp(join(tmpdir(), 'voicecell-jobs-'));
    onTestFinished(async () => {
      await database.query('truncate conversations, consents, recordings, callers, retention_runs cascade');
      await database.close();
      await rm(folder, { recursive: true });
    });
  });

  async function start(args: readonly string[], env: Record<string, string> = {}) {
    return runNode([await programOf('runtime/main.ts'), ...args], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      env: {
        ...environment,
        VOICECELL_CELL: JSON.stringify(testCell),
        VOICECELL_AGENTS: DEMO_AGENTS,
        VOICECELL_DATABASE_URL: testDatabase().connection.url,
        VOICECELL_RECORDINGS: join(folder, 'recordings'),
        VOICECELL_EXPORTS: join(folder, 'exports'),
        ...env,
      },
    }).exited;
  }
  const lines = (out: string) =>
    out
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  const jobsFailed = (out: string) => lines(out).flatMap(({ JobsFailed = [] }) => JobsFailed);

  test('deletes what is past its time, says so in its log, and ends well', async () => {
    await agedCall(database, { tenantId: house.id, days: 100 });
    const { code, out, err } = await start(['retention']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(lines(out)).toContainEqual(
      expect.objectContaining({
        job: 'retention',
        tenantId: house.id,
        dataClass: 'transcripts',
        count: 3,
        region: testCell.region,
      }),
    );
    expect(jobsFailed(out)).toEqual([0]);
  });

  test('exports the day before', async () => {
    const { code, out } = await start(['analytics']);
    expect(code).toBe(0);
    expect(jobsFailed(out)).toEqual([0]);
    expect(await readdir(join(folder, 'exports/analytics', house.id))).toEqual([dayBefore(Date.now())]);
  });

  test('anchors the audit trail, and finds what was done to it afterwards', async () => {
    const tell = () =>
      database.within({ role: 'voicecell_admin', cellWide: true }, (transaction) =>
        audit(transaction, { id: 'cli:ann', reason: 'a test' }, { action: 'read', resource: 'tenant' }),
      );
    await tell();
    expect((await start(['audit-anchor'])).code).toBe(0);
    const [file] = await readdir(join(folder, 'exports/audit'));
    const path = join(folder, 'exports/audit', file!);
    const anchor = JSON.parse(await readFile(path, 'utf8'));
    expect(anchor).toMatchObject({ region: testCell.region, hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    // As if whoever owns the database had rewritten all of the trail.
    await writeFile(path, JSON.stringify({ ...anchor, hash: 'f'.repeat(64) }));
    await tell();
    const { code, out } = await start(['audit-anchor']);
    expect(code).toBe(1);
    expect(out).toContain(`the audit trail: not-as-anchored at entry ${anchor.position}`);
    expect(jobsFailed(out)).toEqual([1]);
    expect(JSON.parse(await readFile(path, 'utf8')).hash).toBe('f'.repeat(64));
  });

  test('that cannot be done says so in its log and its metric, and ends with status 1', async () => {
    const { code, out } = await start(['retention'], { VOICECELL_DATABASE_URL: `postgres://voice@${NOWHERE}/voice` });
    expect(code).toBe(1);
    expect(out).toContain('ECONNREFUSED');
    expect(jobsFailed(out)).toEqual([1]);
  });

  test('is not done in the database of another cell', async () => {
    const { code, out } = await start(['retention'], { VOICECELL_CELL: environment.VOICECELL_CELL });
    expect(code).toBe(1);
    expect(out).toContain('this database is the cell of eu-central-1, expected us-east-1');
  });
});

describe('the process', () => {
  const start = async (...args: string[]) =>
    runNode([await programOf('runtime/main.ts'), ...args], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      env: { ...environment },
    }).exited;

  test('lists its jobs, and refuses what is none', async () => {
    const [help, unknown] = await Promise.all([start('--help'), start('retenton')]);
    expect(help.code).toBe(0);
    for (const name of ['retention', 'analytics', 'audit-anchor'])
      expect(help.out).toMatch(new RegExp(`^  ${name} `, 'm'));
    expect(unknown.code).toBe(2);
  });

  test('that is to export and not told where to refuses with status 2', async () => {
    const { code, err } = await start('analytics');
    expect(code).toBe(2);
    expect(err).toContain('VOICECELL_EXPORTS: found nothing');
  });
});
