import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { MemoryCallRegister, REMEMBERED_FOR_MS } from '../../../runtime/channels/register.ts';

describe('the call register of one task', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  test('lets the first one claim a key, and nobody after', async () => {
    const register = new MemoryCallRegister();
    expect(await register.isClaimed('a')).toBe(false);
    expect(await register.claim('a')).toBe(true);
    expect(await register.claim('a')).toBe(false);
    expect(await register.isClaimed('a')).toBe(true);
    expect(await register.claim('b')).toBe(true);
  });

  test('adds notes up', async () => {
    const register = new MemoryCallRegister();
    expect(await register.find('call')).toBeUndefined();
    await register.note('call', { conversationId: 'one' });
    await register.note('call', { farewell: { action: 'hang-up' } });
    expect(await register.find('call')).toEqual({ conversationId: 'one', farewell: { action: 'hang-up' } });
  });

  test('remembers for longer than Twilio lets any call last, and not forever', async () => {
    const register = new MemoryCallRegister();
    await register.claim('a');
    vi.advanceTimersByTime(24 * 3_600_000);
    expect(await register.claim('a')).toBe(false);
    vi.advanceTimersByTime(REMEMBERED_FOR_MS);
    expect(await register.claim('a')).toBe(true);
  });
});
