import { describe, expect, test } from 'vitest';
import { type Claims, claimKey, TOKEN_LIFETIME_MS, Tokens } from '../../../runtime/channels/token.ts';

const claims: Claims = {
  door: 'twilio',
  callId: `CA${'0'.repeat(32)}`,
  attachment: 0,
  from: '+14155550100',
  to: '+14155550199',
};
const tokens = new Tokens('a secret of the cell');

describe('a one-time token', () => {
  test('gives back what it was issued for', () => {
    expect(tokens.open(tokens.issue(claims, 0), TOKEN_LIFETIME_MS - 1)).toEqual(claims);
    const resuming = { ...claims, attachment: 2, resumes: '5f0c6f4e-7f4b-4f0f-9d4c-000000000000' };
    expect(tokens.open(tokens.issue(resuming, 0), 1)).toEqual(resuming);
  });

  test('expires', () => {
    expect(tokens.open(tokens.issue(claims, 0), TOKEN_LIFETIME_MS)).toBe('expired');
  });

  test('of another secret is forged', () => {
    expect(new Tokens('another secret').open(tokens.issue(claims, 0), 1)).toBe('forged');
  });

  test('whose claims or signature were changed in any place is forged', () => {
    const token = tokens.issue(claims, 0);
    for (const at of [0, 10, token.indexOf('.') - 2, token.indexOf('.') + 1, token.length - 10]) {
      const changed = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
      expect(tokens.open(changed, 1)).toBe('forged');
    }
  });

  test.each(['', '.', 'a', 'a.', '.a', 'a.b.c', `${'x'.repeat(60_000)}`])('is not %j', (text) => {
    expect(['malformed', 'forged']).toContain(tokens.open(text, 1));
  });

  test('fits a Twilio parameter (500 characters with its name), with all it may hold', () => {
    const longest = { ...claims, from: '+123456789012345', to: '+123456789012345', attachment: 100 };
    const token = tokens.issue({ ...longest, resumes: '5f0c6f4e-7f4b-4f0f-9d4c-000000000000' }, Date.now());
    expect('token'.length + token.length).toBeLessThan(500);
  });

  test('counts as one with any other for the same socket of the same call', () => {
    expect(claimKey({ ...claims })).toBe(claimKey(claims));
    expect(claimKey({ ...claims, attachment: 1 })).not.toBe(claimKey(claims));
    expect(claimKey({ ...claims, door: 'phone' })).not.toBe(claimKey(claims));
  });
});
