import type { Command } from 'commander';
import type { Cell } from '../../regions/cell.ts';
import type { Finding } from '../../regions/finding.ts';
import { findingsReported, outputOf, writeJson } from '../command-line.ts';

export default function register(program: Command): void {
  program
    .command('validate')
    .summary('every blocker of a cell at once, with its nearest fix')
    .description('Holds a cell against the registry. Without an argument, every cell in regions/cells.')
    .argument('[cell]', 'a region with a cell of ours, or a file: JSON, or a module with the cell as default export')
    .option('--json', 'the findings as JSON')
    .addHelpText('after', '\nExamples:\n  voicecell validate\n  voicecell validate ./my-cell.json')
    .action(async (which: string | undefined, options: { json?: boolean }, command: Command) => {
      const { validateCell, regionsHolding } = await import('../../regions/validate.ts');
      const { renderFindings } = await import('../../regions/finding.ts');
      const judged = (await cellsToJudge(which)).map((cell) => ({ cell, findings: validateCell(cell) }));
      const { write, paint } = outputOf(command);
      if (options.json)
        writeJson(
          command,
          judged.map(({ cell, findings }) => ({ region: cell.region, findings })),
        );
      else
        for (const { cell, findings } of judged) {
          if (findings.length === 0) {
            write(`${paint.green('✓')} ${paint.bold(cell.region)}  no blockers`);
            continue;
          }
          write(`${paint.red('✗')} ${paint.bold(cell.region)}  ${count(findings)}\n`);
          write(renderFindings(findings, { path: paint.bold, rule: paint.dim, label: paint.dim }));
          const holding = regionsHolding(cell).map(({ code }) => code);
          if (holding.length > 0)
            write(`\n  the same cell, with zones of theirs, has no blocker in ${holding.join(', ')}`);
        }
      if (judged.some(({ findings }) => findings.length > 0)) throw findingsReported();
    });
}

function count(findings: readonly Finding[]): string {
  return findings.length === 1 ? '1 blocker' : `${findings.length} blockers`;
}

async function cellsToJudge(which: string | undefined): Promise<readonly Cell[]> {
  const { cells } = await import('../../regions/cells/index.ts');
  if (which === undefined) return cells;
  const { cellFrom } = await import('../cell-argument.ts');
  return [await cellFrom(which)];
}
