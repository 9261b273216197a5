import { describe, expect, it } from 'vitest';
import { allJurisdictions, heldBy, jurisdiction, mayHold, regionMayHold } from '../../regions/residency.ts';

describe('who may hold whose data', () => {
  it.each([
    ['EU', 'EU', 'home'],
    ['EU', 'UK', 'transfer'],
    ['EU', 'US', 'refused'],
    ['UK', 'EU', 'transfer'],
    ['UK', 'UK', 'home'],
    ['CA', 'US', 'transfer'],
    ['CA', 'EU', 'refused'],
    ['US', 'EU', 'transfer'],
    ['IN', 'SG', 'transfer'],
    ['CN', 'US', 'refused'],
    ['HK', 'SG', 'refused'],
  ])('data of %s in %s: %s', (data, place, kind) => {
    expect(mayHold(data, place).kind).toBe(kind);
  });

  it('China is refused even at home, with the law', () => {
    expect(mayHold('CN', 'CN')).toMatchObject({ kind: 'refused', reason: expect.stringContaining('PIPL') });
  });

  it('a refusal names the law, a transfer its basis', () => {
    expect(mayHold('EU', 'JP')).toMatchObject({ reason: expect.stringContaining('GDPR') });
    expect(mayHold('EU', 'CH')).toMatchObject({ basis: 'adequacy decision for Switzerland' });
  });

  it('nothing is on record for unknown data or an unknown place', () => {
    expect(mayHold('XX', 'EU').kind).toBe('refused');
    expect(mayHold('EU', 'constructor').kind).toBe('refused');
    expect(mayHold('__proto__', '__proto__').kind).toBe('refused');
    expect(regionMayHold('EU', 'eu-nowhere-1').kind).toBe('refused');
  });

  it('a region stands where its jurisdiction is: London and Zurich are not in the European Union', () => {
    expect(regionMayHold('EU', 'eu-central-1').kind).toBe('home');
    expect(regionMayHold('EU', 'eusc-de-east-1').kind).toBe('home');
    expect(regionMayHold('EU', 'eu-west-2').kind).toBe('transfer');
    expect(regionMayHold('EU', 'eu-central-2').kind).toBe('transfer');
  });
});

describe('the jurisdictions on record', () => {
  it('each name at least one law', () => {
    for (const { code, laws } of allJurisdictions()) expect(laws.length, code).toBeGreaterThan(0);
    expect(jurisdiction('EU')?.laws[0]).toContain('GDPR');
    expect(jurisdiction('eu')).toBeUndefined();
  });

  it('allow transfers only to jurisdictions that are on record too', () => {
    for (const { code, transfers } of allJurisdictions())
      for (const place of Object.keys(transfers)) expect(jurisdiction(place), `${code} → ${place}`).toBeDefined();
  });

  it('list what a place may hold, its own data first, others with their basis', () => {
    const [home, ...others] = heldBy('EU');
    expect(home).toEqual({ code: 'EU' });
    expect(others.every(({ basis }) => basis)).toBe(true);
    expect(others.map(({ code }) => code)).toContain('UK');
    expect(others.map(({ code }) => code)).not.toContain('CN');
  });
});
