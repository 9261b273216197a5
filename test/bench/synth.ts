/**
 * How long `cdk synth` takes for all cells, beside a stack with one bucket made by the same library, the same flags and
 * the same validator. Alternating runs, medians: `npx tsx test/bench/synth.ts [RUNS]`
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cells } from '../../regions/cells/index.ts';

const ROOT = join(import.meta.dirname, '../..');
const runs = Number(process.argv[2] ?? 5);
const out = mkdtempSync(join(tmpdir(), 'voicecell-bench-'));

interface Timing {
  readonly wallMs: number;
  /** Of the command line and of the app it starts: what is left of the wall on a machine that has nothing else to do. */
  readonly cpuMs: number;
}

/** bash's own clock sees the CPU time of the processes it waited for; Node's does not. */
function synth(...args: readonly string[]): Timing {
  const command = ['node_modules/.bin/cdk', 'synth', '-q', '--output', join(out, 'cdk.out'), ...args];
  const timed = `TIMEFORMAT='%R %U %S'; { time ${command.map((word) => `'${word}'`).join(' ')} >/dev/null 2>&1; } 2>&1`;
  const text = execFileSync('bash', ['-c', timed], { cwd: ROOT, encoding: 'utf8' });
  const [wall, user, system] = text.trim().split(' ').map(Number);
  rmSync(join(out, 'cdk.out'), { recursive: true, force: true });
  return { wallMs: wall! * 1000, cpuMs: (user! + system!) * 1000 };
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;
const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`.padStart(8);

const bare: Timing[] = [];
const ours: Timing[] = [];
for (let run = 0; run < runs; run++) {
  bare.push(synth('--app', 'node --import tsx test/bench/bare-app.ts'));
  ours.push(synth());
}
rmSync(out, { recursive: true, force: true });

console.log(`${runs} runs each, ${cells.length} cells`);
for (const [name, of] of [
  ['wall', ({ wallMs }: Timing) => wallMs],
  ['CPU', ({ cpuMs }: Timing) => cpuMs],
] as const) {
  const [theirs, mine] = [median(bare.map(of)), median(ours.map(of))];
  console.log(
    `${name.padEnd(5)} bare ${seconds(theirs)}   all cells ${seconds(mine)}   ratio ${(mine / theirs).toFixed(2)}`,
  );
}
