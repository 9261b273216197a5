import { describe, expect, it } from 'vitest';
import { knownFacts } from '../../regions/facts.ts';
import { requestDeadline } from '../../regions/request-deadline.ts';

const due = (jurisdiction: string, requestedAt: string, isOptout = false) =>
  requestDeadline(jurisdiction, { requestedAt: new Date(requestedAt), isOptout }).dueAt.toISOString();

describe('the deadline of a request', () => {
  it.each([
    ['EU', '2026-11-25T10:00:00.000Z', '2026-12-25T10:00:00.000Z'],
    ['EU', '2026-12-31T23:59:59.000Z', '2027-01-31T23:59:59.000Z'],
    ['UK', '2026-03-03T08:00:00.000Z', '2026-04-03T08:00:00.000Z'],
    ['US', '2026-11-25T10:00:00.000Z', '2027-01-09T10:00:00.000Z'],
    ['KR', '2026-11-25T10:00:00.000Z', '2026-12-05T10:00:00.000Z'],
  ])('under the law of %s, asked at %s, is %s', (jurisdiction, requestedAt, expected) => {
    expect(due(jurisdiction, requestedAt)).toBe(expected);
  });

  it.each([
    ['2026-01-31T12:00:00.000Z', '2026-02-28T12:00:00.000Z'],
    ['2028-01-30T12:00:00.000Z', '2028-02-29T12:00:00.000Z'],
    ['2026-05-31T12:00:00.000Z', '2026-06-30T12:00:00.000Z'],
  ])('a month after %s is the last day of a month without such a day', (requestedAt, expected) => {
    expect(due('EU', requestedAt)).toBe(expected);
  });

  it('is earlier for an opt-out where the law says so, and nowhere later', () => {
    const asked = '2026-11-25T10:00:00.000Z';
    expect(due('US', asked, true)).toBe('2026-12-10T10:00:00.000Z');
    for (const code of Object.keys(knownFacts.jurisdictions))
      expect(due(code, asked, true) <= due(code, asked)).toBe(true);
  });

  it('is 30 days where no law is on record, and never what every object inherits', () => {
    for (const code of ['AE', 'nowhere', 'constructor', ''])
      expect(due(code, '2026-11-25T10:00:00.000Z')).toBe('2026-12-25T10:00:00.000Z');
  });

  it('names its law, and only jurisdictions that are on record', () => {
    const { jurisdictions } = knownFacts.requestDeadlines;
    expect(Object.keys(jurisdictions).filter((code) => !knownFacts.jurisdictions[code])).toEqual([]);
    expect(requestDeadline('EU', { requestedAt: new Date() }).law).toContain('GDPR');
  });
});
