/** What every command of the administration shares: which database, which cell that is, who asks and why. */
import { userInfo } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Actor } from '../runtime/compliance/audit/audit.ts';
import type { KnownCell } from '../runtime/data/cell.ts';
import type { Database, DatabaseConnection, Queryable } from '../runtime/data/database.ts';
import { adminOf, WHOLE_CELL } from '../runtime/data/scope.ts';
import type { ObjectStore } from '../runtime/objects/store.ts';
import { uuidOf } from './arguments.ts';
import { CommandFailure } from './command-line.ts';

export interface Administration {
  /** Logged in as the administration. Say in whose name with `within`. */
  readonly database: Database;
  /** The cell the database belongs to. */
  readonly cell: KnownCell;
  /** For the audit: `cli:` and the name of whoever is logged in on this machine. */
  readonly actor: Actor;
  /** By which callers are found: VOICECELL_CALLER_KEY. Throws {@link CommandFailure} when there is none. */
  callerKey(): string;
  /** Opened when asked for. Throws {@link CommandFailure} when nothing says where they are. */
  recordings(): ObjectStore;
  exports(): ObjectStore;
}

interface AdministrationOptions {
  readonly database?: string;
  readonly recordings?: string;
  readonly exports?: string;
  readonly reason: string;
}

export interface AdministrationSettings {
  /** An embedded Postgres has one. @default 1 */
  readonly connections?: number;
  /** @default 10_000 */
  readonly statementTimeoutMs?: number;
}

const LONGEST_REASON = 500;

/**
 * Adds the options of an administration command.
 * @param reason what the audit is told unless somebody says better; `needed` where personal data is looked at
 */
export function administrationOptions(command: Command, reason: string | 'needed'): Command {
  const why = new Option('--reason <text>', 'why, for the audit; no personal data').argParser(reasonOf);
  return command
    .addOption(
      new Option('--database <url>', 'the PostgreSQL of the cell: postgres://user@host:5432/database').env(
        'VOICECELL_DATABASE_URL',
      ),
    )
    .addOption(reason === 'needed' ? why.makeOptionMandatory() : why.default(reason));
}

/** Adds the options that say where the cell keeps its recordings and its exports. */
export function storeOptions(command: Command): Command {
  return command
    .addOption(new Option('--recordings <address>', 'a folder, or s3://BUCKET/PREFIX').env('VOICECELL_RECORDINGS'))
    .addOption(new Option('--exports <address>', 'a folder, or s3://BUCKET/PREFIX').env('VOICECELL_EXPORTS'));
}

/** Adds the option that says whose it is. */
export function tenantOption(command: Command): Command {
  return command.addOption(
    new Option('--tenant <id>', 'whose: voicecell tenant list has the ids').argParser(uuidOf).makeOptionMandatory(),
  );
}

/** One transaction in the name of a tenant. Throws {@link CommandFailure} when there is none of this id. */
export async function inTenant<T>(
  { database }: Administration,
  tenantId: string,
  work: (transaction: Queryable) => Promise<T>,
): Promise<T> {
  const { showTenant } = await import('../runtime/admin/tenants.ts');
  return database.within(adminOf(tenantId), async (transaction) => {
    await showTenant(transaction, tenantId);
    return work(transaction);
  });
}

/** One transaction that sees the whole cell. */
export function inCell<T>({ database }: Administration, work: (transaction: Queryable) => Promise<T>): Promise<T> {
  return database.within(WHOLE_CELL, work);
}

