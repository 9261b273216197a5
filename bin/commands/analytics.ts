import type { Command } from 'commander';
import type { AnalyticsReport, TenantExport } from '../../runtime/analytics/export.ts';
import { administer, administrationOptions, inTenant, storeOptions, tenantOption } from '../administration.ts';
import { uuidOf } from '../arguments.ts';
import { CommandFailure, findingsReported, type Output, outputOf, writeJson } from '../command-line.ts';

interface ExportOptions {
  readonly day?: string;
  readonly tenant?: string;
  readonly agents?: string;
  readonly json?: boolean;
}

const STATEMENT_TIMEOUT_MS = 120_000;

export default function register(program: Command): void {
  const analytics = program.command('analytics').summary('what can be learnt from calls without knowing of whom');

  storeOptions(administrationOptions(analytics.command('export'), 'a day is exported for analytics'))
    .summary('writes a day as newline-delimited JSON: numbers, and redacted turns')
    .description(
      'What the scheduled job does in a cell, by hand. Groups of fewer than five people are told together with others or\n' +
        'not at all; whoever opted out is in none. The same day again takes the place of what was written before.',
    )
    .option('--day <YYYY-MM-DD>', 'a day of UTC that is over; without it, the last one')
    .option('--tenant <id>', 'one tenant only', uuidOf)
    .option('--agents <folder>', 'agents that are not in the database: their languages are needed to redact')
    .option('--json', 'what was written, as JSON')
    .addHelpText('after', '\nExample:\n  voicecell analytics export --day 2026-11-24 --exports ./exports')
    .action(exportDay);

  tenantOption(administrationOptions(analytics.command('turns'), 'the tenant wants it so'))
    .summary('whether redacted turns of a tenant are among the analytics')
    .option('--on', 'from now on they are, as they are at first')
    .option('--off', 'from now on they are not')
    .addHelpText('after', '\nExample:\n  voicecell analytics turns --tenant ID --off')
    .action(turns);
}

async function exportDay(options: ExportOptions, command: Command): Promise<void> {
  const [{ exportAnalytics }, { checkDay, dayBefore }, agents] = await Promise.all([
    import('../../runtime/analytics/export.ts'),
    import('../../runtime/analytics/day.ts'),
    agentsOf(options.agents),
  ]);
  const day = await Promise.resolve()
    .then(() => checkDay(options.day ?? dayBefore(Date.now()), Date.now()))
    .catch((error: Error) => {
      throw new CommandFailure(error.message, 2);
    });
  const out = outputOf(command);
  const report = await administer(
    command,
    ({ database, actor, exports }) =>
      exportAnalytics({
        database,
        actor,
        day,
        exports: exports(),
        tenantId: options.tenant,
        languageOf: (name) => agents?.get(name)?.language,
        onDone: (done) => !options.json && out.write(row(done)),
      }),
    { statementTimeoutMs: STATEMENT_TIMEOUT_MS },
  );
  if (options.json) writeJson(command, report);
  else out.write(summary(report, out));
  if (report.problems.length > 0) throw findingsReported();
}

async function agentsOf(folder: string | undefined) {
  if (folder === undefined) return undefined;
  const { loadAgents } = await import('../../runtime/agents/store.ts');
  return loadAgents(folder).catch((error: Error) => {
    throw new CommandFailure(error.message, 2);
  });
}

function row({ tenantId, aggregates, turns }: TenantExport): string {
  const spoken = turns === undefined ? 'no turns, as it wants' : many(turns, 'turn');
  return `${tenantId}  ${many(aggregates, 'row')} of numbers, ${spoken}`;
}

const many = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

function summary({ day, tenants, problems }: AnalyticsReport, { paint }: Output): string {
  return [
    ...problems.map((problem) => `${paint.red('✗')} ${problem}`),
    `${day}: ${many(tenants.length, 'tenant')} written`,
  ].join('\n');
}

async function turns(
  { tenant, on, off }: { readonly tenant: string; readonly on?: boolean; readonly off?: boolean },
  command: Command,
): Promise<void> {
  if (on && off) throw new CommandFailure('found both --on and --off, expected one of them, or neither to look', 2);
  const { chooseTurns, wantsTurns } = await import('../../runtime/analytics/choice.ts');
  const wanted = await administer(command, (administration) =>
    inTenant(administration, tenant, async (transaction) => {
      if (on || off) await chooseTurns(transaction, administration.actor, tenant, Boolean(on));
      return wantsTurns(transaction, tenant);
    }),
  );
  outputOf(command).write(wanted ? 'redacted turns are written' : 'no turns are written, numbers only');
}
