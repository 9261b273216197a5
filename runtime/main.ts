/** The process on one page: configure → open → serve → drain → close. */
import { JOB_NAMES, JOBS, type JobName } from '../regions/jobs.ts';
import { AgentFilesError, loadAgents } from './agents/store.ts';
import { type Config, ConfigError, checkNumbers, readConfig } from './config.ts';
import { runJob } from './jobs/run.ts';
import { createLogger } from './logger.ts';
import { openRuntime } from './open.ts';
import { UnavailableProviderError } from './providers/index.ts';
import { untilAskedToStop } from './signals.ts';
import { describeVariables } from './variables.ts';

/** Of the time between SIGTERM and SIGKILL, what closing may take: the last events are written. */
const CLOSING_MS = 8_000;

/** What was asked makes no sense; anything else is a fault. */
const REFUSALS = [ConfigError, AgentFilesError, UnavailableProviderError];

const USAGE = `voicecell: one cell of voice agents. It is configured by its environment:

${describeVariables()}
With the name of a job it takes no calls, does that job and ends:

${JOB_NAMES.map((name) => `  ${name.padEnd(14)}${JOBS[name].what}\n`).join('')}
Exit status: 0 it was asked to stop, or the job is done; 1 it broke, or the job left something undone; 2 the environment or an
agent's definition makes no sense.
`;

async function main(args: readonly string[]): Promise<number> {
  const [job] = args;
  if (args.length > 1 || (job !== undefined && !isJob(job))) {
    process.stdout.write(USAGE);
    return args.includes('--help') ? 0 : 2;
  }
  const config = readConfig(process.env);
  if (job !== undefined) return runJobAlone(job, config);
  const { cell } = config;
  const agents = await loadAgents(config.agentsFolder);
  checkNumbers(config.numbers, agents);

  const logger = createLogger({ level: config.logLevel, region: cell.region });
  const writeMetrics = (line: string) => process.stdout.write(`${line}\n`);
  const runtime = await openRuntime(config, { agents, logger, writeMetrics });
  const doors = { twilio: config.twilio !== undefined, phone: config.phone !== undefined };
  logger.info({ port: runtime.port, agents: agents.all.map(({ name }) => name), ...doors }, 'taking calls');

  const { why, exitCode } = await untilAskedToStop(logger);
  logger.info({ why }, 'stopping');
  await runtime.drain(cell.drain.stopTimeoutMs - CLOSING_MS);
  await runtime.close();
  logger.info('closed');
  await new Promise((resolve) => logger.flush(resolve));
  return exitCode;
}

async function runJobAlone(name: JobName, config: Config): Promise<number> {
  const logger = createLogger({ level: config.logLevel, region: config.cell.region });
  const stop = new AbortController();
  void untilAskedToStop(logger).then(() => stop.abort());
  const writeMetrics = (line: string) => process.stdout.write(`${line}\n`);
  const exitCode = await runJob(name, config, { logger, writeMetrics, signal: stop.signal });
  await new Promise((resolve) => logger.flush(resolve));
  return exitCode;
}

const isJob = (name: string): name is JobName => (JOB_NAMES as readonly string[]).includes(name);

/** No call has been taken yet, so that no message can hold anything of one. */
function explain(error: unknown): number {
  const refused = REFUSALS.some((type) => error instanceof type);
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${message}\n${refused ? 'Every variable is explained by --help.\n' : ''}`);
  return refused ? 2 : 1;
}

// Whatever may still be open, everything that matters has been closed.
process.exit(await main(process.argv.slice(2)).catch(explain));
