/** Answering people on the command line, against a database and stores of a cell. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { numberFrom } from '../../bin/number-argument.ts';
import { describeDatabases } from '../support/databases.ts';
import { ANN, BOB, CALLER_KEY, type Office, openOffice } from '../support/subjects.ts';
import { house } from '../support/tenants.ts';
import { unzip } from '../support/unzip.ts';
import { run } from './run.ts';

describeDatabases('voicecell subject', (testDatabase) => {
  let office: Office;
  let folder: string;
  beforeEach(async () => {
    office = await openOffice(testDatabase());
    await office.clear();
    folder = await mkdtemp(join(tmpdir(), 'voicecell-'));
    vi.stubEnv('VOICECELL_CALLER_KEY', CALLER_KEY);
    onTestFinished(async () => {
      vi.unstubAllEnvs();
      await rm(folder, { recursive: true, force: true });
    });
  });

  const at = () => ['--database', testDatabase().connection.url];
  const places = () => [
    ...['--recordings', join(office.folder, 'recordings')],
    ...['--exports', join(office.folder, 'exports')],
  ];
  const subject = (kind: string, ...args: string[]) =>
    run('subject', kind, ...at(), ...places(), '--tenant', house.id, ...args);
  const ask = (kind: string, number: string, ...args: string[]) =>
    subject(kind, '--number', number, '--verified-by', 'call back', ...args);

  test('gives a person his copy, as a file that others cannot read', async () => {
    await office.called({ number: ANN, recorded: true });
    const file = join(folder, 'copy.zip');
    const { exitCode, out, err } = await ask('access', ANN, '--output', file);
    expect(err).toBe('');
    expect(exitCode).toBe(0);
    expect(out).toMatch(/access done[\s\S]*conversations +1[\s\S]*saved as/);
    expect([...unzip(await readFile(file)).keys()]).toContain('README.txt');
    expect(await readdir(folder)).toEqual(['copy.zip']);
    expect(await office.count('audit_entries', `action = 'download' and actor like 'cli:%'`)).toBeGreaterThan(0);
  });

  test('deletes, shows the certificate, and lists what was asked without saying of whom', async () => {
    await office.called({ number: ANN, recorded: true });
    const deleted = JSON.parse((await ask('delete', ANN, '--json')).out);
    expect(deleted).toMatchObject({ state: 'done', result: { counts: { conversations: 1, recordings: 1 } } });
    const page = await run('subject', 'show', deleted.id, ...at(), '--tenant', house.id, '--certificate');
    expect(page.out).toContain('CERTIFICATE OF DELETION');
    const listed = await run('subject', 'list', ...at());
    expect(listed.out).toMatch(new RegExp(`${deleted.id} +delete +done +due \\d{4}-`));
    expect(page.out + listed.out).not.toContain(ANN.slice(1));
  });

  test('puts words right, opts out and withdraws', async () => {
    await office.called({ number: ANN, recorded: true });
    const corrected = await ask('rectify', ANN, '--replace', 'Jon Smyth', '--with', 'John Smith');
    expect(corrected.out).toMatch(/rectify done[\s\S]*replaced +4/);
    expect((await ask('withdraw', ANN)).out).toMatch(/withdraw done[\s\S]*recordings +1/);
    expect((await ask('optout', ANN)).exitCode).toBe(0);
    expect(await office.count('callers', 'opted_out_at is not null')).toBe(1);
  });

  test('answers who never called in the same way', async () => {
    const { exitCode, out } = await ask('delete', BOB);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/delete done[\s\S]*conversations +0/);
  });

  test('answers what the person asked earlier first', async () => {
    await office.called({ number: ANN });
    const { request } = await office.file({ kind: 'access', number: ANN });
    await office.database.query(`update subject_requests set requested_at = requested_at - interval '1 min'`);
    expect((await ask('delete', ANN)).exitCode).toBe(0);
    expect((await office.request(request.id)).state).toBe('done');
  });

  test('tells with its exit code that a deadline has passed', async () => {
    expect((await run('subject', 'list', '--overdue', ...at())).exitCode).toBe(0);
    await office.file({ kind: 'access', number: ANN });
    await office.database.query(`update subject_requests set due_at = now() - interval '1 day'`);
    const { exitCode, out } = await run('subject', 'list', '--overdue', ...at());
    expect(exitCode).toBe(1);
    expect(out).toContain('received, overdue');
  });

  test.each([
    [['--number', '0301234'], 'found no telephone number'],
    [['--number', ANN, '--verified-by', 'passport 12345'], 'verifiedBy: found "passport 12345", expected the way'],
    [['--number', ANN, '--tenant', '00000000-0000-4000-8000-000000000000'], 'there is no such tenant here'],
    [['--number', ANN, '--tenant', "'; drop table tenants; --"], 'expected a UUID'],
  ])('refuses %o before anything is taken in', async (args, said) => {
    const { exitCode, err, out } = await subject('delete', '--verified-by', 'call back', ...args);
    expect(exitCode).toBeGreaterThan(0);
    expect(err).toContain(said);
    expect(`${err}${out}`).not.toContain('0301234');
    expect(await office.count('subject_requests')).toBe(0);
  });

  test('needs the key of the callers, and a place for a copy', async () => {
    const named = ['--number', ANN, '--verified-by', 'call back', '--tenant', house.id, ...at()];
    const placeless = await run('subject', 'access', ...named);
    expect(placeless).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('nothing says where the exports are'),
    });
    vi.stubEnv('VOICECELL_CALLER_KEY', '');
    const keyless = await run('subject', 'delete', ...named);
    expect(keyless).toMatchObject({ exitCode: 2, err: expect.stringContaining('VOICECELL_CALLER_KEY') });
    expect(await office.count('subject_requests')).toBe(0);
  });

  test('deletes nothing of what it cannot reach all of, and goes on when it can', async () => {
    await office.called({ number: ANN, recorded: true });
    const named = ['--number', ANN, '--verified-by', 'call back', '--tenant', house.id, ...at()];
    const { exitCode, err } = await run('subject', 'delete', ...named);
    expect(exitCode).toBe(1);
    expect(err).toContain('nothing says where the recordings are');
    expect(await office.count('conversation_events')).toBeGreaterThan(0);
    await office.database.query('update subject_requests set leased_until = null');
    expect((await ask('delete', ANN)).exitCode).toBe(0);
    expect(await office.count('conversation_events')).toBe(0);
    expect(await office.count('subject_requests')).toBe(1);
  });
});

test('a telephone number is read from standard input, so that no history of a shell holds it', async () => {
  const input = (text: string) => Readable.from([text]) as unknown as NodeJS.ReadStream;
  expect(await numberFrom('-', input(`  ${ANN}\nand more`))).toBe(ANN);
  expect(await numberFrom(undefined, input(ANN))).toBe(ANN);
  expect(await numberFrom(ANN, input('not read'))).toBe(ANN);
  await expect(numberFrom('-', input(''))).rejects.toThrow('found no telephone number');
  await expect(numberFrom('-', input('x'.repeat(100_000)))).rejects.toThrow('found no telephone number');
});
