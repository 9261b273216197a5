import type { Command } from 'commander';
import type { Inspection } from '../../lib/locality/check.ts';
import type { ExamineOptions } from '../../lib/locality/examine.ts';
import type { Exemptions } from '../../lib/locality/exemptions.ts';
import type { Finding } from '../../lib/locality/finding.ts';
import { CommandFailure, findingsReported, type Output, outputOf, writeJson } from '../command-line.ts';
import { columns } from '../terminal.ts';

interface CheckCommandOptions {
  readonly region?: string;
  readonly host: readonly string[];
  readonly exemptions?: string;
  readonly json?: boolean;
}

/** What was looked at, what was found, and what could not be read. */
interface Checked {
  readonly inspections: readonly Inspection[];
  readonly findings: readonly Finding[];
  readonly unreadable: readonly string[];
}

export default function register(program: Command): void {
  program
    .command('check')
    .summary('prove that nothing in a template leaves its region')
    .description(
      'Checks CloudFormation templates, ours or not, JSON or YAML, and directories that `cdk synth` wrote.\n' +
        'A template the CDK wrote knows its region; for any other, name it.',
    )
    .argument('[template...]', 'templates or directories', ['cdk.out'])
    .option('--region <region>', 'the home of the templates; of a directory, only the stacks of this region')
    .option('--host <host>', 'a host outside AWS that may be named; may be repeated', collect, [])
    .option('--exemptions <file>', 'what is let pass, as JSON: rule, resource, property, value, reason, expires')
    .option('--json', 'the findings as JSON')
    .addHelpText('after', '\nExamples:\n  voicecell check\n  voicecell check stack.yaml --region REGION')
    .action(async (paths: readonly string[], options: CheckCommandOptions, command: Command) => {
      const { renderFindings } = await import('../../lib/locality/finding.ts');
      const checked = await checkAll(paths, options);
      if (options.json) writeJson(command, jsonOf(checked));
      else if (checked.inspections.length > 0)
        outputOf(command).write(report(checked, renderFindings(checked.findings), outputOf(command)));
      if (checked.unreadable.length > 0) throw new CommandFailure(checked.unreadable.join('\nerror: '), 2);
      if (checked.findings.length > 0) throw findingsReported();
    });
}

async function checkAll(paths: readonly string[], options: CheckCommandOptions): Promise<Checked> {
  const { examine } = await import('../../lib/locality/examine.ts');
  const { TemplateError } = await import('../../lib/locality/bounds.ts');
  const { knownRegion } = await import('../known-region.ts');
  if (options.region !== undefined) knownRegion(options.region);
  const exempted = await exemptionsFrom(options.exemptions);
  const examination: ExamineOptions = { region: options.region, exempted, hostsOf: await permittedHosts(options.host) };
  const inspections: Inspection[] = [];
  const unreadable: string[] = [];
  for (const path of paths)
    try {
      inspections.push(...examine(path, examination));
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      unreadable.push(error.message);
    }
  const findings = [...inspections.flatMap((inspection) => inspection.findings), ...exempted.findings()];
  return { inspections, findings, unreadable };
}

/** Our own cells may name their own hosts in their own regions. */
async function permittedHosts(hosts: readonly string[]): Promise<(region: string) => readonly string[]> {
  const { cells } = await import('../../regions/cells/index.ts');
  const { ownHosts } = await import('../../lib/locality/own-hosts.ts');
  return (region) => [...hosts, ...cells.filter((cell) => cell.region === region).flatMap(ownHosts)];
}

async function exemptionsFrom(file: string | undefined): Promise<Exemptions> {
  const { Exemptions } = await import('../../lib/locality/exemptions.ts');
  const { readText } = await import('../../lib/locality/files.ts');
  const today = new Date().toISOString().slice(0, 10);
  if (file === undefined) return new Exemptions([], today);
  try {
    return new Exemptions(JSON.parse(readText(file)), today);
  } catch (error) {
    const problem = error instanceof SyntaxError ? 'this is not JSON, expected a list of exemptions' : String(error);
    throw new CommandFailure(`${file}: ${problem.replace(/^\w*Error: /, '')}`, 2);
  }
}

function jsonOf({ inspections, findings, unreadable }: Checked): object {
  const checked = inspections.map(({ templatePath, region, resources, values, opaque }) => ({
    templatePath,
    region,
    resources,
    values,
    opaque,
  }));
  return { checked, findings, unreadable };
}

function report({ inspections, findings }: Checked, details: string, { paint, width }: Output): string {
  const rows = inspections.map(({ templatePath, region, resources, values, opaque, findings: own }) => [
    own.length === 0 ? paint.green('✓') : paint.red('✗'),
    templatePath,
    region,
    paint.dim(`${count(resources, 'resource')}, ${count(values, 'value')}, ${opaque} of them known only when deployed`),
  ]);
  const looked = columns(rows, { indent: 0, width });
  if (findings.length > 0)
    return `${looked}\n\n${count(findings.length, 'finding')}${tally(findings, width)}\n\n${details}`;
  return `${looked}\n\nNothing found that leaves its region.`;
}

/** More findings than this are counted by rule before they are told one by one. */
const FINDINGS_AT_A_GLANCE = 20;

/** Which rule found how many, most first; empty when the findings can be seen at a glance. */
function tally(findings: readonly Finding[], width: Output['width']): string {
  if (findings.length <= FINDINGS_AT_A_GLANCE) return '';
  const counts = new Map<string, number>();
  for (const { rule } of findings) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  const rows = [...counts].sort(([, a], [, b]) => b - a).map(([rule, number]) => [String(number), rule]);
  return `\n\n${columns(rows, { indent: 2, width, right: [0] })}`;
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;

const collect = (host: string, all: readonly string[]): string[] => [...all, host];
