/**
 * PostgreSQL inside the process, for laptops and tests: PGlite (PostgreSQL 18 compiled to WASM) behind a socket, so that
 * the same `pg` code runs as in the cloud. It lives in a thread of its own: a query would hold up a call's audio
 * otherwise, and starting takes a second or two of processor time.
 *
 * What it cannot do: there is one session, shared by all connections. They take turns, a transaction at a time; `SET`
 * and named prepared statements are seen by all of them; a session's advisory lock excludes nobody (a transaction's
 * does); a statement is never timed out by the server. There is no password: it listens on 127.0.0.1 only.
 */
import { Worker } from 'node:worker_threads';
import type { ThreadOptions, ThreadReport } from './postgres-thread.ts';

/** A second connection could do nothing that the first does not already do, and only waits longer than in the pool. */
export const EMBEDDED_POOL_SIZE = 1;

export interface EmbeddedPostgresOptions {
  /** Where the data is kept; one process at a time. @default nowhere: the data is gone when it is closed */
  readonly dataDir?: string;
  /** @default 0: any free one */
  readonly port?: number;
}

export interface EmbeddedPostgres {
  readonly url: string;
  readonly port: number;
  /** Writes out what is in memory, then stops. Safe to call twice, and after {@link kill}. */
  close(): Promise<void>;
  /** Stops as if the power had failed. */
  kill(): Promise<void>;
}

/** Resolves once connections are accepted. Throws when the port is taken or the data cannot be read. */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions = {}): Promise<EmbeddedPostgres> {
  const { dataDir, port = 0 } = options;
  const thread = startThread({ dataDir, port });
  const stopped = new Promise<void>((resolve) => thread.once('exit', () => resolve()));
  const listeningOn = await new Promise<number>((resolve, reject) => {
    thread.once('message', (report: ThreadReport) => resolve(report.port));
    thread.once('error', reject);
    thread.once('exit', () => reject(new Error('the embedded Postgres stopped before it was ready')));
  });
  // Should it die by itself, it is a database that is down, which its clients know how to bear.
  thread.on('error', () => {});
  return {
    url: `postgres://postgres@127.0.0.1:${listeningOn}/postgres`,
    port: listeningOn,
    async close() {
      thread.postMessage('close');
      await stopped;
    },
    async kill() {
      await thread.terminate();
    },
  };
}

/** A thread does not inherit the loader that lets its parent run TypeScript, and must bring its own. */
function startThread(options: ThreadOptions): Worker {
  const loader = import.meta.resolve('tsx/esm/api');
  const program = new URL('./postgres-thread.ts', import.meta.url).href;
  return new Worker(
    `import(${JSON.stringify(loader)}).then(({ register }) => (register(), import(${JSON.stringify(program)})))`,
    { eval: true, workerData: options },
  );
}
