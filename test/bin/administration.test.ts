/** The administration on the command line, against a database of a cell. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { startEmbeddedPostgres } from '../../runtime/local/postgres.ts';
import { describeDatabases } from '../support/databases.ts';
import { prepareDatabase } from '../support/tenants.ts';
import { run } from './run.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'voicecell-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function agentFile(definition: object, name = 'front-desk.agent.json'): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, JSON.stringify(definition));
  return path;
}

const frontDesk = { name: 'front-desk', version: '1', prompt: 'Be brief.', greeting: 'Hello.' };
const NOBODY = '00000000-0000-4000-8000-000000000000';

describeDatabases('the commands of the administration', (testDatabase) => {
  let url: string;
  beforeAll(async () => {
    await prepareDatabase(testDatabase().connection);
    ({ url } = testDatabase().connection);
  });
  const admin = (...args: string[]) => run(...args, '--database', url);
  async function json(...args: string[]) {
    const { exitCode, out, err } = await admin(...args, '--json');
    expect(err).toBe('');
    expect(exitCode).toBe(0);
    return JSON.parse(out);
  }
  const newTenant = async (name = 'Bright Smile') => (await json('tenant', 'create', name, '--residency', 'EU')).id;

  test('take a tenant in, show it, list it and close it', async () => {
    const created = await json('tenant', 'create', 'Größe & Söhne; drop table tenants; --', '--residency', 'EU');
    expect(created).toMatchObject({
      name: 'Größe & Söhne; drop table tenants; --',
      region: 'eu-central-1',
      dataResidency: 'EU',
    });
    expect((await admin('tenant', 'show', created.id)).out).toContain('data of  EU, in eu-central-1');
    const listed = await json('tenant', 'list');
    expect(listed.map(({ id }: { id: string }) => id)).toContain(created.id);
    expect(await json('tenant', 'close', created.id)).toMatchObject({ id: created.id, closedAt: expect.any(String) });
    expect((await admin('tenant', 'list')).out).toMatch(new RegExp(`${created.id} +EU +closed \\d{4}-`));
  });

  test('refuse a tenant of China with the law, and one of the United Kingdom with where it could be', async () => {
    const china = await admin('tenant', 'create', 'Tea House', '--residency', 'CN');
    expect(china.exitCode).toBe(2);
    expect(china.err).toContain('this cell cannot take this tenant');
    expect(china.err).toContain('PIPL');
    const canada = await admin('tenant', 'create', 'Maple', '--residency', 'CA');
    expect(canada.exitCode).toBe(2);
    expect(canada.err).toContain('PIPEDA');
    expect(canada.err).toContain('ca-central-1');
    const misspelt = await admin('tenant', 'create', 'Nowhere', '--residency', 'EUR');
    expect(misspelt.err).toContain('dataResidency: found "EUR", expected EU, or another one of');
    expect([china.out, canada.out, misspelt.out]).toEqual(['', '', '']);
  });

  test('publish an agent, have it answer a number, and move the number with the next version', async () => {
    const tenant = await newTenant();
    const file = await agentFile(frontDesk);
    const first = await json('agent', 'publish', file, '--tenant', tenant);
    expect(first).toMatchObject({ agent: { name: 'front-desk', version: '1' }, isNew: true, moved: [] });
    expect(await json('agent', 'publish', file, '--tenant', tenant)).toMatchObject({ isNew: false });

    const called = `+49301${String(Date.now()).slice(-8)}`;
    await json('number', 'add', called, '--tenant', tenant, '--agent', 'front-desk');
    const next = await agentFile({ ...frontDesk, version: '2' }, 'next.agent.json');
    const held = await json('agent', 'publish', next, '--tenant', tenant, '--no-live');
    expect(held).toMatchObject({ moved: [], agent: { numbers: 0 } });
    expect((await admin('number', 'list', '--tenant', tenant)).out).toBe(`  ${called}  front-desk@1\n`);
    expect(await json('agent', 'publish', next, '--tenant', tenant)).toMatchObject({ isNew: false, moved: [called] });
    const back = await json('number', 'move', called, '--tenant', tenant, '--agent', 'front-desk@1');
    expect(back).toMatchObject({ agentVersion: '1' });

    expect((await admin('agent', 'list', '--tenant', tenant)).out).toBe('  front-desk  latest 2  2 versions\n');
    expect(await json('agent', 'list', 'front-desk', '--tenant', tenant)).toHaveLength(2);
    expect((await admin('agent', 'show', 'front-desk', '--at', '1', '--tenant', tenant)).out).toContain(
      'greeting: Hello.',
    );
    expect((await admin('number', 'remove', called, '--tenant', tenant)).out).toContain('answered by nobody');
    expect((await admin('number', 'list', '--tenant', tenant)).out).toBe('no numbers yet\n');
  });

  test('say everything that is wrong with an agent, and never change a version', async () => {
    const tenant = await newTenant();
    const broken = await agentFile({ name: 'No Spaces', version: '', greeting: 'Hi.', mood: 'sunny' }, 'broken.json');
    const { exitCode, err } = await admin('agent', 'publish', broken, '--tenant', tenant);
    expect(exitCode).toBe(2);
    for (const path of ['definition.name', 'definition.version', 'definition.prompt', 'definition.mood'])
      expect(err).toContain(path);
    await json('agent', 'publish', await agentFile(frontDesk), '--tenant', tenant);
    const changed = await agentFile({ ...frontDesk, prompt: 'Be rude.' }, 'changed.json');
    const refused = await admin('agent', 'publish', changed, '--tenant', tenant);
    expect(refused.exitCode).toBe(1);
    expect(refused.err).toContain('a version is never changed');
    const yaml = await agentFile({}, 'syntax.yaml');
    await writeFile(yaml, 'name: [front-desk\n');
    expect((await admin('agent', 'publish', yaml, '--tenant', tenant)).err).toContain('syntax.yaml:2');
  });

  test('make keys, list them without their secrets, rotate and revoke them', async () => {
    const tenant = await newTenant();
    const { out } = await admin('key', 'create', '--role', 'operator');
    expect(out.split('\n')[0]).toMatch(/^vck_[0-9a-f]{32}_[\w-]{43}$/);
    const made = await json('key', 'create', '--role', 'admin', '--tenant', tenant, '--name', 'deployment');
    const rotated = await json('key', 'rotate', made.id, '--tenant', tenant, '--overlap-hours', '1');
    expect(rotated).toMatchObject({ rotatedFrom: made.id, role: 'admin', name: 'deployment' });
    await json('key', 'revoke', rotated.id, '--tenant', tenant);
    const listed = await admin('key', 'list', '--tenant', tenant);
    expect(listed.out).toMatch(new RegExp(`${rotated.id} +admin +revoked \\d{4}-\\d\\d-\\d\\d +deployment`));
    for (const { key } of [made, rotated]) expect(listed.out).not.toContain(key.slice(37));
    const again = await admin('key', 'rotate', rotated.id, '--tenant', tenant);
    expect(again).toMatchObject({ exitCode: 1, out: '' });
    expect(again.err).toContain('the key is revoked');
  });

  test.each([
    [['tenant', 'show', NOBODY], 1, 'there is no such tenant here'],
    [['number', 'list', '--tenant', NOBODY], 1, 'there is no such tenant here'],
    [['key', 'revoke', NOBODY], 1, 'there is no such key here'],
    [['tenant', 'show', "' or 1=1 --"], 2, 'expected a UUID'],
    [['tenant', 'create', '  ', '--residency', 'EU'], 2, 'name: found 0 characters, expected 1 to 200'],
    [['tenant', 'create', 'x'], 2, "required option '--residency <code>' not specified"],
    [['number', 'add', '030 1234', '--tenant', NOBODY, '--agent', 'x'], 2, 'expected an E.164 number'],
    [['key', 'create', '--role', 'admin'], 2, 'no key of the cell can have this role'],
    [['key', 'create', '--role', 'operator', '--tenant', NOBODY], 1, 'there is no such tenant here'],
    [['key', 'create', '--role', 'operator', '--expires-in-days', '9999'], 2, 'expiresInDays: found 9999'],
    [['agent', 'publish', '/nowhere.yaml', '--tenant', NOBODY], 2, 'cannot read /nowhere.yaml: ENOENT'],
  ])('%j fails with exit code %i', async (args, expected, said) => {
    const { exitCode, out, err } = await admin(...args);
    expect(err).toContain(said);
    expect(exitCode).toBe(expected);
    expect(out).toBe('');
    expect(err).not.toMatch(/^\s+at /m);
  });
});

describe('a database that is not there', () => {
  beforeEach(() => {
    vi.stubEnv('VOICECELL_DATABASE_URL', undefined);
    return () => vi.unstubAllEnvs();
  });

  test.each([
    [[], 2, 'found no database: expected --database postgres://'],
    [['--database', 'mysql://x'], 2, 'the database URL: found the scheme mysql://'],
    [['--database', 'postgres://nobody:x@127.0.0.1:9/none'], 1, 'the database cannot be reached'],
    [['--database', 'postgres://nobody@db.example/none'], 2, 'expected AWS_REGION'],
  ])('%j is said in a sentence that mends it', async (args, expected, said) => {
    const { exitCode, err } = await run('tenant', 'list', ...args);
    expect(err).toContain(said);
    expect(exitCode).toBe(expected);
  });

  test('nor is one that no cell has started with', async () => {
    const postgres = await startEmbeddedPostgres();
    const { exitCode, err } = await run('tenant', 'list', '--database', postgres.url);
    await postgres.close();
    expect(exitCode).toBe(1);
    expect(err).toContain('the database has no schema, or one older than this version: start the cell with it once');
  });
});

describe.each([
  ['tenant', ['create', 'list', 'show', 'close']],
  ['number', ['add', 'list', 'move', 'remove']],
  ['agent', ['publish', 'list', 'show']],
  ['key', ['create', 'list', 'rotate', 'revoke']],
])('voicecell %s', (command, verbs) => {
  test.each(verbs)('%s shows an example in its help', async (verb) => {
    const { exitCode, out } = await run(command, verb, '--help');
    expect(exitCode).toBe(0);
    expect(out).toMatch(new RegExp(`Examples?:\n +voicecell ${command} ${verb}`));
    expect(out).toContain('--json');
  });
});
