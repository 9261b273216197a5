/** Cells for tests that run side by side, each with its own cell, all with one embedded database. */
import { afterAll, type TestContext } from 'vitest';
import type { LocalCellOptions } from '../../../runtime/local/cell.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../runtime/local/postgres.ts';
import { startTestCell, type TestCell } from '../../support/local-cell.ts';
import { type AgentChanges, demoAgentWith } from './agents.ts';

export interface CellOptions extends Partial<Omit<LocalCellOptions, 'agents' | 'databaseUrl'>> {
  /** What is different from the demo agent, besides that it says hello and nothing more. */
  readonly agent?: AgentChanges;
}

export type CellFor = (test: TestContext, options?: CellOptions) => Promise<TestCell>;

/** To be called where tests are collected; the database starts with the first cell, and stops when the suite is over. */
export function cellsWithOneDatabase(): CellFor {
  let database: Promise<EmbeddedPostgres> | undefined;
  afterAll(async () => (await database)?.close());
  return async ({ onTestFinished }, { agent, ...options } = {}) => {
    database ??= startEmbeddedPostgres();
    const agents = await demoAgentWith({ greeting: 'Hello.', ...agent }, onTestFinished);
    const cell = await startTestCell({ ...options, agents, databaseUrl: (await database).url }, onTestFinished);
    await cell.prepared;
    return cell;
  };
}
