import { randomBytes } from 'node:crypto';
import { rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import type { CallEvent } from '../../runtime/call/events.ts';
import type { Scenario } from '../../runtime/local/caller/scenario.ts';
import type { LocalCell } from '../../runtime/local/cell.ts';
import type { DemoCall } from '../../runtime/local/demo/call.ts';
import { numberFrom, portNumber } from '../arguments.ts';
import { CommandFailure, findingsReported, type Output, outputOf, writeJson } from '../command-line.ts';

interface StartOptions {
  readonly cell: string;
  readonly port: number;
  readonly exit?: boolean;
  readonly aws?: boolean;
  readonly demo: boolean;
  readonly recorded?: boolean;
  readonly scenario?: string;
  readonly database?: string;
  readonly agents?: string;
  readonly replies?: string;
  readonly recordings?: string;
  readonly exports?: string;
  readonly seed: number;
  readonly json?: boolean;
}

export default function register(program: Command): void {
  program
    .command('start')
    .summary('a whole cell on this machine, with one demo call and a phone in the browser')
    .description(
      'Brings up the runtime as it is deployed, an embedded PostgreSQL and emulated AWS speech services, places one\n' +
        'demo call and prints it as it happens, then stays up with a phone in the browser.\n' +
        'The emulated services do not understand speech: they know what the simulated caller is going to say.',
    )
    .option('--cell <cell>', 'a region with a cell of ours, or a file that describes one', 'us-east-1')
    .option('--port <n>', 'port to listen on; 0 takes any free one', portNumber, 8080)
    .option('--exit', 'end after the demo call; exit code 1 if it did not go as its scenario expects')
    .addOption(new Option('--no-demo', 'place no demo call').conflicts('exit'))
    .option('--recorded', 'another demo: an agent that asks whether it may record the call')
    .option('--scenario <file>', 'another demo call (YAML)')
    .addOption(
      new Option('--aws', "real AWS in the cell's region, with the credentials found here").conflicts('replies'),
    )
    .option('--database <url>', 'a PostgreSQL to use instead of the embedded one')
    .option('--agents <folder>', 'agents of your own instead of the demo agent')
    .option('--replies <file>', 'what the emulated model answers for them (YAML)')
    .option('--recordings <folder>', 'where calls are recorded to (default: a new folder among the temporary files)')
    .option('--exports <folder>', "where copies of people's data are kept for a week (default: likewise)")
    .option('--seed <n>', 'of the emulated latencies', numberFrom(0), 1)
    .addOption(
      new Option('--json', 'the record of the demo call as JSON; ends after it, as --exit does').implies({
        exit: true,
      }),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  voicecell start\n  voicecell start --exit\n  voicecell start --recorded\n  voicecell start --aws --no-demo',
    )
    .action(start);
}

async function start(given: StartOptions, command: Command): Promise<void> {
  quietSdk();
  const options = given.recorded ? { ...(await recordedDemo()), ...given } : given;
  const startedAt = performance.now();
  const out = outputOf(command);
  const say = (text: string) => !options.json && out.write(text);
  const [{ startLocalCell }, { tellStory }, { cellFrom }] = await Promise.all([
    import('../../runtime/local/cell.ts'),
    import('../../runtime/local/story.ts'),
    import('../cell-argument.ts'),
  ]);
  const scenario = options.demo ? await demoScenarioOf(options) : undefined;
  const events: CallEvent[] = [];
  const story = tellStory({ write: (text) => out.write(text), colours: out.paint.bold('') !== '' });
  let inDemo = scenario !== undefined;
  const temporary = (what: string) => join(tmpdir(), `voicecell-${what}-${randomBytes(4).toString('hex')}`);
  const { recordings = temporary('recordings'), exports = temporary('exports') } = options;
  const cell = await startLocalCell({
    ...options,
    recordings,
    exports,
    cell: await cellFrom(options.cell),
    databaseUrl: options.database,
    speech: { seed: options.seed },
    onEvent: (event) => {
      if (inDemo) events.push(event);
      if (!options.json) story(event);
    },
  }).catch((error) => explain(error, options));
  try {
    // The embedded one comes up for certain; one that is down is no reason not to start.
    if (!options.database) await cell.ready;
    say(welcome(cell, { ...options, recordings, exports }, out, performance.now() - startedAt));
    // A question that cannot be asked at once is none.
    if (options.recorded) await cell.prepared;
    const call = scenario && (await placeDemo(cell, scenario, events));
    inDemo = false;
    if (call && options.json) writeJson(command, { ...call.record, failures: call.failures, events: call.events });
    if (call) say(summary(call, out));
    if (options.exit) {
      if (call && call.failures.length > 0) throw findingsReported();
      return;
    }
    say(invitation(cell, options, out));
    await new Promise<void>((resolve) => {
      process.once('SIGINT', resolve);
      process.once('SIGTERM', resolve);
    });
  } finally {
    await cell.close();
    // A folder that holds something stays.
    if (!options.recordings) await rmdir(recordings).catch(() => {});
    if (!options.exports) await rmdir(exports).catch(() => {});
  }
}

function explain(error: Error & { code?: string }, { port }: StartOptions): never {
  if (error.code !== 'EADDRINUSE') throw error;
  throw new CommandFailure(`port ${port} is taken: stop what listens there, or choose another with --port (0: any)`);
}

/** The AWS SDK writes to the console on every start with a Node.js that will leave its support later. */
function quietSdk(): void {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
}

async function recordedDemo(): Promise<Pick<StartOptions, 'agents' | 'replies' | 'scenario'>> {
  const { RECORDED_DEMO } = await import('../../runtime/local/demo/files.ts');
  return RECORDED_DEMO;
}

async function demoScenarioOf({ scenario }: StartOptions): Promise<Scenario> {
  const { readScenario } = await import('../../runtime/local/caller/scenario.ts');
  const { demoScenario } = await import('../../runtime/local/demo/files.ts');
  return readScenario(scenario ?? demoScenario('booking')).catch((error: Error) => {
    throw new CommandFailure(error.message, 2);
  });
}

async function placeDemo(cell: LocalCell, scenario: Scenario, events: readonly CallEvent[]): Promise<DemoCall> {
  const { placeDemoCall } = await import('../../runtime/local/demo/call.ts');
  return placeDemoCall(cell, scenario, () => events);
}

function welcome(cell: LocalCell, options: StartOptions, { paint }: Output, tookMs: number): string {
  const services = cell.speech
    ? `${paint.yellow('emulated')} speech services at ${cell.speech.url}: they do not understand speech, they know the caller's script`
    : "AWS in the cell's region, real and paid for, with the credentials found here";
  return [
    `${paint.bold('VoiceCell')} ready in ${(tookMs / 1000).toFixed(1)} s at ${cell.url.origin}`,
    `  speech     ${services}`,
    `  database   ${options.database ? 'yours' : 'embedded PostgreSQL, forgotten when this ends'}`,
    `  recordings ${options.recordings}, of callers who agree to be recorded`,
    `  exports    ${options.exports}, of callers who want a copy of their data`,
    '',
  ].join('\n');
}

function summary({ record, events, failures }: DemoCall, { paint }: Output): string {
  const gaps = record.gaps.flatMap(({ gapMs }) => (gapMs === undefined ? [] : [gapMs])).sort((a, b) => a - b);
  const count = (type: CallEvent['type']) => events.filter((event) => event.type === type).length;
  return [
    '',
    `${count('caller-turn')} turns, ${count('tool-called')} tool calls, ${count('barge-in')} barge-in`,
    `from the caller's last sound to the first he heard of an answer: ${gaps[Math.floor(gaps.length / 2)] ?? '–'} ms (median), ` +
      `${gaps.at(-1) ?? '–'} ms at most`,
    ...(failures.length > 0
      ? failures.map((failure) => `${paint.red('✗')} ${failure}`)
      : [paint.green('✓ the call went as its scenario expects')]),
    '',
  ].join('\n');
}

function invitation(cell: LocalCell, options: StartOptions, { paint }: Output): string {
  const again = options.port === 8080 ? '' : ` ${cell.url.origin}`;
  return [
    `Talk to it:        ${paint.bold(cell.url.origin)}`,
    `Call it again:     npm run voicecell -- call${again || ` ${cell.url.origin}`}`,
    // A URL of the user's may hold a password.
    `Administer it:     npm run voicecell -- key create --role operator${options.database ? '' : ` --database ${cell.databaseUrl}`}`,
    'Stop it:           Ctrl+C',
    '',
  ].join('\n');
}
