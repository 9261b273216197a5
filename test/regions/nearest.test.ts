import { describe, expect, it } from 'vitest';
import { knownFacts, regionFacts } from '../../regions/facts.ts';
import { distanceKm, nameRegions, nearestRegions, placeOf } from '../../regions/nearest.ts';
import { closest, editDistance, likely } from '../../regions/spelling.ts';

const region = (code: string) => regionFacts(code)!;
const all = () => true;

describe('the nearest regions', () => {
  it('are those of the same jurisdiction, however far, and then by distance', () => {
    const codes = nearestRegions(region('eu-west-3'), all, knownFacts, 9).map(({ code }) => code);
    expect(codes.slice(0, 6)).toEqual([
      'eu-central-1',
      'eu-south-1',
      'eu-west-1',
      'eu-south-2',
      'eu-north-1',
      'eu-west-2',
    ]);
  });

  it('are never the region itself, an impaired one, one of another partition or one no cell may serve', () => {
    const fromBahrain = nearestRegions(region('il-central-1'), all, knownFacts, 99).map(({ code }) => code);
    expect(fromBahrain).not.toContain('il-central-1');
    expect(fromBahrain).not.toContain('me-south-1');
    expect(fromBahrain).not.toContain('us-gov-west-1');
    expect(fromBahrain).not.toContain('cn-north-1');
    expect(nearestRegions(region('cn-north-1'), all)).toEqual([]);
  });

  it('read as a sentence', () => {
    expect(nameRegions(nearestRegions(region('eu-west-3'), (code) => code === 'eu-west-2'))).toBe(
      'eu-west-2 (London, UK, 340 km)',
    );
  });
});

describe('distance', () => {
  it('is the same both ways, zero at home, and across the date line the short way round', () => {
    expect(distanceKm(region('us-east-1'), region('eu-west-1'))).toBe(
      distanceKm(region('eu-west-1'), region('us-east-1')),
    );
    expect(distanceKm(region('us-east-1'), region('us-east-1'))).toBe(0);
    expect(distanceKm(region('ap-southeast-6'), region('us-west-2'))).toBeLessThan(12_000);
  });

  it('names the place as people do', () => {
    expect(placeOf(region('eu-central-1'))).toBe('Frankfurt');
  });
});

describe('a mistyped name', () => {
  it.each([
    ['kitten', 'sitting', 3],
    ['', 'abc', 3],
    ['same', 'same', 0],
  ])('%s → %s takes %i edits', (a, b, edits) => {
    expect(editDistance(a, b)).toBe(edits);
  });

  it('is answered with the nearest known ones', () => {
    expect(closest('us-est-1', ['eu-west-1', 'us-east-1', 'us-west-1'], 2)).toEqual(['us-east-1', 'us-west-1']);
  });

  it.each([
    ['us-est-1', ['us-east-1', 'us-west-1', 'us-east-2']],
    ['us-east', ['us-east-1', 'us-east-2']],
    ['west-1', ['eu-west-1', 'us-west-1']],
    ['mars-1', []],
    ['', []],
  ])('%s is likely to stand for %j', (typed, meant) => {
    expect(likely(typed, ['eu-west-1', 'us-east-1', 'us-east-2', 'us-west-1', 'sa-east-1'])).toEqual(meant);
  });
});
