/** Phone numbers, and which version of which agent answers them. */
import type { Queryable } from './database.ts';
import type { IdPage } from './tenants.ts';

export interface PhoneNumber {
  /** UUID: what speaks of a number, in a path or a log, does so by this. */
  readonly id: string;
  /** E.164. */
  readonly number: string;
  readonly region: string;
  /** The version of an agent that answers. */
  readonly agentId: string;
  readonly agent: string;
  readonly agentVersion: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
}

interface Row {
  id: string;
  number: string;
  region: string;
  agent_id: string;
  agent: string;
  agent_version: string;
  created_at: Date;
}

const SELECT = `
  select phone_numbers.*, agents.name as agent, agents.version as agent_version
  from phone_numbers join agents on agents.id = agent_id`;

/** Undefined when the number is somebody's already, in whatever tenant. */
export async function insertNumber(
  transaction: Queryable,
  row: { readonly tenantId: string; readonly number: string; readonly region: string; readonly agentId: string },
): Promise<PhoneNumber | undefined> {
  const { tenantId, number, region, agentId } = row;
  const [inserted] = await transaction.query<{ id: string }>(
    `insert into phone_numbers (tenant_id, number, region, agent_id) values ($1, $2, $3, $4)
     on conflict (number) do nothing returning id`,
    [tenantId, number, region, agentId],
  );
  return inserted && findNumber(transaction, inserted.id);
}

export async function listNumbers(transaction: Queryable, { limit, after }: IdPage): Promise<PhoneNumber[]> {
  const rows = await transaction.query<Row>(
    `${SELECT} where $2::uuid is null or phone_numbers.id > $2 order by phone_numbers.id limit $1`,
    [limit, after ?? null],
  );
  return rows.map(toNumber);
}

/** All of them, E.164. */
export async function numbersOfTenant(transaction: Queryable, tenantId: string): Promise<string[]> {
  const rows = await transaction.query<{ number: string }>('select number from phone_numbers where tenant_id = $1', [
    tenantId,
  ]);
  return rows.map(({ number }) => number);
}

export async function findNumber(transaction: Queryable, id: string): Promise<PhoneNumber | undefined> {
  const [row] = await transaction.query<Row>(`${SELECT} where phone_numbers.id = $1`, [id]);
  return row && toNumber(row);
}

/** By the number itself, E.164. */
export async function lookUpNumber(transaction: Queryable, number: string): Promise<PhoneNumber | undefined> {
  const [row] = await transaction.query<Row>(`${SELECT} where number = $1`, [number]);
  return row && toNumber(row);
}

/** Calls that come from now on are answered by another version. */
export async function pointNumber(transaction: Queryable, id: string, agentId: string): Promise<void> {
  await transaction.query('update phone_numbers set agent_id = $2 where id = $1', [id, agentId]);
}

/** Points every number that any version of an agent answers at one of them; returns those that moved. */
export async function pointNumbersOf(transaction: Queryable, agent: string, agentId: string): Promise<string[]> {
  const rows = await transaction.query<{ number: string }>(
    `update phone_numbers set agent_id = $2 from agents
     where agents.id = phone_numbers.agent_id and agents.name = $1 and phone_numbers.agent_id <> $2 returning number`,
    [agent, agentId],
  );
  return rows.map(({ number }) => number);
}

/** False when there was none. */
export async function deleteNumber(transaction: Queryable, id: string): Promise<boolean> {
  return (await transaction.query('delete from phone_numbers where id = $1 returning id', [id])).length > 0;
}

function toNumber({ id, number, region, agent_id, agent, agent_version, created_at }: Row): PhoneNumber {
  return {
    id,
    number,
    region,
    agentId: agent_id,
    agent,
    agentVersion: agent_version,
    createdAt: created_at.toISOString(),
  };
}
