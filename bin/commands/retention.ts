import { type Command, InvalidArgumentError } from 'commander';
import type { Policy, Wish } from '../../runtime/compliance/retention/policies.ts';
import type { ClassReport, RetentionReport } from '../../runtime/compliance/retention/run.ts';
import { adminOf } from '../../runtime/data/scope.ts';
import type { ObjectStore } from '../../runtime/objects/store.ts';
import { administer, administrationOptions, storeOptions } from '../administration.ts';
import { uuidOf } from '../arguments.ts';
import { CommandFailure, findingsReported, type Output, outputOf, writeJson } from '../command-line.ts';
import { columns } from '../terminal.ts';

interface RunOptions {
  readonly dryRun?: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
  readonly recordings?: string;
  readonly exports?: string;
}

/** Longer than any batch takes, and long enough to count everything once. */
const STATEMENT_TIMEOUT_MS = 120_000;

export default function register(program: Command): void {
  const retention = program.command('retention').summary('how long what is kept, and deleting what is past its time');

  storeOptions(administrationOptions(retention.command('run'), 'what is past its time is deleted'))
    .summary('deletes what is past its time, in every tenant')
    .description(
      'What the scheduled job does in a cell, by hand. It may be cut off anywhere and run again. It deletes nothing when\n' +
        "the database's clock and this machine's disagree, or when it looks as if time had leapt.",
    )
    .option('--dry-run', 'count what would be deleted, and delete nothing')
    .option('--force', 'delete although it is more than half of everything after a long break')
    .option('--json', 'what was deleted, as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  voicecell retention run --dry-run\n  voicecell retention run --recordings ./recordings',
    )
    .action(runJob);

  administrationOptions(retention.command('policy'), 'the tenant wants it so')
    .summary('how long a tenant keeps what')
    .description('Shows it, or changes it from the next run on. What is already gone does not come back.')
    .requiredOption('--tenant <id>', 'whose', uuidOf)
    .option('--set <class=days>', 'as often as you like; class=default for what everybody gets', wishes, [])
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  voicecell retention policy --tenant ID\n  voicecell retention policy --tenant ID --set transcripts=30 --set recordings=7',
    )
    .action(policy);
}

async function runJob(options: RunOptions, command: Command): Promise<void> {
  const { runRetention } = await import('../../runtime/compliance/retention/run.ts');
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  const out = outputOf(command);
  try {
    const report = await administer(
      command,
      async ({ database, actor, ...stores }) => {
        const ifNamed = (what: 'recordings' | 'exports'): ObjectStore | undefined =>
          options[what] === undefined ? undefined : stores[what]();
        return runRetention({
          database,
          actor,
          recordings: ifNamed('recordings'),
          exports: ifNamed('exports'),
          isDryRun: options.dryRun,
          isForced: options.force,
          signal: stop.signal,
          onDone: (done) => !options.json && out.write(row(done, options)),
        }).catch(refused);
      },
      { statementTimeoutMs: STATEMENT_TIMEOUT_MS },
    );
    if (options.json) writeJson(command, report);
    else out.write(summary(report, out));
    if (report.problems.length > 0 || !report.isComplete) throw findingsReported();
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

function refused(error: Error): never {
  throw error.name === 'RetentionRefusedError' ? new CommandFailure(`nothing was deleted: ${error.message}`) : error;
}

function row({ tenantId = 'the cell', dataClass, count, days }: ClassReport, { dryRun }: RunOptions): string {
  const after = days === undefined ? '' : `, kept ${days} days`;
  return `${tenantId}  ${dataClass}: ${count} ${dryRun ? 'past their time' : 'deleted'}${after}`;
}

function summary({ deleted, problems, isDryRun, isComplete }: RetentionReport, { paint }: Output): string {
  const total = deleted.reduce((sum, { count }) => sum + count, 0);
  const done = isDryRun ? `${total} would be deleted` : `${total} deleted`;
  return [
    ...problems.map((problem) => `${paint.red('✗')} ${problem}`),
    isComplete ? done : `${done} before it was told to end: run it again`,
  ].join('\n');
}

async function policy(
  options: { readonly tenant: string; readonly set: readonly Wish[]; readonly json?: boolean },
  command: Command,
): Promise<void> {
  const { getPolicies, setPolicies } = await import('../../runtime/compliance/retention/policies.ts');
  const { tenant: tenantId, set } = options;
  const policies = await administer(command, ({ database, actor }) =>
    database
      .within(adminOf(tenantId), (transaction) =>
        set.length > 0 ? setPolicies(transaction, actor, tenantId, set) : getPolicies(transaction, tenantId),
      )
      .catch((error: Error) => {
        throw error.name === 'PolicyError' ? new CommandFailure(error.message, 2) : error;
      }),
  );
  if (policies.length === 0)
    throw new CommandFailure(`there is no tenant ${tenantId} in this cell: expected the id of one`);
  if (options.json) writeJson(command, policies);
  else outputOf(command).write(await renderPolicies(policies));
}

async function renderPolicies(policies: readonly Policy[]): Promise<string> {
  const { DATA_CLASSES } = await import('../../runtime/compliance/retention/classes.ts');
  return columns(
    policies.map(({ dataClass, days, changedAt }) => [
      dataClass,
      `${days} days`,
      changedAt ? `since ${changedAt.slice(0, 10)}` : 'as everybody',
      DATA_CLASSES[dataClass].what,
    ]),
    { indent: 0, right: [1] },
  );
}

function wishes(text: string, before: readonly Wish[]): readonly Wish[] {
  const [, dataClass, days] = /^([a-z]+)=(\d{1,5}|default)$/.exec(text) ?? [];
  if (dataClass === undefined) throw new InvalidArgumentError(`expected class=days or class=default; found "${text}".`);
  return [...before, { dataClass, days: days === 'default' ? undefined : Number(days) }];
}
