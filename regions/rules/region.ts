/** The region itself: known, served, whole, and with zones of its own. */
import type { Facts } from '../facts.ts';
import type { Finding } from '../finding.ts';
import { jurisdiction } from '../residency.ts';
import { likely } from '../spelling.ts';
import { either, list, moveTo, type Rule } from './rule.ts';

/** Asked before the other rules: they need a known region. */
export function unknownRegion(code: string, facts: Facts): Finding {
  const known = Object.keys(facts.regions);
  const meant = likely(code, known);
  return {
    rule: 'region-unknown',
    path: 'region',
    found: `"${code}", which the registry does not know`,
    allowed: `one of the ${known.length} regions in regions/facts/regions.json; unknown regions are refused`,
    fix: `${meant.length > 0 ? `write ${list(meant)}` : 'write one of them'}, or add the region to regions/facts with its sources`,
  };
}

/** China among others: a law that keeps data where a cell of this product cannot stand. */
export const jurisdictionServed: Rule = (context) => {
  const { region, facts } = context;
  const law = jurisdiction(region.jurisdiction, facts);
  if (law && !law.refused) return [];
  return [
    {
      rule: 'jurisdiction-refused',
      path: 'region',
      found: `${region.code} is in ${law?.name ?? region.jurisdiction}`,
      allowed: law?.refused ?? 'a jurisdiction whose law is on record in regions/facts/jurisdictions.json',
      fix: 'serve other jurisdictions from this cell description, and this one by a separate product under local law',
    },
  ];
};

export const notImpaired: Rule = (context) => {
  const { region } = context;
  if (!region.impaired) return [];
  return [
    {
      rule: 'region-impaired',
      path: 'region',
      found: `${region.code} is impaired since ${region.impaired.since}: ${region.impaired.reason}`,
      allowed: 'a region in full operation',
      fix: either(moveTo(context, () => true)),
    },
  ];
};

export const zonesOfRegion: Rule = ({ cell, region }) => {
  const foreign = cell.availabilityZones.filter((zone) => !new RegExp(`^${region.code}[a-z]$`).test(zone));
  if (foreign.length === 0) return [];
  return [
    {
      rule: 'zones-foreign',
      path: 'availabilityZones',
      found: foreign.map((zone) => `"${zone}"`).join(', '),
      allowed: `names of zones in ${region.code}: ${region.code} and a letter`,
      fix: `write the names your account uses, for example ${region.code}a and ${region.code}b`,
    },
  ];
};

export const twoZones: Rule = ({ cell, region }) => {
  const zones = new Set(cell.availabilityZones);
  if (zones.size >= 2) return [];
  return [
    {
      rule: 'zones-too-few',
      path: 'availabilityZones',
      found: list([...zones]),
      allowed: 'two zones or more: the load balancer and the standby database need them',
      fix: `name another zone of ${region.code}${region.zoneIds.length > 0 ? `, which has ${region.zoneIds.length}` : ''}`,
    },
  ];
};
