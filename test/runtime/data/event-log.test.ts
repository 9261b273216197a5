/** When the event log writes, waits and gives up: on virtual time, before a database that does as it is told. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { CallEvent } from '../../../runtime/call/events.ts';
import { BATCH_DELAY_MS, EventLog, type EventLogOptions } from '../../../runtime/data/event-log.ts';
import type { EventRow } from '../../../runtime/data/event-row.ts';
import { createLogger } from '../../../runtime/logger.ts';
import { callEvents } from './events.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const DOWN = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' });
const REFUSAL = Object.assign(new Error('invalid: "the words of a caller"'), { severity: 'ERROR', code: '22P02' });

/** Holds rows by their key, as the table does. */
function scriptedDatabase() {
  const table = new Map<string, EventRow>();
  const script = {
    /** Thrown by each attempt. */
    failure: undefined as Error | undefined,
    refuses: (_row: EventRow) => false,
    tookMs: 0,
    /** Rows arrive, but the answer to the first attempt does not. */
    losesAnswer: false,
    /** When, after the beginning, how many rows were sent. */
    attempts: [] as { atMs: number; rows: number }[],
    get sequences() {
      return [...table.values()].map(({ sequence }) => sequence);
    },
    get types() {
      return [...table.values()].map(({ type }) => type);
    },
  };
  const beganAt = Date.now();
  const write: EventLogOptions['write'] = async (rows) => {
    script.attempts.push({ atMs: Date.now() - beganAt, rows: rows.length });
    if (script.tookMs > 0) await new Promise((resolve) => setTimeout(resolve, script.tookMs));
    if (script.failure) throw script.failure;
    if (rows.some(script.refuses)) throw REFUSAL;
    const fresh = rows.filter(({ start, sequence }) => !table.has(`${start.id} ${sequence}`));
    for (const row of fresh) table.set(`${row.start.id} ${row.sequence}`, row);
    if (script.losesAnswer) {
      script.losesAnswer = false;
      throw new Error('Connection terminated unexpectedly');
    }
    return fresh.length;
  };
  return { script, write };
}

