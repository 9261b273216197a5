import { type Command, InvalidArgumentError } from 'commander';
import type { Assumptions, CostEstimate, CostLine } from '../../regions/cost.ts';
import { numberFrom } from '../arguments.ts';
import { type Output, outputOf, writeJson } from '../command-line.ts';
import { columns } from '../terminal.ts';

interface CostOptions {
  readonly calls: number;
  readonly minutes: number;
  readonly assume: readonly [name: string, value: number][];
  readonly json?: boolean;
}

export default function register(program: Command): void {
  program
    .command('cost')
    .summary('what a cell costs a month and a call, from dated prices')
    .description('Prices a month of calls. Unknown prices are named, never counted as zero.')
    .argument('<cell>', 'a region with a cell of ours, or a file that describes one')
    .requiredOption('--calls <n>', 'calls a month', numberFrom(1))
    .requiredOption('--minutes <m>', 'length of a call in minutes', numberFrom(0.01))
    .option('--assume <name=value>', 'change an assumption; may be repeated', collectAssumption, [])
    .option('--json', 'the estimate as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  voicecell cost REGION --calls 100000 --minutes 3\n' +
        '  voicecell cost REGION --calls 100000 --minutes 3 --assume turnsPerMinute=6 --assume recordedShare=0',
    )
    .action(async (which: string, options: CostOptions, command: Command) => {
      const { cellFrom } = await import('../cell-argument.ts');
      const { estimateCost } = await import('../../regions/cost.ts');
      const assumed = await knownAssumptions(options.assume);
      const volume = { calls: options.calls, minutesPerCall: options.minutes };
      const estimate = estimateCost(await cellFrom(which), volume, assumed);
      if (options.json) return writeJson(command, estimate);
      outputOf(command).write(await renderEstimate(estimate, outputOf(command)));
    });
}

function collectAssumption(text: string, before: CostOptions['assume']): CostOptions['assume'] {
  const [name, value, ...rest] = text.split('=');
  if (!name || value === undefined || rest.length > 0)
    throw new InvalidArgumentError(`expected name=value, such as turnsPerMinute=5; found "${text}".`);
  return [...before, [name, numberFrom(0)(value)]];
}

async function knownAssumptions(assumed: CostOptions['assume']): Promise<Partial<Assumptions>> {
  const { DEFAULT_ASSUMPTIONS } = await import('../../regions/cost.ts');
  const { likely } = await import('../../regions/spelling.ts');
  const { CommandFailure } = await import('../command-line.ts');
  const known = Object.keys(DEFAULT_ASSUMPTIONS);
  for (const [name] of assumed) {
    if (known.includes(name)) continue;
    const [meant] = likely(name, known, 1);
    const question = meant ? `did you mean ${meant}? ` : '';
    throw new CommandFailure(`unknown assumption "${name}"; ${question}All of them: ${known.join(', ')}`, 2);
  }
  return Object.fromEntries(assumed);
}

export async function renderEstimate(estimate: CostEstimate, { paint }: Pick<Output, 'paint'>): Promise<string> {
  const { TARGET_USD_PER_CALL } = await import('../../regions/cost.ts');
  const { calls, minutesPerCall, lines, unknown, monthlyUsd, perCallUsd } = estimate;
  const groups = [...new Set(lines.map(({ group }) => group))];
  const share = (usd: number) => `${((100 * usd) / monthlyUsd).toFixed(1)} %`;
  const rows = groups.flatMap((group) => {
    const members = lines.filter((line) => line.group === group);
    const usd = sum(members);
    return [
      [paint.bold(group), '', '', paint.bold(money(usd)), paint.bold(perCall(usd / calls)), paint.bold(share(usd)), ''],
      ...members.map((line) => [
        `  ${line.what}`,
        `${amount(line.quantity)} ${line.unit}`,
        line.unitUsd === undefined ? paint.red('price unknown') : `× $${line.unitUsd}`,
        line.monthlyUsd === undefined ? paint.red('?') : money(line.monthlyUsd),
        line.monthlyUsd === undefined ? paint.red('?') : perCall(line.monthlyUsd / calls),
        '',
        line.standIn ? paint.yellow(`price of ${line.standIn}`) : '',
      ]),
    ];
  });
  const atLeast = unknown.length > 0 ? 'at least ' : '';
  const verdict = estimate.overTarget
    ? paint.red(`✗ not below the target of $${TARGET_USD_PER_CALL.toFixed(2)} a call`)
    : unknown.length > 0
      ? paint.yellow(`– below the target of $${TARGET_USD_PER_CALL.toFixed(2)} a call so far as prices are known`)
      : paint.green(`✓ below the target of $${TARGET_USD_PER_CALL.toFixed(2)} a call`);
  return [
    `${paint.bold(estimate.region)}  ${amount(calls)} calls of ${minutesPerCall} min a month`,
    '',
    columns([['', 'quantity', 'unit price', 'a month', 'a call', 'share', ''].map(paint.dim), ...rows], {
      right: [1, 2, 3, 4, 5],
    }),
    '',
    `${paint.bold(`${atLeast}${money(monthlyUsd)} a month, ${atLeast}${perCall(perCallUsd)} a call`)}   ${verdict}`,
    ...notes(estimate, paint),
  ].join('\n');
}

function notes({ lines, unknown, assumptions, tasks, maxTasks }: CostEstimate, paint: Output['paint']): string[] {
  const standIns = lines.filter(({ standIn }) => standIn);
  const dates = lines.flatMap(({ source }) => (source ? [source.asOf] : [])).sort();
  return [
    ...(tasks > maxTasks
      ? [
          `${paint.red(`the peak needs ${tasks} tasks, capacity.maxTasks is ${maxTasks}:`)} ` +
            `the cell would refuse calls; raise maxTasks to ${tasks} (priced here), or callsPerTask`,
        ]
      : []),
    ...(unknown.length > 0
      ? [`${paint.red('unknown prices, not in the total:')} ${unknown.map(({ what }) => what).join(', ')}`]
      : []),
    ...(standIns.length > 0
      ? [
          paint.yellow(
            `${standIns.length} prices of another region stand in; other regions usually cost 0 to 20 % more`,
          ),
        ]
      : []),
    '',
    paint.dim(
      `Assumed (change with --assume): ${Object.entries(assumptions)
        .map(([name, value]) => `${name}=${value}`)
        .join(' ')}`,
    ),
    paint.dim(
      `List prices of ${dates[0]} to ${dates.at(-1)}, without taxes, free tiers and discounts; each with its source in --json`,
    ),
  ];
}

function sum(lines: readonly CostLine[]): number {
  return lines.reduce((total, line) => total + (line.monthlyUsd ?? 0), 0);
}

function money(usd: number): string {
  return `$${usd.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}

function perCall(usd: number): string {
  return `$${usd.toFixed(4)}`;
}

function amount(quantity: number): string {
  return quantity.toLocaleString('en-US', { maximumFractionDigits: quantity < 100 ? 2 : 0 });
}
