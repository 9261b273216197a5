/** Brings the schema up to date when a process starts; any number of processes may start at once. */
import { basename, dirname, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PG_MIGRATE_LOCK_ID, runner } from 'node-pg-migrate/runner';
import { getActions } from 'node-pg-migrate/sqlMigration';
import pg from 'pg';
import type { Logger } from '../logger.ts';
import { clientConfig, type DatabaseConnection } from './database.ts';
import { describeFailure } from './failures.ts';
import { type MigrationFiles, migrationFiles } from './migration-files.ts';
import { whenUp } from './when-up.ts';

export interface MigrateOptions {
  /** @default 'up' */
  readonly direction?: 'up' | 'down';
  /** How many migrations at most. @default all of them up, one down */
  readonly count?: number;
  /** @default the ones of this version of the runtime */
  readonly files?: MigrationFiles;
}

/** Longer than any migration should take, shorter than a deployment waits for a task to become ready. */
const LONGEST_MIGRATION_MS = 240_000;

/**
 * Runs on a connection of its own, since the role that may change the schema need not be the one that serves calls.
 * All of it is one transaction: a second process waits for the first and then finds nothing to do, and a failure leaves
 * everything as it was. Returns the names of the migrations it ran.
 */
export async function migrate(connection: DatabaseConnection, options: MigrateOptions = {}): Promise<string[]> {
  const { direction = 'up', count, files = await migrationFiles() } = options;
  const client = new pg.Client({ ...clientConfig(connection), statement_timeout: LONGEST_MIGRATION_MS });
  // A connection that breaks also fails the query under way, which is where it is dealt with.
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('begin');
    // The lock of the transaction, not of the session: every connection to the embedded Postgres shares one session.
    await client.query('select pg_advisory_xact_lock($1)', [PG_MIGRATE_LOCK_ID]);
    await client.query(MIGRATIONS_TABLE);
    const done = await runner({
      dbClient: client,
      noLock: true,
      singleTransaction: true,
      migrationsTable: 'migrations',
      direction,
      count,
      logger: SILENT,
      ...asLoader(files),
    });
    await client.query('commit');
    return done.map(({ name }) => name);
  } finally {
    await client.end().catch(() => {});
  }
}

/** As {@link migrate}, again and again until the database can be reached. Throws what is not a matter of waiting. */
export async function migrateWhenUp(
  connection: DatabaseConnection,
  { logger, signal }: { readonly logger: Logger; readonly signal: AbortSignal },
): Promise<void> {
  const names = await whenUp(() => migrate(connection), {
    signal,
    onDown: (error) => logger.warn({ error: describeFailure(error) }, 'database cannot be reached, trying on'),
  });
  if (names === undefined) return;
  logger.info(
    { migrations: names },
    names.length > 0 ? 'database schema brought up to date' : 'database schema is current',
  );
}

/**
 * node-pg-migrate would make this table with a SERIAL key; we have no counters anywhere. It reads the names back in the
 * order of (run_on, id), and all migrations of one transaction share their run_on.
 */
const MIGRATIONS_TABLE = `
  create table if not exists migrations (
    id text collate "C" generated always as (name) stored primary key,
    name varchar(255) not null,
    run_on timestamp not null
  )`;

const SILENT = { info() {}, warn() {}, error() {} };

/**
 * node-pg-migrate wants a folder and reads it, even when a loader of ours then hands it the migrations. The one file
 * that surely exists, in a bundle too, is the one that runs: it is all node-pg-migrate gets to see of the folder.
 */
function asLoader(files: MigrationFiles) {
  const running = fileURLToPath(import.meta.url);
  const units = Object.entries(files).map(([id, sql]) => ({ id, filePaths: [id], actions: getActions(sql) }));
  return {
    dir: dirname(running),
    ignorePattern: `(?!${basename(running).replaceAll('.', '\\.')}$).*`,
    migrationLoaderStrategies: [{ extensions: [extname(running)], loader: async () => units }],
  };
}
