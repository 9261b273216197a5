/** The thread in which the embedded Postgres lives. */
import { parentPort, workerData } from 'node:worker_threads';
import type { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { keepBatchesTogether } from './postgres-batches.ts';
import { defaultPicturePath, openPglite } from './postgres-snapshot.ts';

export interface ThreadOptions {
  readonly dataDir: string | undefined;
  readonly port: number;
}

/** Sent once, when connections are accepted. */
export interface ThreadReport {
  readonly port: number;
}

/** They take turns, so many cost nothing; whoever comes when there are more is turned away without a word. */
const MOST_CONNECTIONS = 200;

const { dataDir, port } = workerData as ThreadOptions;
const database = await openPglite(dataDir, await defaultPicturePath());
const server = new PGLiteSocketServer({
  db: keepBatchesTogether(database) as PGlite,
  host: '127.0.0.1',
  port,
  maxConnections: MOST_CONNECTIONS,
});
await server.start();
const report: ThreadReport = { port: Number(server.getServerConn().split(':').at(-1)) };
parentPort?.postMessage(report);

parentPort?.once('message', async () => {
  await server.stop();
  await database.close();
  process.exit();
});
