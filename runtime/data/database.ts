/** The cell's PostgreSQL: how to reach it, and the one pool through which the process talks to it. */
import type { ConnectionOptions as TlsOptions } from 'node:tls';
import pg from 'pg';
import type { Scope } from './scope.ts';
import { isUuid } from './uuid.ts';

export interface DatabaseConnection {
  /** `postgres://user@host:5432/database`, without parameters: whether TLS is used is said by `ssl`, never by a URL. */
  readonly url: string;
  /** Asked once a new connection, so that a token which lives 15 minutes (RDS IAM) is never stale. */
  readonly password?: () => Promise<string>;
  /** `true` checks the server against Node's own certificate authorities; RDS needs its own `{ ca }`. @default false */
  readonly ssl?: boolean | TlsOptions;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
  /** From the first packet to "ready for query". @default 5_000 */
  readonly connectTimeoutMs?: number;
}

export interface DatabaseOptions extends DatabaseConnection {
  /** 20 tasks of a cell × 10 stay far below the 800-odd connections of the smallest production class. @default 10 */
  readonly maxConnections?: number;
  /** The server gives up on a statement after this long. @default 10_000 */
  readonly statementTimeoutMs?: number;
  /** An unused connection is closed after this long. @default 60_000 */
  readonly idleTimeoutMs?: number;
  /** A connection nobody was using broke. The pool has already let go of it: this is for the log only. */
  readonly onConnectionLost?: (error: Error) => void;
}

export interface PoolUsage {
  readonly max: number;
  readonly inUse: number;
  /** Queries that wait for a connection. */
  readonly waiting: number;
}

/** Whatever answers questions: the pool, or one transaction of it. */
export interface Queryable {
  query<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

export interface Database extends Queryable {
  /**
   * One transaction in which only the scope's rows exist: committed when `work` resolves, undone when it rejects. Ask
   * within it only through the `Queryable` it is given: there may be no second connection.
   */
  within<T>(scope: Scope, work: (transaction: Queryable) => Promise<T>): Promise<T>;
  usage(): PoolUsage;
  /** Waits for the queries under way. Safe to call twice. */
  close(): Promise<void>;
}

/** A server that has vanished without a word is given up this long after it should have given up by itself. */
const SILENCE_MARGIN_MS = 1_000;
/** A connection is not kept longer, so that all move to the new primary some time after a failover. */
const LONGEST_LIFE_S = 3_600;

/** Opens no connection yet: a database that is down is met by the first query. Throws when the URL makes no sense. */
export function openDatabase(options: DatabaseOptions): Database {
  const { maxConnections: max = 10, statementTimeoutMs = 10_000, idleTimeoutMs = 60_000, onConnectionLost } = options;
  const pool = new pg.Pool({
    ...clientConfig(options),
    max,
    idleTimeoutMillis: idleTimeoutMs,
    maxLifetimeSeconds: LONGEST_LIFE_S,
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + SILENCE_MARGIN_MS,
    idle_in_transaction_session_timeout: statementTimeoutMs,
  });
  // Without a listener, a broken idle connection would end the process.
  pool.on('error', (error) => onConnectionLost?.(error));
  let closing: Promise<void> | undefined;
  return {
    ...queryable(pool),
    within: async (scope, work) => transact(pool, opening(scope), work),
    usage: () => ({ max, inUse: pool.totalCount - pool.idleCount, waiting: pool.waitingCount }),
    close: () => (closing ??= pool.end()),
  };
}

function queryable(connection: Pick<pg.Pool, 'query'> | pg.ClientBase): Queryable {
  return {
    query: async <Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []) =>
      (await connection.query<Row>(text, [...values])).rows,
  };
}

/** One statement of the simple protocol, which takes no parameters: one way to the server and back. */
function opening(scope: Scope): string {
  if ('cellWide' in scope) return `begin; set local role ${scope.role}; set local voicecell.cell_wide = 'on'`;
  if (!isUuid(scope.tenantId)) throw new Error('the id of a tenant is no UUID');
  return `begin; set local role ${scope.role}; set local voicecell.tenant = '${scope.tenantId}'`;
}

async function transact<T>(pool: pg.Pool, begin: string, work: (transaction: Queryable) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  // The query under way fails too, and says so to whoever waits for it.
  const onError = (error: Error) => {
    broken = error;
  };
  client.on('error', onError);
  try {
    await client.query(begin);
    const result = await work(queryable(client));
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch((failure: Error) => {
      broken ??= failure;
    });
    throw error;
  } finally {
    client.off('error', onError);
    client.release(broken);
  }
}

/** What every connection to the database has in common. Throws an error that lists all that is wrong with the URL. */
export function clientConfig(connection: DatabaseConnection): pg.ClientConfig {
  const { url, password, ssl = false, applicationName, connectTimeoutMs = 5_000 } = connection;
  const { hostname, port, username, password: urlPassword, pathname } = parseUrl(url, password !== undefined);
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? 5432 : Number(port),
    user: decodeURIComponent(username),
    database: decodeURIComponent(pathname.slice(1)),
    password: password ?? decodeURIComponent(urlPassword),
    ssl,
    application_name: applicationName,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
  };
}

/** Messages never repeat the URL: it may hold a password. */
function parseUrl(text: string, hasPasswordHook: boolean): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const problems: string[] = [];
  if (!url) problems.push('found something that is no URL');
  else {
    if (!/^postgres(ql)?:$/.test(url.protocol)) problems.push(`found the scheme ${url.protocol}//`);
    if (url.hostname === '') problems.push('found no host');
    if (url.username === '') problems.push('found no user');
    if (url.pathname.length < 2) problems.push('found no database name');
    if (url.search !== '')
      problems.push(`found parameters (${[...url.searchParams.keys()].join(', ')}): set them apart`);
    if (url.password !== '' && hasPasswordHook) problems.push('found a password although one is asked for elsewhere');
  }
  if (url && problems.length === 0) return url;
  throw new Error(`the database URL: ${problems.join('; ')}; expected postgres://user@host:5432/database`);
}
