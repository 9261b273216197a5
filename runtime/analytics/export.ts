/**
 * A day of every tenant → two objects of newline-delimited JSON: numbers of groups of calls, and redacted turns. Read and
 * written a little at a time; an object is seen when it is whole, and the same day again takes its place.
 */
import { ANALYTICS_RETENTION_DAYS } from '../../regions/retention.ts';
import { type Actor, audit } from '../compliance/audit/audit.ts';
import { restAfter } from '../compliance/subject-requests/pacing.ts';
import type { Database, Queryable } from '../data/database.ts';
import { describeFailure, isUnavailable } from '../data/failures.ts';
import { adminOf, WHOLE_CELL } from '../data/scope.ts';
import { refuseBesideCalls } from '../jobs/apart.ts';
import type { ObjectStore } from '../objects/store.ts';
import { pause } from '../pause.ts';
import { type AggregateRow, aggregateRow } from './aggregates.ts';
import { callsOf, isPartlyDeleted, numbersOf, peopleIn, spokenIn } from './calls.ts';
import type { Day } from './day.ts';
import { type Group, groupsOf, type HourCount } from './groups.ts';
import { shuffled } from './shuffle.ts';
import { type TurnRow, turnRows } from './turns.ts';

export interface AnalyticsOptions {
  /** Of the administration. One connection is enough. */
  readonly database: Pick<Database, 'within'>;
  readonly exports: ObjectStore;
  readonly actor: Actor;
  /** Checked already: see `checkDay`. */
  readonly day: Day;
  /** @default every tenant */
  readonly tenantId?: string;
  /** Language of an agent that the database does not know: of those that come with the process. */
  readonly languageOf?: (agent: string) => string | undefined;
  readonly signal?: AbortSignal;
  readonly onDone?: (done: TenantExport) => void;
}

export interface TenantExport {
  readonly tenantId: string;
  /** Rows. */
  readonly aggregates: number;
  /** Rows; absent when the tenant wants none. */
  readonly turns?: number;
}

export interface AnalyticsReport {
  readonly day: Day;
  readonly tenants: readonly TenantExport[];
  /** Tenants whose day was not written, and why. What an earlier run has written of them is still there. */
  readonly problems: readonly string[];
}

const CALLS_A_PAGE = 50;
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

/** Where a tenant's day is. */
export const analyticsKey = (tenantId: string, day: Day, what: 'aggregates' | 'turns'): string =>
  `analytics/${tenantId}/${day}/${what}.ndjson`;

/** Throws in a process that takes calls, and when the database cannot be reached. */
export async function exportAnalytics(options: AnalyticsOptions): Promise<AnalyticsReport> {
  refuseBesideCalls('an export of analytics');
  const { database, day, signal } = options;
  const tenants: TenantExport[] = [];
  const problems: string[] = [];
  const all = await database.within(WHOLE_CELL, (transaction) =>
    transaction.query<{ id: string; turns: boolean }>(
      `select tenants.id, coalesce(turns, true) as turns from tenants left join analytics_choices on tenant_id = tenants.id
       where $1::uuid is null or tenants.id = $1 order by tenants.id`,
      [options.tenantId ?? null],
    ),
  );
  for (const { id: tenantId, turns } of all) {
    if (signal?.aborted) {
      problems.push('told to end before every tenant was written: run it again');
      break;
    }
    try {
      const done = await new TenantDay(options, tenantId).write(turns);
      tenants.push(done);
      options.onDone?.(done);
    } catch (error) {
      // A store that is down is told of each tenant; without the database there is nothing to tell.
      if (isUnavailable(error)) await database.within(WHOLE_CELL, (transaction) => transaction.query('select 1'));
      problems.push(`tenant ${tenantId}: ${describeFailure(error)}`);
    }
  }
  return { day, tenants, problems };
}

class TenantDay {
  readonly #options: AnalyticsOptions;
  readonly #tenantId: string;

