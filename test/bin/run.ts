import { type ExitCode, runCommandLine } from '../../bin/command-line.ts';
import { commands } from '../../bin/commands/index.ts';

export interface Run {
  readonly exitCode: ExitCode;
  readonly out: string;
  readonly err: string;
}

/** One command line in this process, with what it wrote. */
export async function run(...args: string[]): Promise<Run> {
  let out = '';
  let err = '';
  const exitCode = await runCommandLine(args, commands, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
  });
  return { exitCode, out, err };
}
