/** The AWS emulator, as a process on a port of this machine. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

const START = join(import.meta.dirname, '../../../.ci/emulator/start');

/** The first start installs it from PyPI. */
const START_TIMEOUT_MS = 180_000;

/** What the emulator says of itself: `.ci/emulator/serve.py` has the words. */
export interface AboutEmulator {
  readonly name: string;
  readonly version: string;
  readonly taught: readonly string[];
  readonly writtenDown: readonly string[];
  readonly mended: readonly string[];
}

export interface Emulator {
  readonly url: string;
  readonly about: AboutEmulator;
  stop(): Promise<void>;
}

type Process = ChildProcessByStdio<null, Readable, Readable>;

/** @throws with what the emulator wrote, when it does not come up. */
export async function startEmulator(): Promise<Emulator> {
  const folder = await mkdtemp(join(tmpdir(), 'voicecell-emulator-'));
  const port = await freePort();
  const child = spawn(START, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      TMPDIR: folder,
      GATEWAY_PORT: String(port),
      BIND_HOST: '127.0.0.1',
      // Listeners of services that a cell has not.
      IOT_MTLS_ENABLED: '0',
      SFTP_ENABLED: '0',
    },
  });
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    await rm(folder, { recursive: true, force: true });
  };
  const written: string[] = [];
  child.stderr.on('data', (chunk) => written.push(String(chunk)));
  try {
    const deadline = AbortSignal.timeout(START_TIMEOUT_MS);
    const about: AboutEmulator = JSON.parse(await firstLine(child, deadline));
    const url = `http://127.0.0.1:${port}`;
    await answers(`${url}/_ministack/ready`, deadline);
    return { url, about, stop };
  } catch (error) {
    await stop();
    throw new Error(`the AWS emulator did not start. It wrote:\n${written.join('')}`, { cause: error });
  }
}

async function firstLine(child: Process, signal: AbortSignal): Promise<string> {
  const lines = createInterface(child.stdout);
  const ended = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`it ended with exit code ${code}`);
  });
  const [line] = await Promise.race([once(lines, 'line', { signal }), ended]);
  // What it prints later is read and dropped, so that its pipe never fills up.
  return line;
}

async function answers(url: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const response = await fetch(url, { signal }).catch(() => undefined);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error(`expected a port; found ${address}`);
  return address.port;
}
