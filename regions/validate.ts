/**
 * A cell held against the facts. Every blocker is reported, not the first one; what is not known is a blocker too.
 * Pure: `voicecell preflight` asks a live account the same.
 */
import type { Cell } from './cell.ts';
import { type Facts, knownFacts, regionFacts } from './facts.ts';
import type { Finding } from './finding.ts';
import { type NearbyRegion, nearestRegions } from './nearest.ts';
import {
  cacheClassOffered,
  databaseClassOffered,
  foundationOffered,
  taskRangeOrdered,
  taskSizeGranted,
} from './rules/capacity.ts';
import { connectBuilt, connectOffered, lexOffered, twilioInJurisdiction } from './rules/channels.ts';
import { drainHolds } from './rules/drain.ts';
import { modelInRegion, noInferenceProfile } from './rules/language-model.ts';
import { providersPinned } from './rules/providers.ts';
import { jurisdictionServed, notImpaired, twoZones, unknownRegion, zonesOfRegion } from './rules/region.ts';
import { residencyAllowed, residencyKnown } from './rules/residency.ts';
import type { CellRule, Rule } from './rules/rule.ts';
import { languageRecognized, redactionOffered, transcribeOffered } from './rules/speech-to-text.ts';
import { pollyEngineOffered, pollyVoiceOffered, voiceSpeaksLanguage } from './rules/text-to-speech.ts';

/** Asked of a cell in a known region, in the order a person would fix them: place, law, services, machines. */
const REGION_RULES: readonly Rule[] = [
  jurisdictionServed,
  notImpaired,
  zonesOfRegion,
  twoZones,
  residencyAllowed,
  foundationOffered,
  transcribeOffered,
  languageRecognized,
  redactionOffered,
  noInferenceProfile,
  modelInRegion,
  pollyEngineOffered,
  pollyVoiceOffered,
  voiceSpeaksLanguage,
  providersPinned,
  connectOffered,
  connectBuilt,
  lexOffered,
  twilioInJurisdiction,
  databaseClassOffered,
  cacheClassOffered,
];

const CELL_RULES: readonly CellRule[] = [residencyKnown, taskSizeGranted, taskRangeOrdered, drainHolds];

/** Every blocker of a cell; empty when it can be deployed as it is. Never throws. */
export function validateCell(cell: Cell, facts: Facts = knownFacts): Finding[] {
  const region = regionFacts(cell.region, facts);
  const here = region
    ? REGION_RULES.flatMap((rule) => rule({ cell, region, facts }))
    : [unknownRegion(cell.region, facts)];
  return [...here, ...CELL_RULES.flatMap((rule) => rule({ cell, facts }))];
}

/** The nearest regions in which the same cell, with zones of their own, has no blocker. */
export function regionsHolding(cell: Cell, facts: Facts = knownFacts): NearbyRegion[] {
  const region = regionFacts(cell.region, facts);
  if (!region) return [];
  const moved = (code: string): Cell => ({ ...cell, region: code, availabilityZones: [`${code}a`, `${code}b`] });
  return nearestRegions(region, (code) => validateCell(moved(code), facts).length === 0, facts);
}
