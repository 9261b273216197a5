/**
 * Who answers a number. The database knows; what it said is remembered, so that a call waits for no query and is answered
 * while the database is down. What it does not know may be the house's.
 */
import { type Agent, agentSchema } from '../agents/definition.ts';
import type { Queryable } from '../data/database.ts';
import type { Tenant } from './tenant.ts';

export interface Answerer {
  readonly tenant: Tenant;
  readonly agent: Agent;
}

/** Why nobody answers. `residency`: the tenant's data may not be in this region. */
export type NoAnswer = 'unknown-number' | 'residency' | 'closed' | 'broken-agent';

/** Who answers a number (E.164; empty for the browser phone). Never rejects. */
export type AnswererOf = (to: string) => Promise<Answerer | NoAnswer>;

export interface DirectoryOptions {
  readonly database: Queryable;
  /** Who answers what the database does not know: E.164, or empty for the browser phone. */
  readonly house: (number: string) => Answerer | undefined;
  /** @default {@link LONGEST_WAIT_MS} */
  readonly longestWaitMs?: number;
  /** The database is another cell's: nobody is answered from it, and nothing may be written to it. */
  readonly isForeign?: () => boolean;
  /** A call to a tenant that may not be here is being refused. */
  readonly onBreach?: (tenantId: string) => void;
  /** An entry of the database cannot be used, or the database cannot be asked. Never holds a number. */
  readonly onProblem?: (problem: { readonly agentId?: string; readonly error: unknown }) => void;
}

interface Entry {
  readonly answer: Answerer | NoAnswer;
  readonly tenantId?: string;
  readonly asOfMs: number;
}

interface Row {
  readonly tenant_id: string;
  readonly data_residency: string;
  readonly agent_id: string;
  readonly definition: unknown;
  readonly breach: string | null;
  readonly closed: boolean;
}

/** What is older is asked again, behind the call's back. */
export const FRESH_MS = 10_000;
/** A first caller waits no longer for a database that does not answer. */
export const LONGEST_WAIT_MS = 1_000;
/** Far more numbers than a cell has; strangers who dial at random push out the oldest. */
const MOST_ENTRIES = 50_000;

export class Directory {
  readonly #options: DirectoryOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #asking = new Map<string, Promise<Entry>>();
  /** One object an agent version, for what is kept with it: prepared sentences. */
  readonly #agents = new Map<string, Agent>();

  constructor(options: DirectoryOptions) {
    this.#options = options;
  }

  /** Never rejects. @param number E.164, or empty for the browser phone */
  async find(number: string): Promise<Answerer | NoAnswer> {
    const { isForeign, onBreach, house, longestWaitMs = LONGEST_WAIT_MS } = this.#options;
    if (isForeign?.()) return 'residency';
    if (number === '') return house('') ?? 'unknown-number';
    const known = this.#entries.get(number);
    if (!known || Date.now() - known.asOfMs >= FRESH_MS) void this.#ask(number);
    const entry = known ?? (await within(this.#ask(number), longestWaitMs));
    if (entry?.answer === 'residency' && entry.tenantId) onBreach?.(entry.tenantId);
    if (entry && entry.answer !== 'unknown-number') return entry.answer;
    return house(number) ?? 'unknown-number';
  }

  /** What is known of a number changed: the next call asks anew. */
  forget(number: string): void {
    this.#entries.delete(number);
  }

  #ask(number: string): Promise<Entry> {
    let asking = this.#asking.get(number);
    if (!asking) {
      asking = this.#query(number).finally(() => this.#asking.delete(number));
      this.#asking.set(number, asking);
      // Whoever waits for it learns of the failure; nobody may.
      asking.catch((error) => this.#options.onProblem?.({ error }));
    }
    return asking;
  }

  async #query(number: string): Promise<Entry> {
    const [row] = await this.#options.database.query<Row>('select * from answering($1)', [number]);
    const entry = {
      answer: row ? this.#answer(row) : 'unknown-number',
      tenantId: row?.tenant_id,
      asOfMs: Date.now(),
    } as const;
    this.#entries.delete(number);
    this.#entries.set(number, entry);
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined && this.#entries.size > MOST_ENTRIES) this.#entries.delete(oldest);
    return entry;
  }

  #answer(row: Row): Answerer | NoAnswer {
    if (row.breach !== null) return 'residency';
    if (row.closed) return 'closed';
    const agent = this.#agents.get(row.agent_id) ?? this.#read(row);
    return agent ? { tenant: { id: row.tenant_id, residency: row.data_residency }, agent } : 'broken-agent';
  }

  #read({ agent_id: agentId, definition }: Row): Agent | undefined {
    const read = agentSchema.safeParse(definition);
    if (read.success) this.#agents.set(agentId, read.data);
    else this.#options.onProblem?.({ agentId, error: read.error });
    return read.data;
  }
}

/** Undefined when it fails, or takes longer. */
async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, ms, undefined);
  });
  const first = await Promise.race([promise.catch(() => undefined), tooLong]);
  clearTimeout(timer);
  return first;
}
