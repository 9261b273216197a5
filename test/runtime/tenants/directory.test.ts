/** Who answers, from a database that is real, slow, down, or another cell's. */
import { beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { agentSchema } from '../../../runtime/agents/definition.ts';
import { type Database, openDatabase, type Queryable } from '../../../runtime/data/database.ts';
import { Directory, type DirectoryOptions, FRESH_MS, LONGEST_WAIT_MS } from '../../../runtime/tenants/directory.ts';
import { describeDatabases } from '../../support/databases.ts';
import { house, prepareDatabase, testCell } from '../../support/tenants.ts';

const definition = { name: 'front-desk', version: '1', prompt: 'Be brief.', greeting: 'Hello.' };
const houseAgent = agentSchema.parse({ ...definition, name: 'house-agent' });
const atHouse = { tenant: house, agent: houseAgent };

let numbers = 0;
const newNumber = () => `+4930${String(++numbers).padStart(7, '0')}`;

describeDatabases('the directory', (testDatabase) => {
  let database: Database;

  beforeAll(() => prepareDatabase(testDatabase().connection));
  beforeEach(() => {
    const { connection, maxConnections } = testDatabase();
    database = openDatabase({ ...connection, maxConnections });
    onTestFinished(() => database.close());
  });

  const one = async (text: string, values: unknown[]) =>
    (
      await database.within({ role: 'voicecell_admin', cellWide: true }, (t) => t.query<{ id: string }>(text, values))
    )[0]!.id;

  async function tenantWithNumber(agent: object = definition) {
    const tenantId = await one(
      "insert into tenants (name, region, data_residency) values ('a tenant', $1, 'EU') returning id",
      [testCell.region],
    );
    const agentId = await one(
      'insert into agents (tenant_id, name, version, definition) values ($1, $2, $3, $4) returning id',
      [tenantId, 'front-desk', '1', JSON.stringify(agent)],
    );
    const number = newNumber();
    await one('insert into phone_numbers (tenant_id, number, region, agent_id) values ($1, $2, $3, $4) returning id', [
      tenantId,
      number,
      testCell.region,
      agentId,
    ]);
    return { tenantId, agentId, number };
  }

  const directory = (options: Partial<DirectoryOptions> = {}) =>
    new Directory({ database, house: (number) => (number === '' ? atHouse : undefined), ...options });

  test("knows a number's tenant and the version that answers", async () => {
    const { tenantId, number } = await tenantWithNumber();
    expect(await directory().find(number)).toEqual({
      tenant: { id: tenantId, residency: 'EU' },
      agent: agentSchema.parse(definition),
    });
  });

  test('gives every call of a version the same agent, so that its sentences are made once', async () => {
    const { tenantId, agentId, number } = await tenantWithNumber();
    const second = newNumber();
    await one('insert into phone_numbers (tenant_id, number, region, agent_id) values ($1, $2, $3, $4) returning id', [
      tenantId,
      second,
      testCell.region,
      agentId,
    ]);
    const known = directory();
    const [first, other] = await Promise.all([known.find(number), known.find(second)]);
    expect(first).toMatchObject({ tenant: { id: tenantId } });
    expect((first as typeof atHouse).agent).toBe((other as typeof atHouse).agent);
  });

  test('leaves what the database does not know to the house', async () => {
    expect(await directory().find('+15550001111')).toBe('unknown-number');
    expect(await directory({ house: () => atHouse }).find('+15550001111')).toBe(atHouse);
    expect(await directory().find('')).toBe(atHouse);
  });

  test('does not let the house answer for a tenant that is closed', async () => {
    const { tenantId, number } = await tenantWithNumber();
    await one('update tenants set closed_at = now() where id = $1 returning id', [tenantId]);
    expect(await directory({ house: () => atHouse }).find(number)).toBe('closed');
  });

  test('refuses, and reports, a tenant that a restored backup brought here', async () => {
    const { tenantId, number } = await tenantWithNumber();
    await database.query('alter table tenants disable trigger residency');
    await database.query("update tenants set data_residency = 'US' where id = $1", [tenantId]);
    await database.query('alter table tenants enable trigger residency');
    const breaches: string[] = [];
    const known = directory({ house: () => atHouse, onBreach: (id) => breaches.push(id) });
    expect(await known.find(number)).toBe('residency');
    expect(await known.find(number)).toBe('residency');
    expect(breaches).toEqual([tenantId, tenantId]);
  });

  test('says which agent cannot be used', async () => {
    const { agentId, number } = await tenantWithNumber({ name: 'without a prompt' });
    const problems: unknown[] = [];
    expect(await directory({ onProblem: (problem) => problems.push(problem) }).find(number)).toBe('broken-agent');
    expect(problems).toMatchObject([{ agentId }]);
  });

  test('answers nobody from the database of another cell', async () => {
    const { number } = await tenantWithNumber();
    const foreign = directory({ house: () => atHouse, isForeign: () => true });
    expect(await foreign.find(number)).toBe('residency');
    expect(await foreign.find('')).toBe('residency');
  });

  test('takes what it is asked for a number, and nothing else', async () => {
    await tenantWithNumber();
    for (const number of ["' or true; --", '%', '+49%', '\0', 'x'.repeat(10_000)])
      expect(await directory().find(number)).toBe('unknown-number');
  });

  test('goes on answering while the database is down, and learns of changes when it is back', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const { tenantId, number } = await tenantWithNumber();
    let isDown = false;
    const query: Queryable['query'] = (text, values) =>
      isDown ? Promise.reject(new Error('down')) : database.query(text, values);
    const problems: unknown[] = [];
    const known = directory({ database: { query }, onProblem: (problem) => problems.push(problem) });
    expect(await known.find(number)).toMatchObject({ tenant: { id: tenantId } });
    isDown = true;
    vi.advanceTimersByTime(FRESH_MS * 1_000);
    expect(await known.find(number)).toMatchObject({ tenant: { id: tenantId } });
    await vi.waitUntil(() => problems.length > 0);
    isDown = false;
    await one('update tenants set closed_at = now() where id = $1 returning id', [tenantId]);
    await known.find(number);
    await vi.waitUntil(async () => (await known.find(number)) === 'closed');
  });
});

test('a first caller waits only so long for a database that does not answer', async () => {
  vi.useFakeTimers();
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const known = new Directory({ database: { query: () => new Promise(() => {}) }, house: () => atHouse });
  const found = known.find('+15550001111');
  await vi.advanceTimersByTimeAsync(LONGEST_WAIT_MS);
  expect(await found).toBe(atHouse);
});

test('callers who dial at random do not fill the memory, nor ask twice at once', async () => {
  let asked = 0;
  const query = async () => {
    asked += 1;
    return [];
  };
  const known = new Directory({ database: { query }, house: () => undefined });
  await Promise.all(Array.from({ length: 100 }, () => known.find('+15550001111')));
  expect(asked).toBe(1);
  for (let nth = 0; nth < 60_000; nth++) await known.find(`+1555${nth}`);
  await known.find(`+1555${59_999}`);
  expect(asked).toBe(60_001);
  await known.find('+15550001111');
  expect(asked).toBe(60_002);
});
