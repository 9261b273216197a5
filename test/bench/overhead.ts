/**
 * What the runtime itself adds to a turn, with 50 calls at once: from the moment an answer can be asked for to the
 * request, and from the first speech byte to the first frame sent. Answers behind a filler are left out, and the agent
 * has no openers here, so that nothing stands in their way. The simulated callers and the emulated services share this
 * process, and so its delays: a cell alone adds less.
 *
 *   npm run bench:overhead [-- --calls 50]
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parse, stringify } from 'yaml';
import { columns } from '../../bin/terminal.ts';
import usEast1 from '../../regions/cells/us-east-1.ts';
import type { CallEvent, Waterfall } from '../../runtime/call/events.ts';
import { defaultTurnDetection } from '../../runtime/call/turn-detector.ts';
import { stages } from '../../runtime/call/waterfall.ts';
import { readScenario } from '../../runtime/local/caller/scenario.ts';
import { startLocalCell } from '../../runtime/local/cell.ts';
import { placeDemoCall } from '../../runtime/local/demo/call.ts';
import { DEMO_AGENTS, demoScenario } from '../../runtime/local/demo/files.ts';
import { machine } from './machine.ts';
import { percentile } from './percentile.ts';

const TARGET_P99_MS = 10;
/** Everybody dials within this time. */
const ARRIVAL_MS = 10_000;
/** The engine with the widest quota, so that waiting for it is not taken for the runtime's own time. */
const CELL = { ...usEast1, textToSpeech: { ...usEast1.textToSpeech, engine: 'standard' } } as const;
const UNLIMITED = { perSecond: 10_000, burst: 10_000, concurrent: 10_000 };

const { values } = parseArgs({ options: { calls: { type: 'string', default: '50' } } });
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
const calls = Number(values.calls);
const agents = await mkdtemp(join(tmpdir(), 'voicecell-bench-'));
const agent = parse(await readFile(join(DEMO_AGENTS, 'dental.agent.yaml'), 'utf8'));
await writeFile(join(agents, 'dental.agent.yaml'), stringify({ ...agent, openers: { question: [], statement: [] } }));
const events: CallEvent[] = [];
const cell = await startLocalCell({
  cell: CELL,
  port: 0,
  logLevel: 'error',
  agents,
  speech: { limits: { transcribe: { concurrentStreams: 1_000 }, polly: { standard: UNLIMITED } } },
  onEvent: (event) => events.push(event),
});
await Promise.all([cell.ready, cell.prepared]);
const scenario = await readScenario(demoScenario('questions'));
const failures: string[] = [];
await Promise.all(
  Array.from({ length: calls }, async (_, index) => {
    await new Promise((resolve) => setTimeout(resolve, (index * ARRIVAL_MS) / calls));
    const call = await placeDemoCall(cell, scenario, () => events);
    failures.push(...call.failures);
  }),
);
await cell.close();
await rm(agents, { recursive: true });

const turns = events.filter((event) => event.type === 'agent-turn').filter((turn) => turn.kind === 'reply');
const added = turns.flatMap(({ waterfall }) => {
  const asking = askingMs(waterfall);
  const sending = stages(waterfall).get('sending');
  const inItsWay = waterfall.firstAudioMs !== waterfall.firstWordsMs;
  return asking === undefined || sending === undefined || inItsWay ? [] : [{ asking, sending, both: asking + sending }];
});
const row = (name: string, ms: number[]) => [
  name,
  String(ms.length),
  ...[0.5, 0.95, 0.99].map((part) => String(percentile(ms, part))),
];
console.log(`${calls} calls at once, ${added.length} answers; ms added by the runtime; ${machine()}\n`);
const rows = [
  ['', 'n', 'p50', 'p95', 'p99'],
  row(
    'decided → answer asked for',
    added.map(({ asking }) => asking),
  ),
  row(
    'first speech byte → first frame sent',
    added.map(({ sending }) => sending),
  ),
  row(
    'together',
    added.map(({ both }) => both),
  ),
];
console.log(columns(rows, { right: [1, 2, 3, 4] }));
const p99 = percentile(
  added.map(({ both }) => both),
  0.99,
);
for (const failure of failures) console.log(`✗ ${failure}`);
console.log(`\ntarget p99 ≤ ${TARGET_P99_MS}: ${p99 <= TARGET_P99_MS ? 'met' : 'MISSED'}`);

/**
 * Waiting for the caller is no time of the runtime's: an answer is prepared at his pause, if the words are known by then,
 * and as soon as they are if not; where nothing could be prepared, it is asked for when the turn is committed.
 */
function askingMs({ textMs, committedMs, modelRequestMs }: Waterfall): number | undefined {
  if (textMs === undefined || committedMs === undefined || modelRequestMs === undefined) return undefined;
  const wasPrepared = modelRequestMs < committedMs;
  return modelRequestMs - Math.max(textMs, wasPrepared ? defaultTurnDetection.pauseMs : committedMs);
}
