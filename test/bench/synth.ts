/**
 * How long `cdk synth` takes for all cells, beside two apps of the same library with the same flags and the same
 * validator: one with a single bucket, and one with the resources of the cells and nothing else of ours. Alternating
 * runs, medians: `npx tsx test/bench/synth.ts [RUNS]`
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const runs = Number(process.argv[2] ?? 5);
const out = mkdtempSync(join(tmpdir(), 'voicecell-bench-'));

const APPS = {
  'one bucket': 'node --import tsx test/bench/one-bucket-app.ts',
  'plain stacks': 'node --import tsx test/bench/plain-app.ts',
  'all cells': 'node --import tsx bin/app.ts',
};
type AppName = keyof typeof APPS;
const names = Object.keys(APPS) as AppName[];

interface Timing {
  readonly wallMs: number;
  /** Of the command line and of the app it starts: what is left of the wall on a machine that has nothing else to do. */
  readonly cpuMs: number;
}

/** bash's own clock sees the CPU time of the processes it waited for; Node's does not. */
function synth(name: AppName): Timing {
  const command = ['node_modules/.bin/cdk', 'synth', '-q', '--app', APPS[name], '--output', join(out, name)];
  const timed = `TIMEFORMAT='%R %U %S'; { time ${command.map((word) => `'${word}'`).join(' ')} >/dev/null 2>&1; } 2>&1`;
  rmSync(join(out, name), { recursive: true, force: true });
  const text = execFileSync('bash', ['-c', timed], { cwd: ROOT, encoding: 'utf8' });
  const [wall, user, system] = text.trim().split(' ').map(Number);
  return { wallMs: wall! * 1000, cpuMs: (user! + system!) * 1000 };
}

const resourcesOf = (name: AppName): number =>
  readdirSync(join(out, name))
    .filter((file) => file.endsWith('.template.json'))
    .reduce(
      (count, file) => count + Object.keys(JSON.parse(readFileSync(join(out, name, file), 'utf8')).Resources).length,
      0,
    );

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;
const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`.padStart(8);

const timings: Record<AppName, Timing[]> = { 'one bucket': [], 'plain stacks': [], 'all cells': [] };
for (let run = 0; run < runs; run++) for (const name of names) timings[name].push(synth(name));

const wallMs = (name: AppName): number => median(timings[name].map((timing) => timing.wallMs));
const cpuMs = (name: AppName): number => median(timings[name].map((timing) => timing.cpuMs));
console.log(`cdk synth, ${runs} runs each, medians`);
for (const name of names)
  console.log(
    `  ${name.padEnd(12)} ${String(resourcesOf(name)).padStart(4)} resources  wall ${seconds(wallMs(name))}  CPU ${seconds(cpuMs(name))}`,
  );
for (const name of names.slice(0, -1))
  console.log(
    `  all cells ÷ ${name}: wall ${(wallMs('all cells') / wallMs(name)).toFixed(2)}, CPU ${(cpuMs('all cells') / cpuMs(name)).toFixed(2)}`,
  );
rmSync(out, { recursive: true, force: true });
