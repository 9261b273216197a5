import { expect, test } from 'vitest';
import { RateLimiter } from '../../../runtime/admin/http/rate-limit.ts';

test('a key may ask at once as often as its bucket is full, then as fast as it fills', () => {
  const limiter = new RateLimiter({ burst: 3, perSecond: 2 });
  expect([0, 0, 0, 0].map((atMs) => limiter.take('a', atMs))).toEqual([0, 0, 0, 500]);
  expect(limiter.take('a', 250)).toBe(250);
  expect(limiter.take('a', 500)).toBe(0);
  expect(limiter.take('a', 501)).toBe(499);
});

test('a key that was quiet for long is not owed more than its bucket holds', () => {
  const limiter = new RateLimiter({ burst: 2, perSecond: 1 });
  expect([0, 0, 0].map((atMs) => limiter.take('a', atMs))).toEqual([0, 0, 1_000]);
  expect([1e6, 1e6, 1e6].map((atMs) => limiter.take('a', atMs))).toEqual([0, 0, 1_000]);
});

test('one key takes nothing from another', () => {
  const limiter = new RateLimiter({ burst: 1, perSecond: 1 });
  expect([limiter.take('a', 0), limiter.take('a', 0), limiter.take('b', 0)]).toEqual([0, 1_000, 0]);
});

test('however many keys there are, none gets more than its share', () => {
  const limiter = new RateLimiter({ burst: 1, perSecond: 1 });
  expect(limiter.take('first', 0)).toBe(0);
  for (let nth = 0; nth < 20_000; nth++) limiter.take(`key-${nth}`, nth / 100);
  expect(limiter.take('first', 200)).toBe(800);
});
