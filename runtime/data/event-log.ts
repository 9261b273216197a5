/**
 * Every conversation's events, written to the database behind the calls' backs: a call hands its events over and goes
 * on. While the database is slow or down they wait here, and are written in order when it is back.
 */
import { type CallEvent, type CallEventSink, LIVE_ONLY } from '../call/events.ts';
import { type Logger, safeError } from '../logger.ts';
import { backoffMs } from './backoff.ts';
import { EventQueue, type QueueBounds } from './event-queue.ts';
import { type ConversationStart, type EventRow, placeOf, startOf, toRow } from './event-row.ts';
import type { WriteEvents } from './event-writer.ts';
import { describeFailure, isRefusal } from './failures.ts';

export interface EventLogOptions extends Partial<QueueBounds> {
  readonly write: WriteEvents;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
}

export interface EventLogStats {
  /** Waiting, or on their way. */
  readonly queued: number;
  readonly queuedBytes: number;
  readonly written: number;
  /** Missing for good. Where the place is known, a `problem` event of code `events-lost` is written in it. */
  readonly lost: number;
  /** Why the last attempt failed; gone after the next success. */
  readonly lastError?: string;
}

/** At 100 calls with an event a second each, 64 MiB hold events for the better part of an hour. */
const defaultBounds = { maxEvents: 200_000, maxBytes: 64 * 1_048_576 } as const satisfies QueueBounds;

/** Events are collected this long, then written together. */
export const BATCH_DELAY_MS = 100;
const BATCH_EVENTS = 500;
const BATCH_BYTES = 1_048_576;

/** Far more than a process holds at once; so many that even a call which never says it is over costs nothing. */
const REMEMBERED_CONVERSATIONS = 10_000;

const OUTAGE = 'the database takes no events: they wait';
const FULL = 'the event log is full: events are being lost';
const REFUSED = 'an event cannot be written';
const DISPLACED = 'events carry numbers that their conversation has already used';
const SENSELESS = 'an event cannot be placed: it has no conversation that was started, no number or no time';
const LATE = 'an event came after the event log was closed';

export class EventLog {
  readonly #write: WriteEvents;
  readonly #logger: EventLogOptions['logger'];
  readonly #queue: EventQueue;
  readonly #starts = new Map<string, ConversationStart>();
  readonly #flushes = new Set<{ readonly until: number; readonly done: () => void }>();
  /** What was already complained about; a full log says so once, not once an event. */
  readonly #complaints = new Set<string>();
  #written = 0;
  /** Attempts that failed in a row. */
  #failures = 0;
  #lastError: string | undefined;
  #running = false;
  #wake = () => {};
  #closing: Promise<boolean> | undefined;
  #stopped = false;

  constructor({ write, logger, ...bounds }: EventLogOptions) {
    this.#write = write;
    this.#logger = logger;
    this.#queue = new EventQueue({ ...defaultBounds, ...bounds });
  }

