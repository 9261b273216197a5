import { type Command, Option } from 'commander';
import type { CallRecord } from '../../runtime/local/caller/caller.ts';
import type { Scenario } from '../../runtime/local/caller/scenario.ts';
import { CommandFailure, findingsReported, type Output, outputOf, writeJson } from '../command-line.ts';
import { columns } from '../terminal.ts';

interface CallOptions {
  readonly scenario?: string;
  readonly wav?: string;
  readonly authToken?: string;
  readonly publicUrl?: string;
  readonly speechEmulator?: string;
  readonly json?: boolean;
}

export default function register(program: Command): void {
  program
    .command('call')
    .summary('call a running cell as a telephone does')
    .description(
      'Places one call over the Twilio protocol: a simulated caller speaks, listens, interrupts, types and hangs up.\n' +
        'Without --scenario or --wav he books the demo appointment.',
    )
    .argument('<address>', 'the cell: http(s)://host[:port] or ws(s)://host[:port]')
    .addOption(new Option('--scenario <file>', 'what he does and what must come of it (YAML)').conflicts('wav'))
    .option(
      '--wav <file>',
      'a recording he plays instead, 8 kHz or more; emulated services hear that he speaks, not what',
    )
    .option('--auth-token <token>', 'signs as Twilio would (default: TWILIO_AUTH_TOKEN, or that of `voicecell start`)')
    .option('--public-url <url>', 'the address the cell believes to have, if it is behind a proxy')
    .option(
      '--speech-emulator <url>',
      'told his lines, since emulated services understand no speech (default: asks the cell)',
    )
    .option('--json', 'the record of the call as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  voicecell call ws://localhost:8080\n  voicecell call https://voice.example.com --wav question.wav',
    )
    .action(async (address: string, options: CallOptions, command: Command) => {
      const { placeCall } = await import('../../runtime/local/caller/caller.ts');
      const { judge } = await import('../../runtime/local/caller/verdict.ts');
      const { prompterOf } = await import('../../runtime/local/caller/prompter.ts');
      const { LOCAL_AUTH_TOKEN } = await import('../../runtime/local/secrets.ts');
      const cell = cellAddress(address);
      const scenario = await scenarioOf(options);
      const record = await placeCall({
        cell,
        scenario,
        authToken: options.authToken ?? process.env.TWILIO_AUTH_TOKEN ?? LOCAL_AUTH_TOKEN,
        publicUrl: options.publicUrl === undefined ? undefined : cellAddress(options.publicUrl),
        prompt: await prompterOf(cell, options.speechEmulator),
      });
      const failures = judge(scenario, record);
      if (options.json) writeJson(command, { scenario: scenario.name, ...record, failures });
      else outputOf(command).write(renderRecord(scenario, record, failures, outputOf(command)));
      if (failures.length > 0) throw findingsReported();
    });
}

function cellAddress(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const scheme = url && { 'ws:': 'http:', 'wss:': 'https:', 'http:': 'http:', 'https:': 'https:' }[url.protocol];
  if (!url || !scheme) throw new CommandFailure(`expected an address such as ws://localhost:8080; found "${text}"`, 2);
  return new URL(`${scheme}//${url.host}/`);
}

async function scenarioOf({ scenario, wav }: CallOptions): Promise<Scenario> {
  const { readScenario, scenarioSchema } = await import('../../runtime/local/caller/scenario.ts');
  const { demoScenario } = await import('../../runtime/local/demo/files.ts');
  if (wav === undefined) return readScenario(scenario ?? demoScenario('booking')).catch(refuse);
  const { readRecording } = await import('../../runtime/local/caller/recording.ts');
  await readRecording(wav).catch(refuse);
  return scenarioSchema.parse({ name: wav, steps: [{ playsWav: wav }, { hangsUp: 'politely' }] });
}

function refuse(error: Error): never {
  throw new CommandFailure(error.message, 2);
}

function renderRecord(scenario: Scenario, record: CallRecord, failures: readonly string[], { paint }: Output): string {
  const rows = record.gaps.map(({ said, gapMs }) => [
    said,
    gapMs === undefined ? paint.red('no answer') : `${gapMs} ms`,
  ]);
  return [
    `${paint.bold(scenario.name)}  ${(record.durationMs / 1000).toFixed(1)} s, ended by ${record.endedBy}`,
    '',
    columns([['the caller said', 'answered after'].map(paint.dim), ...rows], { right: [1] }),
    '',
    ...(failures.length > 0
      ? failures.map((failure) => `${paint.red('✗')} ${failure}`)
      : [paint.green('✓ as expected')]),
  ].join('\n');
}
