/** Numbers of several tenants in one cell: each is answered by its own agent, and by none where the law says so. */
import pg from 'pg';
import { expect, it, vi } from 'vitest';
import usEast1 from '../../../regions/cells/us-east-1.ts';
import { LIVE_ONLY } from '../../../runtime/call/events.ts';
import { clientConfig } from '../../../runtime/data/database.ts';
import { run } from '../../bin/run.ts';
import { eventsOfType, type TestCell } from '../../support/local-cell.ts';
import type { CellFor } from '../support/cell.ts';
import { dialRaw } from '../support/line.ts';
import { expectAsPlanned } from '../support/log.ts';

const PATIENCE = { timeout: 30_000, interval: 50 };
const STEPS = [{ says: 'Wait.' }, { hangsUp: 'politely' as const }];

export function tenants(cellFor: CellFor): void {
  it.concurrent('by the agent that the number has, and keeps each conversation with its tenant', async (test) => {
    const cell = await cellFor(test);
    const [dentist, florist] = [await addTenant(cell, '+14155551001'), await addTenant(cell, '+14155551002')];
    const calls = [dentist, florist].map(({ number }) => cell.call({ steps: STEPS, to: number }));
    const [first, second] = (await Promise.all(calls)).map(expectAsPlanned);
    expect(first![0]).toMatchObject({ type: 'call-started', tenantId: dentist.id, agent: 'agent-of-14155551001' });
    expect(second![0]).toMatchObject({ type: 'call-started', tenantId: florist.id, agent: 'agent-of-14155551002' });
    // The same person, whom neither can recognize by what the other knows.
    const [caller, otherwise] = eventsOfType([...first!, ...second!], 'call-started').map(({ caller: hash }) => hash);
    expect(caller).toMatch(/^[0-9a-f]{64}$/);
    expect(caller).not.toBe(otherwise);
  });

  it.concurrent('as somebody with a key says over HTTP, from the next call on', async (test) => {
    const cell = await cellFor(test);
    await cell.ready;
    const made = await run('key', 'create', '--role', 'operator', '--json', '--database', cell.databaseUrl);
    const ask = askWith(cell, JSON.parse(made.out).key);
    const { id } = await ask('POST', '/v1/tenants', { name: 'Florist', dataResidency: 'US' });
    const definition = { name: 'florist', version: '1', prompt: 'Be brief.', greeting: 'Hello.' };
    const { agent } = await ask('POST', `/v1/tenants/${id}/agents`, { definition });
    const number = '+14155551004';
    await ask('POST', `/v1/tenants/${id}/numbers`, { number, agentId: agent.id });

    const first = expectAsPlanned(await cell.call({ steps: STEPS, to: number }));
    expect(first[0]).toMatchObject({ tenantId: id, agent: 'florist', agentVersion: '1' });
    await ask('POST', `/v1/tenants/${id}/agents`, { definition: { ...definition, version: '2' } });
    const second = expectAsPlanned(await cell.call({ steps: STEPS, to: number }));
    expect(second[0]).toMatchObject({ tenantId: id, agentVersion: '2' });

    await vi.waitFor(async () => {
      const { items } = await ask('GET', `/v1/tenants/${id}/conversations`);
      expect(items).toMatchObject([{ ended: {} }, { ended: {} }]);
    }, PATIENCE);
    const { items } = await ask('GET', `/v1/tenants/${id}/conversations/${second[0]?.conversationId}/events`);
    expect(items.map(({ type }: { type: string }) => type)).toEqual(
      second.filter(({ type }) => !LIVE_ONLY.has(type)).map(({ type }) => type),
    );
  });

  it.concurrent('not at all, and says why, when a restored backup brought a tenant of another place', async (test) => {
    const cell = await cellFor(test);
    const { id, number } = await addTenant(cell, '+14155551003');
    await inDatabase(cell, async (client) => {
      await client.query("begin; set local session_replication_role = 'replica'");
      await client.query("update tenants set data_residency = 'CN' where id = $1", [id]);
      await client.query('commit');
    });
    await expect(dialRaw(cell, number)).rejects.toThrow('must not be answered from this region');
  });

  it.concurrent('not at all with the database of another cell', async (test) => {
    const cell = await cellFor(test);
    const elsewhere = { ...usEast1, region: 'us-west-2', availabilityZones: ['us-west-2a', 'us-west-2b'] };
    const stranger = await cellFor(test, { cell: elsewhere, databaseUrl: cell.databaseUrl });
    await stranger.ready;
    await expect(dialRaw(stranger)).rejects.toThrow('must not be answered from this region');
    (await dialRaw(cell)).socket.close();
  });
}

function askWith({ url }: TestCell, key: string) {
  // biome-ignore lint/suspicious/noExplicitAny: what is in it, the test says
  return async (method: string, path: string, body?: object): Promise<any> => {
    const headers = { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) };
    const response = await fetch(new URL(path, url), { method, headers, body: body && JSON.stringify(body) });
    const answer = await response.json();
    if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
    return answer;
  };
}

/** A tenant with one number, which an agent of its own answers. */
async function addTenant(cell: TestCell, number: string): Promise<{ id: string; number: string }> {
  return inDatabase(cell, async (client) => {
    const one = async (text: string, values: unknown[]) =>
      (await client.query<{ id: string }>(text, values)).rows[0]!.id;
    const id = await one(
      "insert into tenants (name, region, data_residency) values ('a tenant', $1, 'US') returning id",
      [usEast1.region],
    );
    const name = `agent-of-${number.slice(1)}`;
    const definition = { name, version: '1', prompt: 'Be brief.', greeting: 'Hello.' };
    const agent = await one(
      "insert into agents (tenant_id, name, version, definition) values ($1, $2, '1', $3) returning id",
      [id, name, JSON.stringify(definition)],
    );
    await one('insert into phone_numbers (tenant_id, number, region, agent_id) values ($1, $2, $3, $4) returning id', [
      id,
      number,
      usEast1.region,
      agent,
    ]);
    return { id, number };
  });
}

async function inDatabase<T>({ databaseUrl }: TestCell, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(clientConfig({ url: databaseUrl, applicationName: 'test' }));
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
