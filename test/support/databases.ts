/**
 * Databases to test on: the embedded one always, and a real server where `TEST_DATABASE_URL` names one
 * (`postgres://user:password@host:port/database`, a role that may create databases).
 */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe } from 'vitest';
import { clientConfig, type DatabaseConnection } from '../../runtime/data/database.ts';
import { EMBEDDED_POOL_SIZE, startEmbeddedPostgres } from '../../runtime/local/postgres.ts';

export interface TestDatabase {
  /** Of a database that holds nothing yet and belongs to this suite alone. */
  readonly connection: DatabaseConnection;
  readonly maxConnections: number;
}

interface Disposable extends TestDatabase {
  drop(): Promise<void>;
}

/** Runs the suite on every kind of database there is, each time on an empty one of its own. */
export function describeDatabases(title: string, suite: (database: () => TestDatabase) => void): void {
  describe(`${title}, on the embedded Postgres`, () => withDatabase(embedded, suite));
  const url = process.env.TEST_DATABASE_URL;
  if (url) describe(`${title}, on a PostgreSQL server`, () => withDatabase(() => onServer(url), suite));
  else describe.skip(`${title}, on a PostgreSQL server [skipped: TEST_DATABASE_URL is not set]`, () => suite(never));
}

function withDatabase(make: () => Promise<Disposable>, suite: (database: () => TestDatabase) => void): void {
  let database: Disposable | undefined;
  beforeAll(async () => {
    database = await make();
  });
  afterAll(() => database?.drop());
  suite(() => database ?? never());
}

async function embedded(): Promise<Disposable> {
  const postgres = await startEmbeddedPostgres();
  return {
    connection: { url: postgres.url, applicationName: 'test' },
    maxConnections: EMBEDDED_POOL_SIZE,
    drop: () => postgres.close(),
  };
}

async function onServer(url: string): Promise<Disposable> {
  const name = `voicecell_test_${randomUUID().replaceAll('-', '')}`;
  await administer(url, `create database ${name}`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  return {
    connection: { url: own.href, applicationName: 'test' },
    maxConnections: 4,
    drop: () => administer(url, `drop database ${name} with (force)`),
  };
}

/** A database of a test's own on the server that `TEST_DATABASE_URL` names; dropped when the test is over. */
export async function serverDatabase(finished: (drop: () => Promise<void>) => void): Promise<TestDatabase> {
  const database = await onServer(process.env.TEST_DATABASE_URL ?? never());
  finished(() => database.drop());
  return database;
}

async function administer(url: string, statement: string): Promise<void> {
  const client = new pg.Client(clientConfig({ url, applicationName: 'test' }));
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function never(): never {
  throw new Error('the database is only there while tests run');
}
