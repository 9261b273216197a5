/** Databases to measure on: the embedded one, and a real server where TEST_DATABASE_URL names one. Each is empty. */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { clientConfig, type DatabaseConnection } from '../../runtime/data/database.ts';
import { EMBEDDED_POOL_SIZE, startEmbeddedPostgres } from '../../runtime/local/postgres.ts';

export type Measure = (where: string, connection: DatabaseConnection, maxConnections: number) => Promise<void>;

export async function onEveryDatabase(measure: Measure): Promise<void> {
  const embedded = await startEmbeddedPostgres();
  await measure('embedded Postgres', { url: embedded.url, applicationName: 'bench' }, EMBEDDED_POOL_SIZE);
  await embedded.close();
  const { TEST_DATABASE_URL: server } = process.env;
  if (!server) return console.log('\nno real server: TEST_DATABASE_URL is not set');
  const name = `voicecell_bench_${randomUUID().replaceAll('-', '')}`;
  const own = new URL(server);
  own.pathname = `/${name}`;
  await administer(server, `create database ${name}`);
  try {
    await measure('PostgreSQL server', { url: own.href, applicationName: 'bench' }, 4);
  } finally {
    await administer(server, `drop database ${name} with (force)`);
  }
}

async function administer(url: string, statement: string): Promise<void> {
  const client = new pg.Client(clientConfig({ url, applicationName: 'bench' }));
  await client.connect();
  await client.query(statement).finally(() => client.end());
}
