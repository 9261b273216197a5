/** A cell's process, run as it is run in earnest: by Node, told everything by its environment. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import cell from '../../regions/cells/us-east-1.ts';

/** Nothing listens there. */
export const NOWHERE = '127.0.0.1:1';

/** Of a cell whose database and speech services are down, and which needs an agents' folder to start. */
export const environment = {
  VOICECELL_CELL: JSON.stringify(cell),
  VOICECELL_PORT: '0',
  VOICECELL_DATABASE_URL: `postgres://voice@${NOWHERE}/voice`,
  VOICECELL_AWS_ENDPOINT: `http://${NOWHERE}`,
};

export type CellProcess = ReturnType<typeof runNode>;

/** Killed when the test is over. `exited` resolves with all that was written. */
export function runNode(args: readonly string[], options: { cwd: string; env: Record<string, string> }) {
  const child = spawn(process.execPath, args, {
    cwd: options.cwd,
    env: { NODE_NO_WARNINGS: '1', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const output = { out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    output.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output.err += chunk;
  });
  const exited = once(child, 'close').then(([code]) => ({ code: code as number | null, ...output }));
  return {
    child,
    exited,
    /** Resolves with the first log line of this message. */
    async logged(message: string): Promise<Record<string, unknown>> {
      for (;;) {
        const line = output.out.split('\n').find((text) => text.includes(`"msg":"${message}"`));
        if (line) return JSON.parse(line);
        const ended = await Promise.race([exited, once(child.stdout, 'data')]);
        if (!Array.isArray(ended)) throw new Error(`ended with ${ended.code} first:\n${ended.out}${ended.err}`);
      }
    },
  };
}

/** Where the process is found once it takes calls. */
export async function addressOf(process: CellProcess): Promise<URL> {
  const { port } = await process.logged('taking calls');
  return new URL(`http://127.0.0.1:${port}/`);
}
