import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { dayBefore } from '../../runtime/analytics/day.ts';
import { describeDatabases } from '../support/databases.ts';
import { house, prepareDatabase } from '../support/tenants.ts';
import { run } from './run.ts';

describeDatabases('voicecell analytics', (testDatabase) => {
  let exports: string;
  const url = () => ['--database', testDatabase().connection.url];
  const exportDay = (...args: string[]) => run('analytics', 'export', ...url(), '--exports', exports, ...args);

  beforeAll(() => prepareDatabase(testDatabase().connection));
  beforeEach(async () => {
    exports = await mkdtemp(join(tmpdir(), 'voicecell-exports-'));
    onTestFinished(() => rm(exports, { recursive: true }));
  });

  test('exports a day of every tenant, the last one unless told', async () => {
    const { exitCode, out, err } = await exportDay();
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
    expect(out).toBe(`${house.id}  0 rows of numbers, 0 turns\n${dayBefore(Date.now())}: 1 tenant written\n`);
    const report = JSON.parse((await exportDay('--day', '2026-01-31', '--json')).out);
    expect(report).toEqual({
      day: '2026-01-31',
      tenants: [{ tenantId: house.id, aggregates: 0, turns: 0 }],
      problems: [],
    });
    expect((await readdir(join(exports, 'analytics', house.id))).sort()).toEqual(['2026-01-31', dayBefore(Date.now())]);
  });

  test('leaves turns out where the tenant wants it so', async () => {
    const turns = (...args: string[]) => run('analytics', 'turns', ...url(), '--tenant', house.id, ...args);
    expect((await turns()).out).toBe('redacted turns are written\n');
    expect((await turns('--off')).out).toBe('no turns are written, numbers only\n');
    expect((await exportDay()).out).toContain('0 rows of numbers, no turns, as it wants');
    expect((await turns('--on')).out).toBe('redacted turns are written\n');
    expect(await turns('--on', '--off')).toMatchObject({ exitCode: 2 });
  });

  test.each([
    ['--day', '2999-01-01', 'not over yet'],
    ['--day', '2026-02-30', 'expected one such as'],
    ['--day', '../../../etc', 'expected one such as'],
    ['--day', "2026-01-01'; drop table tenants; --", 'expected one such as'],
    ['--tenant', "' or true --", 'expected a UUID'],
    ['--agents', '/nowhere/at/all', 'found'],
    ['--exports', 'ftp://bucket', 'expected a folder'],
  ])('refuses %s %s in a sentence', async (option, value, said) => {
    const { exitCode, err } = await exportDay(option, value);
    expect(exitCode).not.toBe(0);
    expect(err).toContain(said);
    expect(err).not.toMatch(/^\s+at /m);
    expect(await readdir(exports)).toEqual([]);
  });
});
