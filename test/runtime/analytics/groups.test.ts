import { describe, expect, it } from 'vitest';
import { checkDay, dayBefore, hourOf } from '../../../runtime/analytics/day.ts';
import { groupsOf, type HourCount, K, tellable } from '../../../runtime/analytics/groups.ts';
import { shuffled } from '../../../runtime/analytics/shuffle.ts';
import { allOf } from '../../support/object-stores.ts';

const people = (from: number, count: number) => Array.from({ length: count }, (_, index) => `person-${from + index}`);
const hourWith = (hour: number, from: number, count: number, agent = 'desk'): HourCount => ({
  agent,
  hour,
  people: people(from, count),
});

describe('groups', () => {
  it('tell an hour in which enough people called', () => {
    expect(groupsOf([hourWith(9, 0, K)])).toEqual([{ agent: 'desk', hour: 9, hours: [9] }]);
  });

  it('tell hours with too few together, without the hour', () => {
    expect(groupsOf([hourWith(9, 0, K), hourWith(22, 10, 2), hourWith(3, 20, 3)])).toEqual([
      { agent: 'desk', hour: 9, hours: [9] },
      { agent: 'desk', hour: undefined, hours: [3, 22] },
    ]);
  });

  it('say nothing of a day on which too few called, however often', () => {
    expect(groupsOf(Array.from({ length: 24 }, (_, hour) => hourWith(hour, 0, K - 1)))).toEqual([]);
    expect(groupsOf([{ agent: 'desk', hour: 9, people: Array(50).fill('person-1') }])).toEqual([]);
  });

  it('keep agents apart', () => {
    expect(groupsOf([hourWith(9, 0, K - 1, 'a'), hourWith(9, 10, K - 1, 'b')])).toEqual([]);
  });

  it('leave out counts of too few', () => {
    expect(tellable({ 'caller-hung-up': K, transferred: K - 1 })).toEqual({ 'caller-hung-up': K });
  });
});

describe('a day', () => {
  const now = Date.parse('2026-11-25T00:30:00Z');

  it('is the one before, in UTC', () => {
    expect(dayBefore(now)).toBe('2026-11-24');
    expect(checkDay('2026-11-24', now)).toBe('2026-11-24');
    expect([hourOf('2026-11-24', 7), hourOf('2026-11-24', 24)]).toEqual([
      '2026-11-24T07:00:00Z',
      '2026-11-24T24:00:00Z',
    ]);
  });

  it.each(['2026-11-25', '2027-01-01'])('%s is not over', (day) => {
    expect(() => checkDay(day, now)).toThrow('not over yet in UTC; expected 2026-11-24 or an earlier day');
  });

  it.each(['2026-02-30', '24.11.2026', '', "2026-11-24'; drop table conversations; --", '../../etc', '2026-1-1'])(
    '%j is none',
    (text) => {
      expect(() => checkDay(text, now)).toThrow('expected one such as 2026-11-24');
    },
  );
});

describe('shuffling', () => {
  async function* numbers(count: number) {
    for (let number = 0; number < count; number++) yield number;
  }

  it('gives every row once, in an order that is not theirs', async () => {
    const rows = await allOf(shuffled(numbers(2_000), 500));
    expect(rows).not.toEqual(rows.toSorted((a, b) => a - b));
    expect(rows.toSorted((a, b) => a - b)).toEqual(await allOf(numbers(2_000)));
  });

  it('never holds more than it is told', async () => {
    let read = 0;
    async function* counted() {
      for await (const number of numbers(1_000)) {
        read += 1;
        yield number;
      }
    }
    let given = 0;
    for await (const _ of shuffled(counted(), 100)) {
      given += 1;
      expect(read - given).toBeLessThanOrEqual(100);
    }
  });
});
