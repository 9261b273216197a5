/**
 * Whose personal data may be held where. The law is data (`facts/jurisdictions.json`: engineering defaults, not legal
 * advice); this file only reads it. What no law on record allows is refused.
 */
import { type Facts, type Jurisdiction, knownFacts, own, regionFacts } from './facts.ts';

export type { Jurisdiction };

export type ResidencyVerdict =
  /** The data is at home. */
  | { readonly kind: 'home' }
  /** Allowed on a legal basis, which the cell must name in `transferBasis`. */
  | { readonly kind: 'transfer'; readonly basis: string }
  | { readonly kind: 'refused'; readonly reason: string };

export function jurisdiction(code: string, facts: Facts = knownFacts): Jurisdiction | undefined {
  return own(facts.jurisdictions, code);
}

export function allJurisdictions(facts: Facts = knownFacts): Jurisdiction[] {
  return Object.values(facts.jurisdictions);
}

/** May data of one jurisdiction be held in another? Both as codes: `EU`, `UK`, `US`, … */
export function mayHold(data: string, place: string, facts: Facts = knownFacts): ResidencyVerdict {
  const law = jurisdiction(data, facts);
  if (!law) return { kind: 'refused', reason: `"${data}" is not a jurisdiction on record` };
  if (law.refused) return { kind: 'refused', reason: law.refused };
  if (data === place) return { kind: 'home' };
  const basis = own(law.transfers, place);
  if (basis !== undefined) return { kind: 'transfer', basis };
  return { kind: 'refused', reason: law.laws.join('; ') };
}

/** {@link mayHold}, asked of a region. An unknown region may hold nothing. */
export function regionMayHold(data: string, region: string, facts: Facts = knownFacts): ResidencyVerdict {
  const place = regionFacts(region, facts)?.jurisdiction;
  if (place === undefined) return { kind: 'refused', reason: `${region} is not a region on record` };
  return mayHold(data, place, facts);
}

/** The jurisdictions whose data a place may hold, at home first. */
export function heldBy(place: string, facts: Facts = knownFacts): { readonly code: string; readonly basis?: string }[] {
  return allJurisdictions(facts)
    .map(({ code }) => ({ code, verdict: mayHold(code, place, facts) }))
    .filter(({ verdict }) => verdict.kind !== 'refused')
    .map(({ code, verdict }) => (verdict.kind === 'transfer' ? { code, basis: verdict.basis } : { code }))
    .sort((a, b) => Number(b.code === place) - Number(a.code === place));
}