/** Opens what the command's options name, lets `work` use it, closes it. Throws {@link CommandFailure}. */
export async function administer<T>(
  command: Command,
  work: (administration: Administration) => Promise<T>,
  { connections = 1, statementTimeoutMs }: AdministrationSettings = {},
): Promise<T> {
  const options = command.opts<AdministrationOptions>();
  const [{ openDatabase }, { openObjectStore }] = await Promise.all([
    import('../runtime/data/database.ts'),
    import('../runtime/objects/open.ts'),
  ]);
  const connection = await connectionOf(options);
  const database = openDatabase({ ...connection, maxConnections: connections, statementTimeoutMs });
  const stores: ObjectStore[] = [];
  try {
    const cell = await cellIn(database);
    const store = (what: 'recordings' | 'exports') => {
      const address = options[what] ?? nowhere(what);
      const opened = openObjectStore(address, { region: cell.region });
      stores.push(opened);
      return opened;
    };
    return await work({
      database,
      cell,
      actor: { id: `cli:${loginName()}`, reason: options.reason },
      callerKey: () => process.env.VOICECELL_CALLER_KEY || noCallerKey(),
      recordings: () => store('recordings'),
      exports: () => store('exports'),
    });
  } catch (error) {
    throw await explained(error);
  } finally {
    for (const store of stores) store.close();
    await database.close();
  }
}

async function connectionOf({ database: url }: AdministrationOptions): Promise<DatabaseConnection> {
  if (!url)
    throw new CommandFailure(
      'found no database: expected --database postgres://user@host:5432/database, or VOICECELL_DATABASE_URL',
      2,
    );
  const { clientConfig } = await import('../runtime/data/database.ts');
  const { loginAs, usesIam } = await import('../runtime/data/login.ts');
  try {
    clientConfig({ url, applicationName: 'voicecell' });
  } catch (error) {
    throw new CommandFailure((error as Error).message, 2);
  }
  const region = process.env.AWS_REGION;
  if (usesIam(url) && !region)
    throw new CommandFailure(
      'found a database on another machine and no password for it: expected AWS_REGION, where the cell lives, to log in ' +
        'with the role found here, or a password in the URL',
      2,
    );
  return loginAs('voicecell_admin', { url, usesIam: usesIam(url) }, region ?? '');
}

async function cellIn(database: Database): Promise<KnownCell> {
  const { readCell } = await import('../runtime/data/cell.ts');
  const cell = await readCell(database);
  if (cell) return cell;
  throw new CommandFailure(`the database belongs to no cell yet: ${START_IT}`);
}

const START_IT = 'start the cell with it once (voicecell start --database URL, or deploy it)';

/** Undefined table, column, function: a schema that is older than this version, or none. */
const NO_SUCH_THING = /^(42P01|42703|42883)$/;
/** Invalid authorization, invalid password, insufficient privilege. */
const NOT_ALLOWED = /^(28000|28P01|42501)$/;

/** What went wrong with the database, in words that mend it; any other error as it is. */
async function explained(error: unknown): Promise<unknown> {
  const { describeFailure, isUnavailable } = await import('../runtime/data/failures.ts');
  const { AdminRefusal } = await import('../runtime/admin/refusal.ts');
  if (error instanceof AdminRefusal) return new CommandFailure(error.message, error.kind === 'invalid' ? 2 : 1);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (isUnavailable(error))
    return new CommandFailure(
      `the database cannot be reached: ${describeFailure(error)}. Is it up, and does --database name it?`,
    );
  if (NO_SUCH_THING.test(code))
    return new CommandFailure(`the database has no schema, or one older than this version: ${START_IT}`);
  if (NOT_ALLOWED.test(code))
    return new CommandFailure(
      `the database refused the login: ${describeFailure(error)}. Expected one that may act as voicecell_admin`,
    );
  return error;
}

function nowhere(what: 'recordings' | 'exports'): never {
  throw new CommandFailure(
    `nothing says where the ${what} are: expected --${what} FOLDER or s3://BUCKET/PREFIX, or VOICECELL_${what.toUpperCase()}`,
    2,
  );
}

function noCallerKey(): never {
  throw new CommandFailure(
    'nobody can be found by his number without the key that made the hashes: expected the cell’s own VOICECELL_CALLER_KEY',
    2,
  );
}

/** A container's user may have a number and no name. */
function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid-${process.getuid?.() ?? 'unknown'}`;
  }
}

function reasonOf(text: string): string {
  const reason = text.trim();
  if (reason === '' || reason.length > LONGEST_REASON)
    throw new InvalidArgumentError(`expected 1 to ${LONGEST_REASON} characters; found ${reason.length}.`);
  return reason;
}
