import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Admission, HOLD_MS } from '../../../runtime/call/admission.ts';

function enter(admission: Admission, callId: string): () => void {
  const place = admission.enter(callId);
  if (typeof place === 'string') throw new Error(`refused: ${place}`);
  return place;
}

describe('admission', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  test('takes as many calls as there are places, and again when one leaves', () => {
    const admission = new Admission(2);
    const leave = enter(admission, 'a');
    enter(admission, 'b');
    expect(admission.enter('c')).toBe('full');
    leave();
    expect(admission.active).toBe(1);
    expect(admission.refusal).toBeUndefined();
    enter(admission, 'c');
  });

  test('counts a call that leaves twice once', () => {
    const admission = new Admission(2);
    const leave = enter(admission, 'a');
    enter(admission, 'b');
    leave();
    leave();
    expect(admission.active).toBe(1);
  });

  test('promises no place twice: a burst of calls is not over-admitted', () => {
    const admission = new Admission(2);
    expect(['a', 'b', 'c'].map((callId) => admission.hold(callId))).toEqual([undefined, undefined, 'full']);
    expect(admission.enter('c')).toBe('full');
    enter(admission, 'a');
    expect(admission.hold('c')).toBe('full');
  });

  test('holds one place for one call, however often it asks', () => {
    const admission = new Admission(2);
    admission.hold('a');
    admission.hold('a');
    expect(admission.hold('b')).toBeUndefined();
  });

  test('gives a place to another when nobody came for it', () => {
    const admission = new Admission(1);
    admission.hold('a');
    vi.advanceTimersByTime(HOLD_MS);
    expect(admission.hold('b')).toBeUndefined();
    expect(admission.enter('a')).toBe('full');
  });

  test('while draining takes none but those it had promised a place', () => {
    const admission = new Admission(5);
    admission.hold('promised');
    admission.drain();
    expect(admission.hold('new')).toBe('draining');
    expect(admission.enter('new')).toBe('draining');
    enter(admission, 'promised');
  });

  test('is idle once draining has begun and the last call has left', async () => {
    const admission = new Admission(5);
    const idle = vi.fn();
    void admission.idle().then(idle);
    const leave = enter(admission, 'a');
    await vi.advanceTimersByTimeAsync(0);
    leave();
    await vi.advanceTimersByTimeAsync(0);
    expect(idle).not.toHaveBeenCalled();

    const leaveAgain = enter(admission, 'b');
    admission.drain();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(idle).not.toHaveBeenCalled();
    leaveAgain();
    await vi.advanceTimersByTimeAsync(0);
    expect(idle).toHaveBeenCalledOnce();
  });

  test('waits for a promised call before it is idle, but not for ever', async () => {
    const admission = new Admission(5);
    admission.hold('a');
    admission.drain();
    const idle = vi.fn();
    void admission.idle().then(idle);
    await vi.advanceTimersByTimeAsync(HOLD_MS - 1);
    expect(idle).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(idle).toHaveBeenCalledOnce();
  });
});
