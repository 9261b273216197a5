import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CHECK_WITHIN_MS, createHealth, FRESH_FOR_MS } from '../../../runtime/observability/health.ts';

const fine = async () => {};
const broken = async () => {
  throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
};
const stuck = () => new Promise<void>(() => {});
const all = { database: fine, sessions: fine, stt: fine, llm: fine, tts: fine, storage: fine };

describe('health', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  test('names every service with its status, latency and region', async () => {
    const slow = () => new Promise<void>((resolve) => setTimeout(resolve, 30));
    const report = createHealth('eu-central-1', { ...all, tts: slow })();
    await vi.advanceTimersByTimeAsync(30);
    expect(await report).toMatchObject({
      status: 'ok',
      region: 'eu-central-1',
      services: {
        database: { status: 'ok', latencyMs: 0, region: 'eu-central-1' },
        tts: { status: 'ok', latencyMs: 30, region: 'eu-central-1' },
      },
    });
    expect(Object.keys((await report).services)).toEqual(['database', 'sessions', 'stt', 'llm', 'tts', 'storage']);
  });

  test('is degraded without the database: calls go on', async () => {
    const report = await createHealth('eu-central-1', { ...all, database: broken })();
    expect(report.status).toBe('degraded');
    expect(report.services.database).toMatchObject({ status: 'failed', problem: 'ECONNREFUSED' });
  });

  test.each(['stt', 'llm', 'tts'] as const)('has failed without %s: no call can be held', async (service) => {
    expect((await createHealth('eu-central-1', { ...all, [service]: broken })()).status).toBe('failed');
  });

  test('a service the cell does not have is off, and no failure', async () => {
    const report = await createHealth('eu-central-1', { ...all, storage: undefined })();
    expect(report.status).toBe('ok');
    expect(report.services.storage.status).toBe('off');
  });

  test('waits for no service longer than a second, and tells it to stop', async () => {
    let signal: AbortSignal | undefined;
    const health = createHealth('eu-central-1', {
      ...all,
      llm: (given) => {
        signal = given;
        return stuck();
      },
    });
    const report = health();
    await vi.advanceTimersByTimeAsync(CHECK_WITHIN_MS);
    expect((await report).services.llm).toMatchObject({
      status: 'failed',
      latencyMs: CHECK_WITHIN_MS,
      problem: 'timeout',
    });
    expect(signal?.aborted).toBe(true);
  });

  test('asks a service once, however many ask for the report, until it is no longer fresh', async () => {
    const database = vi.fn(async () => {
      await new Promise((resolve) => setTimeout(resolve, 100));
    });
    const health = createHealth('eu-central-1', { ...all, database });
    const reports = [health(), health()];
    await vi.advanceTimersByTimeAsync(100);
    await Promise.all(reports);
    await health();
    expect(database).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(FRESH_FOR_MS);
    void health();
    expect(database).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(100);
  });

  test('never repeats the message of an error', async () => {
    const report = await createHealth('eu-central-1', {
      ...all,
      database: async () => {
        throw new Error('password authentication failed for ann');
      },
    })();
    expect(JSON.stringify(report)).not.toContain('ann');
    expect(report.services.database.problem).toBe('Error');
  });
});