  constructor(options: AnalyticsOptions, tenantId: string) {
    this.#options = options;
    this.#tenantId = tenantId;
  }

  async write(wantsTurns: boolean): Promise<TenantExport> {
    const { day, exports: store, database, actor } = this.#options;
    const tenantId = this.#tenantId;
    if (await this.#read((transaction) => isPartlyDeleted(transaction, tenantId, day)))
      throw new Error(`retention has begun to delete what was said on ${day}: what was written before stays`);
    const counts: HourCount[] = [];
    for (const hour of HOURS)
      counts.push(...(await this.#read((transaction) => peopleIn(transaction, tenantId, day, hour))));
    const groups = groupsOf(counts);
    const aggregates = await this.#put('aggregates', this.#aggregates(groups));
    let turns: number | undefined;
    if (wantsTurns) turns = await this.#put('turns', this.#shuffledTurns(groups));
    else await store.delete([analyticsKey(tenantId, day, 'turns')]);
    await database.within(adminOf(tenantId), (transaction) =>
      audit(transaction, actor, {
        action: 'export',
        resource: 'analytics',
        resourceId: day,
        tenantId,
        details: { aggregates, turns: turns ?? 'not wanted' },
      }),
    );
    return { tenantId, aggregates, turns };
  }

  async #put(what: 'aggregates' | 'turns', rows: AsyncIterable<AggregateRow | TurnRow>): Promise<number> {
    const { exports: store, day, signal } = this.#options;
    let count = 0;
    async function* lines() {
      for await (const row of rows) {
        count += 1;
        yield Buffer.from(`${JSON.stringify(row)}\n`);
      }
    }
    await store.put(analyticsKey(this.#tenantId, day, what), lines(), {
      contentType: 'application/x-ndjson',
      retentionDays: ANALYTICS_RETENTION_DAYS,
      onFailure: 'discard',
      signal,
    });
    return count;
  }

  async *#aggregates(groups: readonly Group[]): AsyncGenerator<AggregateRow> {
    const { day } = this.#options;
    for (const group of groups) {
      const numbers = await this.#read((transaction) => numbersOf(transaction, this.#tenantId, day, group));
      const row = aggregateRow(day, group, numbers);
      if (row) yield row;
    }
  }

  /** Group by group, since the group is told anyway; within it in an order that tells nothing. */
  async *#shuffledTurns(groups: readonly Group[]): AsyncGenerator<TurnRow> {
    for (const group of groups) yield* shuffled(this.#turns(group));
  }

  async *#turns(group: Group): AsyncGenerator<TurnRow> {
    const { day, languageOf = () => undefined } = this.#options;
    for (let after = '00000000-0000-0000-0000-000000000000'; ; ) {
      const from = after;
      const { calls, events } = await this.#read(async (transaction) => {
        const page = await callsOf(transaction, this.#tenantId, day, { group, after: from, most: CALLS_A_PAGE });
        return {
          calls: page,
          events: await spokenIn(
            transaction,
            page.map(({ id }) => id),
          ),
        };
      });
      for (const { id, language } of calls) {
        const spoken = language ?? languageOf(group.agent);
        // What cannot be read cannot be redacted.
        if (spoken !== undefined)
          yield* turnRows(
            events.filter(({ conversationId }) => conversationId === id),
            { day, group, language: spoken },
          );
      }
      const last = calls.at(-1);
      if (!last || calls.length < CALLS_A_PAGE) return;
      after = last.id;
    }
  }

  /** One short transaction, and then a rest: calls share the database. */
  async #read<T>(work: (transaction: Queryable) => Promise<T>): Promise<T> {
    const beganAt = performance.now();
    const result = await this.#options.database.within(adminOf(this.#tenantId), work);
    await pause(restAfter(performance.now() - beganAt), this.#options.signal ?? new AbortController().signal);
    return result;
  }
}
