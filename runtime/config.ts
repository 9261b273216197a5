/**
 * The process's environment, read once. Either all of it makes sense, or the process refuses to start and says what is
 * wrong with every variable: what was found, what was expected, how to mend it.
 */
import { hkdfSync, randomBytes } from 'node:crypto';
import { type Cell, CellShapeError, parseCell } from '../regions/cell.ts';
import type { AgentStore } from './agents/store.ts';
import { E164 } from './channels/numbers.ts';
import { clientConfig } from './data/database.ts';
import { type DatabaseAddress, usesIam } from './data/login.ts';
import { isLoopback } from './loopback.ts';
import { parseStoreAddress, STORE_ADDRESS, type StoreAddress } from './objects/address.ts';
import { VARIABLES, type VariableName } from './variables.ts';

export interface Config {
  readonly cell: Cell;
  readonly host: string;
  readonly port: number;
  /** The cell's origin, as the world sees it. */
  readonly publicUrl: URL;
  /** Signs one-time tokens. */
  readonly tokenSecret: string;
  /** Turns callers' numbers into the hashes by which they are known; the same in all tasks, and for ever. */
  readonly callerKey: string;
  /** The first key of the administration; absent where one is made on the command line. */
  readonly operatorKey?: string;
  /** Set if the cell takes calls from Twilio: it has the channel, and Twilio can find it. */
  readonly twilio?: { readonly authToken: string };
  /** Set if the cell takes calls from browsers. */
  readonly phone?: { readonly key?: string };
  readonly database: DatabaseAddress;
  /** Stands in for the AWS speech services. */
  readonly awsEndpoint?: string;
  /** Set if calls may be recorded: where to. */
  readonly recordings?: StoreAddress;
  /** Set if people can be given copies of their data: where to. */
  readonly exports?: StoreAddress;
  readonly agentsFolder: string;
  /** E.164 number → agent's name; `*` is every other number, and the browser phone. */
  readonly numbers: Readonly<Record<string, string>>;
  readonly logLevel: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Thrown with every problem at once, one a line. Repeats no value that may be secret. */
export class ConfigError extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`found an environment that no cell can run in:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** Throws {@link ConfigError}. */
export function readConfig(env: Environment): Config {
  const reader = new Reader(env);
  const cell = reader.read('VOICECELL_CELL', cellOf);
  const host = reader.read('VOICECELL_HOST', nonEmpty, '127.0.0.1');
  const port = reader.read('VOICECELL_PORT', portOf, '8080');
  const region = cell?.region;
  if (region) reader.read('AWS_REGION', (found) => sameRegion(found, region), region);

  const isPublic = cell?.domain !== undefined || Boolean(env.VOICECELL_PUBLIC_URL);
  const publicUrl = reader.read('VOICECELL_PUBLIC_URL', originOf, isPublic ? undefined : `http://localhost:${port}`);
  const takesTwilio = cell?.channels.twilio !== undefined && isPublic;
  const authToken = takesTwilio ? reader.read('TWILIO_AUTH_TOKEN', longerThan(16)) : undefined;
  const takesBrowsers = cell?.channels.browser ?? false;
  const isPrivate = host !== undefined && isLoopback(host);
  const phoneKey = takesBrowsers ? reader.readOptional('VOICECELL_PHONE_KEY', longerThan(16), isPrivate) : undefined;

  const config = {
    cell,
    host,
    port,
    publicUrl,
    tokenSecret: reader.read('VOICECELL_TOKEN_SECRET', longerThan(32), deriveSecret(authToken ?? phoneKey)),
    callerKey: reader.read(
      'VOICECELL_CALLER_KEY',
      longerThan(32),
      isPrivate ? randomBytes(32).toString('hex') : undefined,
    ),
    operatorKey: reader.readOptional('VOICECELL_OPERATOR_KEY', longerThan(32)),
    twilio: authToken === undefined ? undefined : { authToken },
    phone: takesBrowsers ? { key: phoneKey } : undefined,
    database: reader.read('VOICECELL_DATABASE_URL', databaseOf),
    awsEndpoint: reader.readOptional('VOICECELL_AWS_ENDPOINT', localEndpoint),
    recordings: reader.readOptional('VOICECELL_RECORDINGS', storeOf),
    exports: reader.readOptional('VOICECELL_EXPORTS', storeOf),
    agentsFolder: reader.read('VOICECELL_AGENTS', nonEmpty, './agents'),
    numbers: reader.read('VOICECELL_NUMBERS', numbersOf, '{}'),
    logLevel: reader.read('VOICECELL_LOG_LEVEL', logLevel, 'info'),
  };
  if (reader.problems.length > 0) throw new ConfigError(reader.problems);
  // Whatever is missing has been reported above.
  return config as Config;
}

