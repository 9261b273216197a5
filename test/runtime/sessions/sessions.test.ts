import { afterEach, expect, it, vi } from 'vitest';
import { MemorySessions, newSession } from '../../../runtime/sessions/sessions.ts';

afterEach(() => {
  vi.useRealTimers();
});

it('keeps the session of a call that was cut for a minute', () => {
  vi.useFakeTimers();
  const sessions = new MemorySessions();
  sessions.open('CA1', newSession());
  sessions.close('CA1', { resumable: true });
  vi.advanceTimersByTime(59_000);
  expect(sessions.find('CA1')).toBeDefined();
  vi.advanceTimersByTime(2_000);
  expect(sessions.find('CA1')).toBeUndefined();
});

it('keeps a call that was taken up again for as long as it lasts', () => {
  vi.useFakeTimers();
  const sessions = new MemorySessions();
  sessions.open('CA1', newSession());
  sessions.close('CA1', { resumable: true });
  sessions.open('CA1', sessions.find('CA1')!);
  vi.advanceTimersByTime(600_000);
  expect(sessions.find('CA1')).toBeDefined();
});

it('forgets a call that is over', () => {
  const sessions = new MemorySessions();
  sessions.open('CA1', newSession());
  sessions.close('CA1', { resumable: false });
  expect(sessions.find('CA1')).toBeUndefined();
});