function setUp(bounds: Partial<EventLogOptions> = {}) {
  const lines: { level: string; msg: string; [field: string]: unknown }[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  const logger = createLogger({ level: 'info', region: 'eu-central-1', destination });
  const { script, write } = scriptedDatabase();
  const log = new EventLog({ write, logger, ...bounds });
  const call = callEvents();
  const record = (...events: CallEvent[]) => events.forEach(log.sink);
  return { log, script, call, record, lines, said: () => lines.map(({ level, msg }) => `${level}: ${msg}`) };
}

describe('while the database is well', () => {
  test('events are written together, a short while after the first', async () => {
    const { log, script, call, record } = setUp();
    record(call.started(), call.said('one'));
    await vi.advanceTimersByTimeAsync(BATCH_DELAY_MS - 1);
    record(call.said('two'));
    expect(script.attempts).toEqual([]);
    expect(log.stats).toMatchObject({ queued: 3, written: 0, lost: 0 });
    await vi.advanceTimersByTimeAsync(1);
    expect(script.attempts).toEqual([{ atMs: BATCH_DELAY_MS, rows: 3 }]);
    expect(log.stats).toEqual({ queued: 0, queuedBytes: 0, written: 3, lost: 0, lastError: undefined });
  });

  test('a flood is written in batches, one right after the other while they are full', async () => {
    const { script, call, record } = setUp();
    record(call.started(), ...Array.from({ length: 1_100 }, () => call.said('x')));
    await vi.advanceTimersByTimeAsync(2 * BATCH_DELAY_MS);
    expect(script.attempts).toEqual([
      { atMs: BATCH_DELAY_MS, rows: 500 },
      { atMs: BATCH_DELAY_MS, rows: 500 },
      { atMs: 2 * BATCH_DELAY_MS, rows: 101 },
    ]);
    expect(script.sequences).toEqual(Array.from({ length: 1_101 }, (_, sequence) => sequence));
  });

  test('one batch is written at a time, however long it takes', async () => {
    const { script, call, record } = setUp();
    script.tookMs = 3_000;
    record(call.started());
    await vi.advanceTimersByTimeAsync(BATCH_DELAY_MS);
    record(call.said('meanwhile'));
    await vi.advanceTimersByTimeAsync(2_999);
    expect(script.attempts).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(script.sequences).toEqual([0, 1]);
  });

  test('what is only worth showing live is not written', async () => {
    const { log, script, call, record } = setUp();
    record(
      call.started(),
      call.next({ type: 'partial', text: 'go' }),
      call.next({ type: 'agent-speaking', turn: 1, text: 'Hi' }),
    );
    expect(await settled(log.flush(1_000))).toBe(true);
    expect(script.types).toEqual(['call-started']);
    expect(log.stats.lost).toBe(0);
  });

  test('events whose numbers are already taken are missed', async () => {
    const { log, call, record, said } = setUp();
    record(call.started(), call.said('first'));
    await vi.advanceTimersByTimeAsync(BATCH_DELAY_MS);
    record({ ...call.said('second'), sequence: 1 });
    await vi.advanceTimersByTimeAsync(BATCH_DELAY_MS);
    expect(log.stats).toMatchObject({ written: 2, lost: 1 });
    expect(said()).toEqual(['warn: events carry numbers that their conversation has already used']);
  });
});

describe('while the database is down', () => {
  test('it is tried again after 0.2, 0.4, 0.8 … s, at most 10 s, and everything is written in order when it is back', async () => {
    const { log, script, call, record, said, lines } = setUp();
    script.failure = DOWN;
    record(call.started());
    for (let seconds = 0; seconds < 60; seconds++) {
      record(call.said('still here'));
      await vi.advanceTimersByTimeAsync(1_000);
    }
    const gaps = script.attempts.map(({ atMs }, nth) => atMs - (script.attempts[nth - 1]?.atMs ?? 0));
    expect(gaps).toEqual([100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000, 10_000, 10_000]);
    expect(log.stats).toMatchObject({ queued: 61, written: 0, lost: 0, lastError: DOWN.message });
    script.failure = undefined;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(script.sequences).toEqual(Array.from({ length: 61 }, (_, sequence) => sequence));
    expect(log.stats).toMatchObject({ queued: 0, written: 61, lost: 0, lastError: undefined });
    expect(said()).toEqual(['warn: the database takes no events: they wait', 'info: the database takes events again']);
    expect(lines[1]).toMatchObject({ failures: 11, queued: 0 });
  });

  test('an answer that was lost doubles nothing and loses nothing', async () => {
    const { log, script, call, record } = setUp();
    script.losesAnswer = true;
    record(call.started(), call.said('once'));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(script.attempts).toHaveLength(2);
    expect(script.sequences).toEqual([0, 1]);
    expect(log.stats).toMatchObject({ written: 2, lost: 0 });
  });

  test('past the bound, events are lost: counted, marked in their conversation, and said once', async () => {
    const { log, script, call, record, said } = setUp({ maxEvents: 3 });
    script.failure = DOWN;
    record(call.started(), call.said('1'), call.said('2'), call.said('lost'), call.said('lost'), call.ended());
    await vi.advanceTimersByTimeAsync(1_000);
    expect(log.stats).toMatchObject({ queued: 5, lost: 2 });
    script.failure = undefined;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(script.sequences).toEqual([0, 1, 2, 3, 5]);
    expect(script.types.slice(3)).toEqual(['problem', 'call-ended']);
    expect(log.stats).toMatchObject({ queued: 0, written: 4, lost: 2 });
    expect(said()).toEqual([
      'warn: the event log is full: events are being lost',
      'warn: the database takes no events: they wait',
      'info: the database takes events again',
    ]);
  });
});

describe('events that make no sense', () => {
  test.each([
    ['null', null],
    ['a number', 7],
    ['an event of a conversation that never started', callEvents().said('hello')],
    ['an event without a conversation', { type: 'dtmf', digit: '1', sequence: 1, at: '2026-11-22T10:00:00Z', atMs: 1 }],
  ])('%s is counted and harms nobody', async (_, nonsense) => {
    const { log, script, call, record } = setUp();
    record(call.started(), nonsense as CallEvent, call.said('hello'));
    expect(await settled(log.flush(1_000))).toBe(true);
    expect(script.sequences).toEqual([0, 1]);
    expect(log.stats).toMatchObject({ written: 2, lost: 1 });
  });

  test('one that cannot be written as JSON leaves a mark in its place', async () => {
    const { log, script, call, record, said } = setUp();
    const tool = { type: 'tool-called', turn: 1, id: '1', name: 'look', input: 1n } as const;
    record(call.started(), call.next(tool), call.said('hello'));
    await settled(log.flush(1_000));
    expect(script.types).toEqual(['call-started', 'problem', 'caller-turn']);
    expect(log.stats).toMatchObject({ written: 2, lost: 1 });
    expect(said()).toEqual(['warn: an event cannot be written']);
  });

  test('one that the database refuses is found, marked, and holds up no other', async () => {
    const { log, script, call, record, lines } = setUp();
    script.refuses = ({ sequence, type }) => sequence === 137 && type !== 'problem';
    record(call.started(), ...Array.from({ length: 300 }, () => call.said('x')));
    await vi.advanceTimersByTimeAsync(BATCH_DELAY_MS);
    expect(script.sequences).toEqual(Array.from({ length: 301 }, (_, sequence) => sequence));
    expect(script.types.indexOf('problem')).toBe(137);
    expect(log.stats).toMatchObject({ queued: 0, written: 300, lost: 1 });
    expect(JSON.stringify(lines)).not.toContain('the words of a caller');
  });

  test('a conversation that the database refuses as a whole is lost alone', async () => {
    const { log, script, call, record } = setUp();
    const refused = callEvents();
    script.refuses = ({ start }) => start.id === refused.conversationId;
    record(call.started(), refused.started(), call.said('hello'), refused.said('hello'), refused.ended(), call.ended());
    await vi.advanceTimersByTimeAsync(BATCH_DELAY_MS);
    expect(script.types).toEqual(['call-started', 'caller-turn', 'call-ended']);
    expect(log.stats).toMatchObject({ queued: 0, written: 3, lost: 3 });
  });
});

describe('at the end', () => {
  test('a flush does not wait for more', async () => {
    const { log, script, call, record } = setUp();
    expect(await log.flush(1_000)).toBe(true);
    record(call.started());
    expect(await settled(log.flush(1_000))).toBe(true);
    expect(script.attempts).toEqual([{ atMs: 0, rows: 1 }]);
  });

  test('a flush is complete when what came before it is written, whatever comes after', async () => {
    const { log, script, call, record } = setUp();
    script.tookMs = 500;
    record(call.started());
    const flushed = log.flush(1_000);
    await vi.advanceTimersByTimeAsync(1);
    record(call.said('later'));
    await vi.advanceTimersByTimeAsync(500);
    expect(await flushed).toBe(true);
    expect(log.stats).toMatchObject({ queued: 1, written: 1 });
  });

  test('a flush breaks into a long wait, tries often, and gives up at its deadline', async () => {
    const { log, script, call, record } = setUp();
    script.failure = DOWN;
    record(call.started());
    await vi.advanceTimersByTimeAsync(30_000);
    script.attempts.length = 0;
    const flushed = log.flush(1_000);
    await vi.advanceTimersByTimeAsync(999);
    expect(script.attempts).toHaveLength(5);
    await vi.advanceTimersByTimeAsync(1);
    expect(await flushed).toBe(false);
    expect(log.stats).toMatchObject({ queued: 1, lost: 0 });
  });

  test('closing writes what there is, and takes nothing more', async () => {
    const { log, script, call, record, said } = setUp();
    record(call.started());
    const closed = log.close(1_000);
    record(call.said('too late'));
    expect(await settled(closed)).toBe(true);
    expect(await log.close(1_000)).toBe(true);
    expect(script.sequences).toEqual([0]);
    expect(log.stats).toMatchObject({ queued: 0, written: 1, lost: 1 });
    expect(said()).toEqual(['warn: an event came after the event log was closed']);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('closing while the database is down ends at its deadline, and says what is lost', async () => {
    const { log, script, call, record, lines } = setUp();
    script.failure = DOWN;
    record(call.started(), call.said('hello'));
    expect(await settled(log.close(5_000))).toBe(false);
    expect(log.stats).toMatchObject({ queued: 0, written: 0, lost: 2 });
    expect(lines.at(-1)).toMatchObject({
      level: 'error',
      lost: 2,
      msg: 'event log closed before everything was written',
    });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('closing while the database hangs ends at its deadline', async () => {
    const { log, script, call, record } = setUp();
    script.tookMs = 3_600_000;
    record(call.started());
    expect(await settled(log.close(5_000))).toBe(false);
    expect(log.stats).toMatchObject({ queued: 0, written: 0, lost: 1 });
  });
});

/** Lets virtual time pass until the promise is settled. */
async function settled<Value>(promise: Promise<Value>): Promise<Value> {
  let done = false;
  void promise.finally(() => {
    done = true;
  });
  while (!done) await vi.advanceTimersByTimeAsync(100);
  return promise;
}
