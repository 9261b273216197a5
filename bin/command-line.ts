/** What every command shares: where it writes, how it fails, and which exit code a script sees. */
import { Command, CommanderError } from 'commander';
import { type Paint, paintFor } from './terminal.ts';

/** 0: done. 1: findings, or it failed. 2: the question itself was wrong: usage, configuration. */
export type ExitCode = 0 | 1 | 2;

/** Ends a command. The message, when there is one, is all the user sees: no stack trace. */
export class CommandFailure extends Error {
  readonly exitCode: ExitCode;
  constructor(message: string, exitCode: ExitCode = 1) {
    super(message);
    this.name = 'CommandFailure';
    this.exitCode = exitCode;
  }
}

/** The command has already said what it found; only the exit code is left. */
export function findingsReported(): CommandFailure {
  return new CommandFailure('', 1);
}

export interface Output {
  write(text: string): void;
  readonly paint: Paint;
  /** Columns of the terminal; undefined in a pipe, where lines are not wrapped. */
  readonly width: number | undefined;
}

/** Where a command writes its answer. Colours only on a terminal, never with NO_COLOR (https://no-color.org). */
export function outputOf(command: Command): Output {
  const { writeOut, getOutHasColors } = command.configureOutput();
  return {
    write: (text) => writeOut?.(text.endsWith('\n') ? text : `${text}\n`),
    paint: paintFor(getOutHasColors?.() ?? false),
    width: process.stdout.isTTY ? process.stdout.columns : undefined,
  };
}

export function writeJson(command: Command, value: unknown): void {
  outputOf(command).write(JSON.stringify(value, null, 2));
}

/** Thrown by what a command runs: it was given something that makes no sense. By name, since no command loads them all. */
const WRONG_QUESTIONS: ReadonlySet<string> = new Set([
  'CellShapeError',
  'ConfigError',
  'AgentFilesError',
  'ReplyFileError',
  'UnavailableProviderError',
]);

export type RegisterCommand = (program: Command) => void;

export interface Streams {
  readonly out?: (text: string) => void;
  readonly err?: (text: string) => void;
}

/** Runs one command line (without `node` and the script) and resolves to its exit code. Never throws. */
export async function runCommandLine(
  args: readonly string[],
  commands: readonly RegisterCommand[],
  streams: Streams = {},
): Promise<ExitCode> {
  const err = streams.err ?? ((text: string) => process.stderr.write(text));
  const program = new Command('voicecell')
    .description('A regional voice-AI cell: run it, talk to it, prove where its data is')
    .exitOverride()
    .configureOutput({
      ...(streams.out && { writeOut: streams.out, getOutHasColors: () => false }),
      writeErr: err,
    })
    .showHelpAfterError('Run with --help for what is expected.')
    .addHelpText('after', '\nExit codes: 0 done · 1 findings or failure · 2 wrong usage or configuration');
  for (const register of commands) register(program);
  try {
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const message = error instanceof Error ? error.message : String(error);
    if (message !== '') err(`error: ${message}\n`);
    if (process.env.VOICECELL_DEBUG && error instanceof Error) err(`${error.stack}\n`);
    if (error instanceof CommandFailure) return error.exitCode;
    return error instanceof Error && WRONG_QUESTIONS.has(error.name) ? 2 : 1;
  }
}