  /** Takes microseconds, whatever the database does. */
  readonly sink: CallEventSink = (event) => {
    try {
      if (LIVE_ONLY.has(event.type)) return;
      if (this.#closing) this.#lose(1, LATE);
      else this.#take(event);
    } catch (error) {
      this.#lose(1, SENSELESS, safeError(error));
    }
  };

  get stats(): EventLogStats {
    const waiting = this.#queue.length;
    return {
      queued: this.#stopped ? 0 : waiting,
      queuedBytes: this.#stopped ? 0 : this.#queue.bytes,
      written: this.#written,
      lost: this.#queue.lost + (this.#stopped ? waiting : 0),
      lastError: this.#lastError,
    };
  }

  /** Writes what has been recorded so far without waiting for more. False if that was not done in time. */
  async flush(deadlineMs: number): Promise<boolean> {
    if (this.#queue.length === 0) return true;
    return new Promise((resolve) => {
      const finish = (complete: boolean) => {
        clearTimeout(timer);
        this.#flushes.delete(flush);
        resolve(complete);
      };
      const timer = setTimeout(() => finish(false), deadlineMs);
      const flush = { until: this.#queue.taken, done: () => finish(true) };
      this.#flushes.add(flush);
      this.#wake();
      this.#start();
    });
  }

  /** Flushes and takes nothing more. What was not written by then is lost. Safe to call twice. */
  close(deadlineMs: number): Promise<boolean> {
    this.#closing ??= this.flush(deadlineMs).then((complete) => {
      this.#stopped = true;
      this.#wake();
      if (!complete) this.#logger.error({ lost: this.#queue.length }, 'event log closed before everything was written');
      return complete;
    });
    return this.#closing;
  }

  #take(event: CallEvent): void {
    const start = this.#startOf(event);
    const place = start && placeOf(event, start);
    if (!place) {
      this.#lose(1, SENSELESS);
      return;
    }
    try {
      if (!this.#queue.push(toRow(event, place))) this.#complain(FULL, { queued: this.#queue.length });
    } catch (error) {
      this.#queue.lose(place);
      this.#complain(REFUSED, { conversationId: start.id, ...safeError(error) });
    }
    this.#start();
  }

  #startOf(event: CallEvent): ConversationStart | undefined {
    const known = this.#starts.get(event.conversationId);
    const start = known ?? startOf(event);
    if (start && !known) {
      this.#starts.set(start.id, start);
      const [oldest] = this.#starts.keys();
      if (oldest !== undefined && this.#starts.size > REMEMBERED_CONVERSATIONS) this.#starts.delete(oldest);
    }
    return start;
  }

  #start(): void {
    if (this.#running) return;
    this.#running = true;
    void this.#run();
  }

  /** Runs while there is something to write. One batch at a time, so that the order of events is the order of commits. */
  async #run(): Promise<void> {
    while (this.#queue.length > 0 && !this.#stopped) {
      await this.#pause(this.#delayMs());
      if (this.#stopped) break;
      try {
        await this.#deliver(this.#queue.oldest(BATCH_EVENTS, BATCH_BYTES));
        this.#succeeded();
      } catch (error) {
        this.#failed(error);
      }
    }
    this.#running = false;
  }

  #delayMs(): number {
    if (this.#failures > 0) return backoffMs(this.#flushes.size > 0 ? 1 : this.#failures);
    return this.#flushes.size > 0 || this.#queue.length >= BATCH_EVENTS ? 0 : BATCH_DELAY_MS;
  }

  /** Afterwards these rows have left the queue. Rows that the database will not have are found by halving. */
  async #deliver(rows: readonly EventRow[]): Promise<void> {
    try {
      this.#delivered(rows.length, await this.#write(rows));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      this.#complain(REFUSED, { error: describeFailure(error) });
      if (rows.length > 1) {
        const half = rows.length >> 1;
        await this.#deliver(rows.slice(0, half));
        await this.#deliver(rows.slice(half));
      } else if (this.#queue.refuseOldest()) await this.#deliver(this.#queue.oldest(1, BATCH_BYTES));
    }
    this.#settleFlushes();
  }

  #delivered(count: number, inserted: number): void {
    const events = this.#queue.remove(count);
    // After a failure nobody knows whether the rows had arrived before it. Without one, others have taken their places.
    const displaced = this.#failures > 0 ? 0 : count - inserted;
    this.#written += events - displaced;
    if (displaced > 0) this.#lose(displaced, DISPLACED);
  }

  #succeeded(): void {
    this.#lastError = undefined;
    if (this.#failures > 0)
      this.#logger.info({ failures: this.#failures, queued: this.#queue.length }, 'the database takes events again');
    this.#failures = 0;
    this.#complaints.delete(OUTAGE);
    this.#complaints.delete(FULL);
  }

  #failed(error: unknown): void {
    this.#failures += 1;
    this.#lastError = describeFailure(error);
    this.#complain(OUTAGE, { error: this.#lastError });
  }

  #settleFlushes(): void {
    const gone = this.#queue.taken - this.#queue.length;
    for (const { until, done } of this.#flushes) if (gone >= until) done();
  }

  async #pause(ms: number): Promise<void> {
    if (ms === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #lose(events: number, complaint: string, fields: object = {}): void {
    this.#queue.countLost(events);
    this.#complain(complaint, fields);
  }

  #complain(message: string, fields: object): void {
    if (this.#complaints.has(message)) return;
    this.#complaints.add(message);
    this.#logger.warn(fields, message);
  }
}
