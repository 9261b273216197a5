import { Argument, type Command } from 'commander';
import type { Explanation } from '../../regions/explain.ts';
import { CommandFailure, type Output, outputOf, writeJson } from '../command-line.ts';
import { columns } from '../terminal.ts';

export default function register(program: Command): void {
  program
    .command('explain')
    .summary('what works in a region, what does not, and the nearest that qualify')
    .description('Says what a cell would find in a region, each answer with its source and date.')
    .addArgument(new Argument('[region]', 'the code of a region; --list has them all'))
    .option('--list', 'one line for every region on record')
    .option('--json', 'the same as JSON')
    .addHelpText('after', '\nExamples:\n  voicecell explain REGION\n  voicecell explain --list')
    .action(async (code: string | undefined, options: { list?: boolean; json?: boolean }, command: Command) => {
      const { explainRegion } = await import('../../regions/explain.ts');
      const { allRegions } = await import('../../regions/facts.ts');
      if (options.list) {
        const all = allRegions().map((region) => explainRegion(region));
        if (options.json) return writeJson(command, all);
        return outputOf(command).write(renderList(all, outputOf(command)));
      }
      if (code === undefined) throw new CommandFailure('expected a region, or --list; found neither', 2);
      const { knownRegion } = await import('../known-region.ts');
      const explanation = explainRegion(knownRegion(code));
      if (options.json) return writeJson(command, explanation);
      outputOf(command).write(renderExplanation(explanation, outputOf(command)));
    });
}

const OPT_IN = { true: 'has to be enabled in the account', false: 'enabled in every account' } as const;

export function renderExplanation(explanation: Explanation, { paint, width }: Pick<Output, 'paint' | 'width'>): string {
  const { region, capabilities, residency, profileOnlyModels, nearest } = explanation;
  const sources = [...new Set(capabilities.flatMap((capability) => capability.sources))];
  const blockers = capabilities.filter(({ required, works }) => required && !works);
  const verdict = explanation.qualifies
    ? paint.green('A cell of AWS services alone can run here.')
    : paint.red(`No cell of AWS services alone can run here: ${blockers.map(({ name }) => name).join(', ')}.`);
  const mark = (works: boolean, required: boolean) =>
    works ? paint.green('✓') : required ? paint.red('✗') : paint.yellow('–');
  const lines = [
    `${paint.bold(region.code)}  ${region.name}  ${paint.dim(`${region.country} · ${region.partition} · ${OPT_IN[`${region.optIn}`]}`)}`,
    verdict,
    '',
    columns(
      capabilities.map(({ name, works, required, detail, sources: own }) => [
        mark(works, required),
        name,
        paint.dim(own.map((source) => sources.indexOf(source) + 1).join(',')),
        detail,
      ]),
      { width, right: [2] },
    ),
    '',
    paint.bold('Data that may be held here'),
    columns(
      residency.map(({ code, basis }) => [code, basis ? `on a named basis: ${basis}` : 'at home']),
      { width },
    ),
  ];
  if (profileOnlyModels.length > 0)
    lines.push(
      '',
      paint.bold('Models behind inference profiles only, which a cell never uses'),
      columns(
        profileOnlyModels.map(({ id, destinations }) => [
          id,
          Object.entries(destinations)
            .map(
              ([prefix, regions]) =>
                `${prefix}→ ${regions.length > 8 ? `${regions.length} regions` : regions.join(' ')}`,
            )
            .join(', '),
        ]),
        { width },
      ),
    );
  lines.push(
    '',
    paint.bold(explanation.qualifies ? 'Nearest others that qualify' : 'Nearest regions that qualify'),
    nearest.length > 0
      ? columns(
          nearest.map(({ code, place, jurisdiction, distanceKm }) => [code, place, jurisdiction, `${distanceKm} km`]),
          { right: [3] },
        )
      : '  none in this partition',
    '',
    paint.dim('Sources'),
    columns(
      sources.map(({ title, asOf, confidence }, index) => [String(index + 1), asOf, confidence, title].map(paint.dim)),
      { width, right: [0] },
    ),
  );
  return lines.join('\n');
}

function renderList(all: readonly Explanation[], { paint }: Pick<Output, 'paint'>): string {
  return columns(
    all.map(({ region, qualifies, capabilities }) => [
      qualifies ? paint.green('✓') : paint.red('✗'),
      region.code,
      region.name,
      region.jurisdiction,
      capabilities
        .filter(({ required, works }) => required && !works)
        .map(({ name }) => name.toLowerCase())
        .join(', ') || paint.dim('everything a cell needs'),
    ]),
    { indent: 0 },
  );
}
