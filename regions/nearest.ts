/** The nearest regions that have what one lacks: same jurisdiction first, then by distance. */
import { allRegions, type Facts, knownFacts, type RegionFacts } from './facts.ts';
import { jurisdiction } from './residency.ts';

export interface NearbyRegion {
  readonly code: string;
  /** `Frankfurt` */
  readonly place: string;
  readonly jurisdiction: string;
  readonly distanceKm: number;
}

/** Great-circle distance, rounded to 10 km; positions are city centres. */
export function distanceKm(a: RegionFacts, b: RegionFacts): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180;
  const haversine =
    Math.sin(radians(b.latitude - a.latitude) / 2) ** 2 +
    Math.cos(radians(a.latitude)) *
      Math.cos(radians(b.latitude)) *
      Math.sin(radians(b.longitude - a.longitude) / 2) ** 2;
  const earthRadiusKm = 6371;
  return Math.round((2 * earthRadiusKm * Math.asin(Math.sqrt(haversine))) / 10) * 10;
}

/** `Europe (Frankfurt)` → `Frankfurt` */
export function placeOf(region: RegionFacts): string {
  return /\((.+)\)/.exec(region.name)?.[1] ?? region.name;
}

/** Never another partition (credentials end there), an impaired region or a jurisdiction no cell serves. */
export function nearestRegions(
  from: RegionFacts,
  qualifies: (code: string) => boolean,
  facts: Facts = knownFacts,
  count = 3,
): NearbyRegion[] {
  return allRegions(facts)
    .filter((region) => region.code !== from.code && region.partition === from.partition && !region.impaired)
    .filter((region) => !jurisdiction(region.jurisdiction, facts)?.refused && qualifies(region.code))
    .map((region) => ({
      code: region.code,
      place: placeOf(region),
      jurisdiction: region.jurisdiction,
      distanceKm: distanceKm(from, region),
    }))
    .sort((a, b) => abroad(a, from) - abroad(b, from) || a.distanceKm - b.distanceKm)
    .slice(0, count);
}

function abroad(region: { jurisdiction: string }, from: RegionFacts): 0 | 1 {
  return region.jurisdiction === from.jurisdiction ? 0 : 1;
}

/** `eu-central-1 (Frankfurt, EU, 480 km) or eu-west-2 (London, UK, 340 km)` */
export function nameRegions(regions: readonly NearbyRegion[]): string {
  return regions
    .map(({ code, place, jurisdiction, distanceKm }) => `${code} (${place}, ${jurisdiction}, ${distanceKm} km)`)
    .join(' or ');
}
