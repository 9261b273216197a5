import { describe, expect, it } from 'vitest';
import { callKeyOf, sessionIdOf } from '../../../../runtime/providers/aws/session-id.ts';

describe('session ids', () => {
  it('are UUIDs that hide the call id', () => {
    for (const callId of ['CA0123456789abcdef', '', 'ü 🙂'])
      expect(sessionIdOf(callId, 3)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(sessionIdOf('abc', 0)).not.toContain('abc');
  });

  it('repeat for the same call and attempt, and differ for another', () => {
    const ids = [sessionIdOf('CA1', 0), sessionIdOf('CA1', 1), sessionIdOf('CA1', 300), sessionIdOf('CA2', 0)];
    expect(new Set(ids).size).toBe(4);
    expect(sessionIdOf('CA1', 0)).toBe(ids[0]);
  });

  it('tell which attempts belong to one call', () => {
    expect(callKeyOf(sessionIdOf('CA1', 0))).toBe(callKeyOf(sessionIdOf('CA1', 4_000_000_000)));
    expect(callKeyOf(sessionIdOf('CA1', 0))).not.toBe(callKeyOf(sessionIdOf('CA2', 0)));
  });
});
