/** A job of the cell, run once in a process of its own: same image, same environment, no calls. */
import type { JobName } from '../../regions/jobs.ts';
import { loadAgents } from '../agents/store.ts';
import { checkDay, dayBefore, dayOf } from '../analytics/day.ts';
import { exportAnalytics } from '../analytics/export.ts';
import { runRetention } from '../compliance/retention/run.ts';
import { type Config, ConfigError } from '../config.ts';
import { ForeignDatabaseError, readCell } from '../data/cell.ts';
import { type Database, openDatabase } from '../data/database.ts';
import { loginAs } from '../data/login.ts';
import { type Logger, safeError } from '../logger.ts';
import { openObjectStore } from '../objects/open.ts';
import type { ObjectStore } from '../objects/store.ts';
import { Metrics } from '../observability/metrics.ts';
import { guardRegion } from '../observability/region-guard.ts';
import { anchorAudit } from './anchor.ts';

export interface JobParts {
  readonly logger: Logger;
  /** Takes the lines of the metrics, without their ends. */
  readonly writeMetrics: (line: string) => void;
  /** Ends the job after the step under way. */
  readonly signal: AbortSignal;
}

interface Job extends JobParts {
  readonly config: Config;
  readonly database: Database;
  readonly recordings: ObjectStore | undefined;
  readonly exports: ObjectStore | undefined;
}

/** Longer than any step of a job, however large the cell is. */
const STATEMENT_TIMEOUT_MS = 120_000;

/** Answers what could not be done; what keeps the whole job from being done is thrown. */
const RUN: Readonly<Record<JobName, (job: Job) => Promise<readonly string[]>>> = {
  async retention({ database, recordings, exports, logger, signal }) {
    const { problems, isComplete } = await runRetention({
      database,
      recordings,
      exports,
      actor: { id: 'job:retention', reason: 'what is past its time is deleted every day' },
      signal,
      onDone: (done) => logger.info({ ...done }, 'deleted what was past its time'),
    });
    return isComplete ? problems : [...problems, 'it was told to end before everything was looked at'];
  },

  async analytics({ config, database, exports, logger, signal }) {
    const agents = await loadAgents(config.agentsFolder);
    const { problems } = await exportAnalytics({
      database,
      exports: needed(exports),
      actor: { id: 'job:analytics', reason: 'the day before is exported every day' },
      day: checkDay(dayBefore(Date.now()), Date.now()),
      languageOf: (name) => agents.get(name)?.language,
      signal,
      onDone: (done) => logger.info({ ...done }, 'exported a day of a tenant'),
    });
    return problems;
  },

  async 'audit-anchor'({ config, database, exports, logger }) {
    const where = { region: config.cell.region, day: dayOf(Date.now()) };
    const { head, entries, problems } = await anchorAudit(database, needed(exports), where);
    logger.info({ entries, position: head.position, hash: head.hash }, 'looked at the audit trail');
    return problems.map(({ problem, position }) => `the audit trail: ${problem} at entry ${position}`);
  },
};

/** The process's exit status: 0 when everything was done, else 1. Throws {@link ConfigError}. */
export async function runJob(name: JobName, config: Config, parts: JobParts): Promise<0 | 1> {
  const { cell } = config;
  if (name !== 'retention') needed(config.exports);
  const logger = parts.logger.child({ job: name });
  const guard = guardRegion(cell, {
    allow: [config.database.url],
    onRefused: (refusal) => logger.error({ ...refusal }, 'a connection out of the region was refused'),
  });
  const database = openDatabase({
    ...loginAs('voicecell_admin', config.database, cell.region),
    maxConnections: 1,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
  const open = (address: Config['exports']) => address && openObjectStore(address, { region: cell.region });
  const recordings = open(config.recordings);
  const exports = open(config.exports);
  const problems: string[] = [];
  try {
    await refuseOthers(database, cell.region);
    problems.push(...(await RUN[name]({ ...parts, logger, config, database, recordings, exports })));
    for (const problem of problems) logger.error({ problem }, 'something could not be done');
  } catch (error) {
    problems.push('the job broke');
    const why = error instanceof Error && TELLABLE.has(error.name) ? { why: error.message } : {};
    logger.error({ ...safeError(error), ...why }, 'the job broke');
  } finally {
    recordings?.close();
    exports?.close();
    await database.close();
    guard.remove();
  }
  const metrics = new Metrics({ region: cell.region, write: parts.writeMetrics });
  metrics.add('JobsFailed', problems.length > 0 ? 1 : 0);
  metrics.flush();
  logger.info({ failed: problems.length > 0 }, 'job over');
  return problems.length > 0 ? 1 : 0;
}

/** Errors of ours whose message holds nothing of a call. */
const TELLABLE: ReadonlySet<string> = new Set([
  'RetentionRefusedError',
  'ForeignDatabaseError',
  'ObjectsNotDeletedError',
]);

async function refuseOthers(database: Database, region: string): Promise<void> {
  const found = await readCell(database);
  if (found?.region !== region)
    throw new ForeignDatabaseError(
      found
        ? `this database is the cell of ${found.region}, expected ${region}`
        : 'this database belongs to no cell yet: start the cell first',
    );
}

function needed<T>(exports: T | undefined): T {
  if (exports !== undefined) return exports;
  throw new ConfigError([
    'VOICECELL_EXPORTS: found nothing, expected where to write: a folder, or s3://BUCKET or s3://BUCKET/PREFIX',
  ]);
}
