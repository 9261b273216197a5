/** Cells for tests that run side by side, each with its own cell, all of a region with one embedded database. */
import { afterAll, type TestContext } from 'vitest';
import type { Cell } from '../../../regions/cell.ts';
import usEast1 from '../../../regions/cells/us-east-1.ts';
import type { LocalCellOptions } from '../../../runtime/local/cell.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../runtime/local/postgres.ts';
import { startTestCell, type TestCell } from '../../support/local-cell.ts';
import { type AgentChanges, demoAgentWith } from './agents.ts';

export interface CellOptions extends Partial<Omit<LocalCellOptions, 'agents'>> {
  /** What is different from the demo agent, besides that it says hello and nothing more. */
  readonly agent?: AgentChanges;
}

export type CellFor = (test: TestContext, options?: CellOptions) => Promise<TestCell>;

/** To be called where tests are collected; a database starts with its first cell, and stops when the suite is over. */
export function cellsWithOneDatabase(): CellFor {
  const databases = new Map<string, Promise<EmbeddedPostgres>>();
  afterAll(async () => {
    for (const database of databases.values()) await (await database).close();
  });
  const databaseOf = ({ region }: Cell) => {
    const database = databases.get(region) ?? startEmbeddedPostgres();
    databases.set(region, database);
    return database;
  };
  return async ({ onTestFinished }, { agent, ...options } = {}) => {
    const agents = await demoAgentWith({ greeting: 'Hello.', ...agent }, onTestFinished);
    const databaseUrl = options.databaseUrl ?? (await databaseOf(options.cell ?? usEast1)).url;
    const cell = await startTestCell({ ...options, agents, databaseUrl }, onTestFinished);
    await Promise.all([cell.ready, cell.prepared]);
    return cell;
  };
}
