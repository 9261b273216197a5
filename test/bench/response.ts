/**
 * How long a caller waits for an answer, and where the time goes: the demo scenarios, placed together and repeatedly over
 * real sockets and the real SDK, with the speech services emulated at their published latencies.
 *
 *   npm run bench:response [-- --calls 12] [--json]
 */
import { parseArgs } from 'node:util';
import { columns } from '../../bin/terminal.ts';
import usEast1 from '../../regions/cells/us-east-1.ts';
import type { CallEvent } from '../../runtime/call/events.ts';
import { STAGES, type Stage, stages } from '../../runtime/call/waterfall.ts';
import { readScenario } from '../../runtime/local/caller/scenario.ts';
import { startLocalCell } from '../../runtime/local/cell.ts';
import { placeDemoCall } from '../../runtime/local/demo/call.ts';
import { DEMO_SCENARIOS, demoScenario } from '../../runtime/local/demo/files.ts';
import { machine } from './machine.ts';
import { percentile } from './percentile.ts';

/** Waiting for the recognizer's final: its published median, then the model and the synthesizer. */
const WAITING_FOR_FINAL_MS = { p50: 1136 + 350 + 100, p95: 1527 + 350 + 100 };
const TARGET_MS = { p50: 700, p95: 900 };
/** Callers do not all dial at once; the emulated account has Polly's default quota of 8 requests a second. */
const APART_MS = 2_500;

type AgentTurn = Extract<CallEvent, { type: 'agent-turn' }>;

const { values } = parseArgs({ options: { calls: { type: 'string', default: '12' }, json: { type: 'boolean' } } });
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
const calls = Number(values.calls);
const events: CallEvent[] = [];
const cell = await startLocalCell({
  cell: usEast1,
  port: 0,
  logLevel: 'error',
  onEvent: (event) => events.push(event),
});

await Promise.all([cell.ready, cell.prepared]);

const failures: string[] = [];
const gaps: number[] = [];
await Promise.all(
  Array.from({ length: calls }, async (_, index) => {
    await new Promise((resolve) => setTimeout(resolve, index * APART_MS));
    const name = DEMO_SCENARIOS[index % DEMO_SCENARIOS.length]!;
    const call = await placeDemoCall(cell, await readScenario(demoScenario(name)), () => events);
    failures.push(...call.failures.map((failure) => `${name}: ${failure}`));
    gaps.push(...call.record.gaps.flatMap(({ gapMs }) => (gapMs === undefined ? [] : [gapMs])));
    process.stderr.write(`\r${gaps.length} answers`);
  }),
);
await cell.close();
process.stderr.write('\r');

const turns = events.filter((event): event is AgentTurn => event.type === 'agent-turn' && event.kind === 'reply');
const spoken = turns.filter(({ waterfall }) => waterfall.firstAudioMs !== undefined && waterfall.textMs !== undefined);
const series: [string, number[]][] = [
  ['response gap: first sound of the answer', spoken.flatMap(({ waterfall }) => waterfall.firstAudioMs ?? [])],
  ["first of the model's own words", spoken.flatMap(({ waterfall }) => waterfall.firstWordsMs ?? [])],
  ['as the caller hears it, from his last sound', gaps],
  ...STAGES.map((stage: Stage): [string, number[]] => [
    `  ${stage}`,
    spoken.flatMap(({ waterfall }) => stages(waterfall).get(stage) ?? []),
  ]),
];
const bets = events.filter((event) => event.type === 'speculation');
const hits = bets.filter((bet) => bet.outcome === 'hit').length;
const wasted = bets.reduce((sum, bet) => sum + bet.wastedTokens, 0);
const table = series.map(([name, ms]) => ({ name, n: ms.length, ...summary(ms) }));
const [gap] = table;

if (values.json) console.log(JSON.stringify({ calls, table, hits, bets: bets.length, wasted, failures }, null, 2));
else {
  console.log(
    `${calls} calls, ${spoken.length} answers; services emulated at their published latencies; ms; ${machine()}\n`,
  );
  const rows = table.map(({ name, n, p50, p95, p99 }) => [name, n, p50, p95, p99].map(String));
  console.log(columns([['', 'n', 'p50', 'p95', 'p99'], ...rows], { right: [1, 2, 3, 4] }));
  console.log(`\nprepared answers: ${hits} of ${bets.length} were right, ${wasted} tokens thrown away`);
  const ratio = (WAITING_FOR_FINAL_MS.p50 / gap!.p50).toFixed(1);
  console.log(
    `waiting for the recognizer's final would take ${WAITING_FOR_FINAL_MS.p50} ms at p50: ${ratio} × as long`,
  );
  const met = gap!.p50 <= TARGET_MS.p50 && gap!.p95 <= TARGET_MS.p95;
  console.log(`target p50 ≤ ${TARGET_MS.p50}, p95 ≤ ${TARGET_MS.p95}: ${met ? 'met' : 'MISSED'}`);
  for (const failure of failures) console.log(`✗ ${failure}`);
}
process.exit(failures.length > 0 ? 1 : 0);

function summary(ms: number[]) {
  const at = (part: number) => Math.round(percentile(ms, part));
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}
