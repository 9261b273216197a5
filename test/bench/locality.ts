/** How long the check of one cell's template takes: in a process that has just started, and once it is warm. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { publicCell } from '../lib/cells.ts';
import { cellTemplate } from '../lib/locality/cell-template.ts';

const COLD_RUNS = 9;
const template = cellTemplate(publicCell);
const folder = mkdtempSync(join(tmpdir(), 'voicecell-locality-'));
try {
  const file = join(folder, 'template.json');
  writeFileSync(file, template);
  const probe = fileURLToPath(new URL('./locality-probe.ts', import.meta.url));
  const runs = Array.from({ length: COLD_RUNS }, (): { coldMs: number; warmMs: number; cpuMs: number } =>
    JSON.parse(
      execFileSync(process.execPath, ['--import', 'tsx', probe, file, publicCell.region], { encoding: 'utf8' }),
    ),
  );
  const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!.toFixed(1);
  console.log(
    `template: ${(template.length / 1024).toFixed(0)} KiB, ${Object.keys(JSON.parse(template).Resources).length} resources`,
  );
  console.log(`cold (first check of a process): ${median(runs.map(({ coldMs }) => coldMs))} ms`);
  console.log(`warm (median of 200):            ${median(runs.map(({ warmMs }) => warmMs))} ms`);
  console.log(`warm, processor time:            ${median(runs.map(({ cpuMs }) => cpuMs))} ms`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
