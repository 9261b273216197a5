/** A database made ready for a cell, with the cell's house as its first tenant. */
import euCentral1 from '../../regions/cells/eu-central-1.ts';
import { claimCell } from '../../runtime/data/cell.ts';
import type { DatabaseConnection } from '../../runtime/data/database.ts';
import { migrate } from '../../runtime/data/migrate.ts';
import { houseOf } from '../../runtime/tenants/house.ts';

export const testCell = euCentral1;
export const house = houseOf(testCell);

/** May be called as often as one likes. */
export async function prepareDatabase(connection: DatabaseConnection): Promise<void> {
  await migrate(connection);
  await claimCell(connection, testCell);
}
