/**
 * What a caller hears when a service fails, and after how long: every fault of the emulated services at every stage of a
 * call, once and for good. Within 3 s he hears something, or the call ends with words.
 *
 *   npm run bench:faults
 */
import { columns } from '../../bin/terminal.ts';
import usEast1 from '../../regions/cells/us-east-1.ts';
import type { CallEvent } from '../../runtime/call/events.ts';
import { scenarioSchema } from '../../runtime/local/caller/scenario.ts';
import { startLocalCell } from '../../runtime/local/cell.ts';
import { placeDemoCall } from '../../runtime/local/demo/call.ts';
import { startEmbeddedPostgres } from '../../runtime/local/postgres.ts';
import { type Fault, faultSchema } from '../../runtime/local/speech/faults.ts';
import { machine } from './machine.ts';

const TARGET_MS = 3_000;
/** As many as leave the machine time to breathe. */
const CALLS_AT_ONCE = 6;
const SCENARIO = scenarioSchema.parse({
  name: 'One question',
  steps: [{ says: 'What are your opening hours?' }, { waitsMs: 8_000 }, { hangsUp: true }],
});

/** Of the demo agent's words, what they come to. */
const OUTCOMES: ReadonlyMap<RegExp, string> = new Map([
  [/Could you say that again/, 'asked to say it again'],
  [/eight to six/, 'answered'],
]);

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
const { stage: stages, name: names } = faultSchema.shape;
const faults = stages.options.flatMap((stage) =>
  names.options.flatMap((name): [string, Fault][] => [
    ['once', { stage, name }],
    ['for good', { stage, name, count: 1_000, afterEvents: 0 }],
  ]),
);
const database = await startEmbeddedPostgres();
const rows: { readonly cells: string[]; readonly met: boolean }[] = [];
const waiting = [...faults.entries()];
await Promise.all(
  Array.from({ length: CALLS_AT_ONCE }, async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [index, [howOften, fault]] = next;
      rows[index] = await callThrough(howOften, fault);
    }
  }),
);
await database.close();
console.log(`${rows.length} calls, services emulated at their published latencies; ${machine()}\n`);
const header = ['stage', 'fault', 'how often', 'first sound', 'then'];
console.log(columns([header, ...rows.map(({ cells }) => cells)], { right: [3] }));
const missed = rows.filter(({ met }) => !met).length;
console.log(`\nheard something within ${TARGET_MS} ms, or told goodbye: ${missed === 0 ? 'all' : `${missed} NOT`}`);
process.exit(missed > 0 ? 1 : 0);

async function callThrough(howOften: string, fault: Fault): Promise<(typeof rows)[number]> {
  const all: CallEvent[] = [];
  const cell = await startLocalCell({
    cell: usEast1,
    port: 0,
    logLevel: 'silent',
    databaseUrl: database.url,
    onEvent: (event) => all.push(event),
  });
  try {
    await Promise.all([cell.ready, cell.prepared]);
    cell.speech!.inject(fault);
    const { record, events } = await placeDemoCall(cell, SCENARIO, () => all);
    const gapMs = record.gaps[0]?.gapMs;
    const end = events.at(-1);
    const said =
      events.some((event) => event.type === 'agent-turn' && event.kind === 'farewell') ||
      record.continuation.includes('<Say');
    const toldGoodbye = end?.type === 'call-ended' && end.reason === 'speech-failed' && said;
    const heard = events.flatMap((event) => (event.type === 'agent-turn' ? event.heardText : [])).join(' ');
    const words = [...OUTCOMES].filter(([pattern]) => pattern.test(heard)).map(([, outcome]) => outcome);
    const outcome = toldGoodbye ? 'told goodbye' : words.join(', then ') || 'nothing else';
    return {
      cells: [fault.stage, fault.name, howOften, gapMs === undefined ? '–' : `${gapMs} ms`, outcome],
      met: toldGoodbye || (gapMs !== undefined && gapMs <= TARGET_MS),
    };
  } finally {
    await cell.close();
  }
}
