import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Admission } from '../../runtime/call/admission.ts';
import { drainCalls, LINGER_MS } from '../../runtime/drain.ts';
import { createLogger } from '../../runtime/logger.ts';

const logger = createLogger({ level: 'silent', region: 'eu-central-1' });

/** A process that was told to leave within two minutes. */
function leave(admission: Admission, shutDownCalls = () => {}) {
  const left = vi.fn();
  void drainCalls({ admission, shutDownCalls, patienceMs: 115_000, logger }).then(left);
  return left;
}

function enter(admission: Admission): () => void {
  const place = admission.enter('a');
  if (typeof place === 'string') throw new Error(place);
  return place;
}

describe('a process that leaves', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  test('leaves at once when no call is up', async () => {
    const left = leave(new Admission(10));
    await vi.advanceTimersByTimeAsync(0);
    expect(left).toHaveBeenCalled();
  });

  test('takes no new call', () => {
    const admission = new Admission(10);
    leave(admission);
    expect(admission.refusal).toBe('draining');
  });

  test('waits for its calls, and then long enough to say what becomes of the last one', async () => {
    const admission = new Admission(10);
    const hangUp = enter(admission);
    const shutDownCalls = vi.fn();
    const left = leave(admission, shutDownCalls);
    await vi.advanceTimersByTimeAsync(90_000);
    hangUp();
    await vi.advanceTimersByTimeAsync(LINGER_MS - 1);
    expect(left).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(left).toHaveBeenCalled();
    expect(shutDownCalls).not.toHaveBeenCalled();
  });

  test('ends with words the calls that outlast its time, before it is killed', async () => {
    const admission = new Admission(10);
    const hangUp = enter(admission);
    const shutDownCalls = vi.fn(() => void setTimeout(hangUp, 5_000));
    const left = leave(admission, shutDownCalls);
    await vi.advanceTimersByTimeAsync(100_000);
    expect(shutDownCalls).toHaveBeenCalledOnce();
    await vi.advanceTimersByTimeAsync(15_000);
    expect(left).toHaveBeenCalled();
  });

  test('is gone in time even if a call never ends', async () => {
    const admission = new Admission(10);
    enter(admission);
    const left = leave(admission);
    await vi.advanceTimersByTimeAsync(115_000);
    expect(left).toHaveBeenCalled();
  });
});