/** Throws {@link ConfigError} unless every number is answered by an agent that exists. Quotes no number. */
export function checkNumbers(numbers: Config['numbers'], agents: AgentStore): void {
  const names = agents.all.map(({ name }) => name);
  const problems = [...new Set(Object.values(numbers))]
    .filter((name) => !agents.get(name))
    .map((name) => `VOICECELL_NUMBERS: found the agent ${JSON.stringify(name)}, expected one of ${names.join(', ')}`);
  if (Object.keys(numbers).length === 0 && names.length > 1)
    problems.push(
      `VOICECELL_NUMBERS: found nothing for ${names.length} agents, expected {"*": "${names[0]}"} or the like`,
    );
  if (problems.length > 0) throw new ConfigError(problems);
}

/** What a parser throws: what it expected instead, or several problems of one value. */
class Unexpected extends Error {
  readonly problems: readonly string[];
  constructor(expected: string, problems: readonly string[] = []) {
    super(expected);
    this.problems = problems;
  }
}

class Reader {
  readonly problems: string[] = [];
  readonly #env: Environment;

  constructor(env: Environment) {
    this.#env = env;
  }

  /** The parsed value; undefined after a problem was noted. Without `fallback` the variable is needed. */
  read<T>(name: VariableName, parse: (text: string) => T, fallback?: string): T | undefined {
    const text = this.#env[name] || fallback;
    if (text !== undefined) return this.#parse(name, text, parse);
    this.problems.push(`${name}: found nothing, expected ${VARIABLES[name].meaning}`);
    return undefined;
  }

  readOptional<T>(name: VariableName, parse: (text: string) => T, isOptional = true): T | undefined {
    return this.#env[name] || !isOptional ? this.read(name, parse) : undefined;
  }

  #parse<T>(name: VariableName, text: string, parse: (text: string) => T): T | undefined {
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof Unexpected)) throw error;
      const found = VARIABLES[name].secret ? `a value of ${text.length} characters` : JSON.stringify(text.slice(0, 60));
      const problems = error.problems.length > 0 ? error.problems : [`found ${found}, expected ${error.message}`];
      this.problems.push(...problems.map((problem) => `${name}: ${problem}`));
      return undefined;
    }
  }
}

function cellOf(text: string): Cell {
  try {
    return parseCell(JSON.parse(text));
  } catch (error) {
    if (error instanceof CellShapeError) throw new Unexpected('a cell', error.problems);
    throw new Unexpected('JSON');
  }
}

function nonEmpty(text: string): string {
  if (text.trim() === '') throw new Unexpected('more than blanks');
  return text;
}

function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new Unexpected('a whole number from 0 to 65535');
  return port;
}

function sameRegion(found: string, expected: string): string {
  if (found !== expected)
    throw new Unexpected(`${expected}, where the cell lives: start it there, or give this region a cell of its own`);
  return found;
}

function originOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isOrigin = url && url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '';
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
  if (!isOrigin || !isSafe)
    throw new Unexpected('https:// and a host, without a path, as the world sees it (http:// only for localhost)');
  return url;
}

function longerThan(characters: number): (text: string) => string {
  return (text) => {
    if (text.length < characters || /\s/.test(text))
      throw new Unexpected(`at least ${characters} characters without blanks: openssl rand -hex 32 makes 64 of them`);
    return text;
  };
}

function databaseOf(url: string): DatabaseAddress {
  try {
    clientConfig({ url, applicationName: 'voicecell' });
  } catch (error) {
    throw new Unexpected('a database', [(error as Error).message]);
  }
  return { url, usesIam: usesIam(url) };
}

function localEndpoint(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || !isLoopback(url.hostname))
    throw new Unexpected(
      'http:// and an address of this machine: a stand-in for AWS anywhere else would leave the cell',
    );
  return text;
}

function storeOf(text: string): StoreAddress {
  const address = parseStoreAddress(text);
  if (!address) throw new Unexpected(STORE_ADDRESS);
  return address;
}

function numbersOf(text: string): Record<string, string> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Unexpected('JSON');
  }
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  const isSound = ([number, agent]: [string, unknown]) =>
    (number === '*' || E164.test(number)) && typeof agent === 'string';
  if (Array.isArray(value) || typeof value !== 'object' || !entries.every(isSound))
    throw new Unexpected('an object with E.164 numbers or * as its keys and names of agents as its values');
  return Object.fromEntries(entries) as Record<string, string>;
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

function logLevel(text: string): string {
  if (!LOG_LEVELS.includes(text)) throw new Unexpected(`one of ${LOG_LEVELS.join(', ')}`);
  return text;
}

/** All tasks of a cell derive the same secret. A cell that is only on this machine needs none that lasts. */
function deriveSecret(from: string | undefined): string {
  if (from === undefined) return randomBytes(32).toString('hex');
  return Buffer.from(hkdfSync('sha256', from, '', 'voicecell one-time tokens', 32)).toString('hex');
}
