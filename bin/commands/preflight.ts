import type { Command } from 'commander';
import type { Check } from '../../regions/preflight.ts';
import { numberFrom } from '../arguments.ts';
import { CommandFailure, findingsReported, type Output, outputOf, writeJson } from '../command-line.ts';
import type { Identity } from '../preflight/ask.ts';
import { columns } from '../terminal.ts';

export default function register(program: Command): void {
  program
    .command('preflight')
    .summary('ask the live account what the registry claims to know')
    .description(
      'Asks the account of your AWS credentials about services, models, voices, quotas and the AI opt-out policy, and\n' +
        'reports where it differs from the registry. Reads only. With a cell in the region, its needs are checked too.',
    )
    .argument('<region>', 'the code of a region; voicecell explain --list has them all')
    .option('--timeout <ms>', 'how long each service may take to answer', numberFrom(1), 10_000)
    .option('--json', 'the checks as JSON')
    .addHelpText('after', '\nExample:\n  AWS_PROFILE=production voicecell preflight REGION')
    .action(async (code: string, options: { timeout: number; json?: boolean }, command: Command) => {
      const { knownRegion } = await import('../known-region.ts');
      const region = knownRegion(code);
      const { askAccount, askIdentity } = await import('../preflight/ask.ts');
      const { comparePreflight } = await import('../../regions/preflight.ts');
      const { cellIn } = await import('../../regions/cells/index.ts');
      const ask = { timeoutMs: options.timeout };
      const identity = await askIdentity(region, ask);
      if ('kind' in identity)
        throw new CommandFailure(`${identity.why}: ${identity.mend}`, identity.kind === 'no-credentials' ? 2 : 1);
      const cell = cellIn(code);
      const checks = comparePreflight(region, cell, await askAccount(region, ask));
      if (options.json) writeJson(command, { region: code, account: identity, cell: cell !== undefined, checks });
      else outputOf(command).write(renderChecks(code, identity, checks, outputOf(command)));
      if (checks.some(({ status }) => status === 'differs' || status === 'unanswered')) throw findingsReported();
    });
}

export function renderChecks(
  region: string,
  { account, arn }: Identity,
  checks: readonly Check[],
  { paint, width }: Pick<Output, 'paint' | 'width'>,
): string {
  const marks: Record<Check['status'], string> = {
    same: paint.green('✓'),
    differs: paint.red('✗'),
    note: paint.yellow('–'),
    unanswered: paint.yellow('?'),
  };
  const rows = checks.flatMap(({ topic, status, detail, fix }) => [
    [marks[status], topic, detail],
    ...(fix ? [['', '', paint.dim(`→ ${fix}`)]] : []),
  ]);
  const count = (status: Check['status']) => checks.filter((check) => check.status === status).length;
  return [
    `${paint.bold(region)}  ${paint.dim(`asked of account ${account} as ${arn}`)}`,
    '',
    columns(rows, { width }),
    '',
    `${count('differs')} differ, ${count('unanswered')} unanswered, ${count('note')} to know, ${count('same')} as on record`,
  ].join('\n');
}
