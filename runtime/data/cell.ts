/** Which cell a database is, and whether everything in it may be there. */
import pg from 'pg';
import type { Cell } from '../../regions/cell.ts';
import { regionFacts } from '../../regions/facts.ts';
import { houseOf } from '../tenants/house.ts';
import { clientConfig, type DatabaseConnection, type Queryable } from './database.ts';

/** The database belongs to another cell, or to one that may not hold what is in it. */
export class ForeignDatabaseError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ForeignDatabaseError';
  }
}

/**
 * Takes the database for this cell, on a connection of the schema's owner. The first process writes the cell's row; every
 * later one is checked against it. Throws {@link ForeignDatabaseError}.
 */
export async function claimCell(connection: DatabaseConnection, cell: Cell): Promise<void> {
  const { region, jurisdiction, residency } = placeOfCell(cell);
  const values = [region, jurisdiction, residency, houseOf(cell).id];
  await asOwner(connection, (client) => client.query('select claim_cell($1, $2, $3, $4)', values)).catch((error) => {
    if (error instanceof pg.DatabaseError && error.constraint === 'cell_region')
      throw new ForeignDatabaseError(`${error.message}. ${error.hint}`);
    throw error;
  });
}

/** Asked before anything is changed in a database, its schema included. Throws {@link ForeignDatabaseError}. */
export async function refuseForeign(connection: DatabaseConnection, { region }: Pick<Cell, 'region'>): Promise<void> {
  await asOwner(connection, async (client) => {
    const { rows } = await client.query<{ exists: boolean }>("select to_regclass('cell') is not null as exists");
    if (!rows[0]?.exists) return;
    const cell = await readCell({ query: async (text) => (await client.query(text)).rows });
    if (cell && cell.region !== region)
      throw new ForeignDatabaseError(`this database is the cell of ${cell.region}, expected ${region}`);
  });
}

async function asOwner(connection: DatabaseConnection, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client(clientConfig(connection));
  // A connection that breaks also fails the query under way, which is where it is dealt with.
  client.on('error', () => {});
  try {
    await client.connect();
    await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}

/** What a database says of the cell it belongs to. */
export interface KnownCell {
  /** UUID. */
  readonly id: string;
  readonly region: string;
  readonly jurisdiction: string;
  /** Jurisdictions whose personal data may be in it. */
  readonly residency: readonly string[];
}

/** The same of a cell's own value. */
export function placeOfCell({ region, residency }: Pick<Cell, 'region' | 'residency'>): Omit<KnownCell, 'id'> {
  return { region, jurisdiction: regionFacts(region)?.jurisdiction ?? residency[0]!, residency };
}

/** Undefined until the cell's first process has started. */
export async function readCell(database: Queryable): Promise<KnownCell | undefined> {
  const [cell] = await database.query<KnownCell>('select id, region, jurisdiction, residency from cell');
  return cell;
}

/** Tenants of the cell whose calls are taken. */
export async function openTenants(database: Queryable): Promise<number> {
  const [row] = await database.query<{ open_tenants: number }>('select open_tenants()');
  return row?.open_tenants ?? 0;
}

export interface ResidencyBreach {
  readonly tenantId: string;
  readonly breach: string;
}

/** Tenants whose data may not be here. A cell refuses to take any; a restored backup may bring some all the same. */
export async function residencyBreaches(database: Queryable): Promise<ResidencyBreach[]> {
  const rows = await database.query<{ tenant_id: string; breach: string }>('select * from residency_breaches()');
  return rows.map(({ tenant_id: tenantId, breach }) => ({ tenantId, breach }));
}
