/** The command line as a user runs it: a process of its own. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PROGRAM = ['--import', 'tsx', 'bin/voicecell.ts'];

/** Nothing of the tests' own environment: a user has neither NODE_ENV nor the settings of the test runner. */
const environment = { PATH: process.env.PATH, NODE_NO_WARNINGS: '1', NO_COLOR: '1' };

export interface Exit {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Whatever hangs is ended before its test is given up, and shows as a code of null. */
const HANGS_MS = 50_000;

/** One command line, from start to end. */
export function voicecell(...args: string[]): Promise<Exit> {
  const options = { cwd: ROOT, env: environment, timeout: HANGS_MS, killSignal: 'SIGKILL' } as const;
  return new Promise((resolve) => {
    execFile(process.execPath, [...PROGRAM, ...args], options, (error, out, err) =>
      resolve({ code: error ? ((error.code as number | undefined) ?? null) : 0, out, err }),
    );
  });
}

/**
 * One that stays up until it is asked to end.
 * @param finished a test's own `onTestFinished`: the process is killed then, if it is still there.
 */
export function startVoicecell(args: readonly string[], finished: (kill: () => void) => void) {
  const child = spawn(process.execPath, [...PROGRAM, ...args], { cwd: ROOT, env: environment });
  finished(() => void child.kill('SIGKILL'));
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => (out += chunk));
  child.stderr.on('data', (chunk) => (err += chunk));
  const exited = once(child, 'close').then(([code]): Exit => ({ code, out, err }));
  return {
    exited,
    /** Resolves with all that was written, once this is part of it. */
    async wrote(text: string): Promise<string> {
      while (!out.includes(text)) {
        const ended = await Promise.race([exited, once(child.stdout, 'data')]);
        if (!Array.isArray(ended) && !out.includes(text)) throw new Error(`ended with ${ended.code}:\n${out}${err}`);
      }
      return out;
    },
    /** As Ctrl+C does. */
    interrupt: () => child.kill('SIGINT'),
  };
}
