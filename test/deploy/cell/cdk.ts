/** The CDK command line, as a person runs it, against an account of the emulator. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Account } from './account.ts';

const PROJECT = join(import.meta.dirname, '../../..');
const CDK = join(PROJECT, 'node_modules/aws-cdk/bin/cdk');

/** Several times what the slowest takes on two busy cores. */
const TIMEOUT_MS = 100_000;

export interface CdkOptions {
  /** Where it may write. */
  readonly folder: string;
  /** The app's own variables. */
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * @returns what it wrote, to either stream: what a person would see.
 * @throws with that, when it did not succeed.
 */
export async function cdk(account: Account, args: readonly string[], { folder, env }: CdkOptions): Promise<string> {
  const child = spawn(process.execPath, [CDK, ...args, '--no-color', '--output', join(folder, 'cdk.out')], {
    cwd: PROJECT,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      TMPDIR: folder,
      CDK_HOME: folder,
      CDK_DISABLE_CLI_TELEMETRY: 'true',
      NODE_NO_WARNINGS: '1',
      ...account.environment,
      ...env,
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  const [exitCode, signal] = await once(child, 'close');
  if (exitCode === 0) return output;
  throw new Error(`cdk ${args.join(' ')} ended with ${signal ?? `exit code ${exitCode}`}. It wrote:\n${output}`);
}
