/** Versions of agents. One is never changed once made, so that a conversation can be read beside what answered it. */
import type { Queryable } from './database.ts';
import type { IdPage } from './tenants.ts';

export interface AgentVersion {
  /** UUID of this version. */
  readonly id: string;
  readonly name: string;
  readonly version: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** How many phone numbers it answers. */
  readonly numbers: number;
}

export interface AgentDefinition extends AgentVersion {
  readonly definition: Readonly<Record<string, unknown>>;
}

export interface AgentSummary {
  readonly name: string;
  readonly versions: number;
  /** The one that was made last. */
  readonly latest: Pick<AgentVersion, 'id' | 'version' | 'createdAt'>;
}

interface Row {
  id: string;
  name: string;
  version: string;
  created_at: Date;
  numbers: number;
  definition: Record<string, unknown>;
}

const COLUMNS = `id, name, version, created_at,
  (select count(*)::integer from phone_numbers where agent_id = agents.id) as numbers`;

/** Undefined when this name has this version already. */
export async function insertAgent(
  transaction: Queryable,
  agent: { readonly tenantId: string; readonly name: string; readonly version: string; readonly definition: object },
): Promise<AgentVersion | undefined> {
  const { tenantId, name, version, definition } = agent;
  const [row] = await transaction.query<Row>(
    `insert into agents (tenant_id, name, version, definition) values ($1, $2, $3, $4)
     on conflict (tenant_id, name, version) do nothing returning id, name, version, created_at, 0 as numbers`,
    [tenantId, name, version, JSON.stringify(definition)],
  );
  return row && toVersion(row);
}

/** Whether a version was made of exactly this definition. */
export async function isSameDefinition(transaction: Queryable, id: string, definition: object): Promise<boolean> {
  const [row] = await transaction.query<{ same: boolean }>('select definition = $2 as same from agents where id = $1', [
    id,
    JSON.stringify(definition),
  ]);
  return row?.same ?? false;
}

/** In the order of their names. @param page `after` is a name. */
export async function listAgents(transaction: Queryable, { limit, after }: IdPage): Promise<AgentSummary[]> {
  const rows = await transaction.query<Row & { versions: number }>(
    `select distinct on (name) id, name, version, created_at, count(*) over (partition by name)::integer as versions
     from agents where $2::text is null or name > $2
     order by name, created_at desc, id desc limit $1`,
    [limit, after ?? null],
  );
  return rows.map(({ id, name, version, created_at, versions }) => ({
    name,
    versions,
    latest: { id, version, createdAt: created_at.toISOString() },
  }));
}

export async function listVersions(
  transaction: Queryable,
  name: string,
  { limit, after }: IdPage,
): Promise<AgentVersion[]> {
  const rows = await transaction.query<Row>(
    `select ${COLUMNS} from agents where name = $3 and ($2::uuid is null or id > $2) order by id limit $1`,
    [limit, after ?? null, name],
  );
  return rows.map(toVersion);
}

export async function findVersion(
  transaction: Queryable,
  name: string,
  version: string,
): Promise<AgentDefinition | undefined> {
  const [row] = await transaction.query<Row>(
    `select ${COLUMNS}, definition from agents where name = $1 and version = $2`,
    [name, version],
  );
  return row && toDefinition(row);
}

export async function latestVersion(transaction: Queryable, name: string): Promise<AgentDefinition | undefined> {
  const [row] = await transaction.query<Row>(
    `select ${COLUMNS}, definition from agents where name = $1 order by created_at desc, id desc limit 1`,
    [name],
  );
  return row && toDefinition(row);
}

export async function findAgent(transaction: Queryable, id: string): Promise<AgentDefinition | undefined> {
  const [row] = await transaction.query<Row>(`select ${COLUMNS}, definition from agents where id = $1`, [id]);
  return row && toDefinition(row);
}

function toVersion({ id, name, version, created_at, numbers }: Row): AgentVersion {
  return { id, name, version, createdAt: created_at.toISOString(), numbers };
}

function toDefinition(row: Row): AgentDefinition {
  return { ...toVersion(row), definition: row.definition };
}
