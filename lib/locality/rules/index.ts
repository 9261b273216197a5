/** The rules, and in which order they speak. */
import type { Leaf } from '../leaf.ts';
import type { LocalityRule } from '../rule.ts';
import { arn } from './arn.ts';
import { assembly } from './assembly.ts';
import { awsHost } from './aws-host.ts';
import { bareHost } from './bare-host.ts';
import { foreignMetric } from './foreign-metric.ts';
import { globalEdge } from './global-edge.ts';
import { inferenceProfile } from './inference-profile.ts';
import { peering } from './peering.ts';
import { regionOverride } from './region-override.ts';
import { regionSetting } from './region-setting.ts';
import { regionToken } from './region-token.ts';
import { replication } from './replication.ts';
import { resourceType } from './resource-type.ts';
import { stackOutput } from './stack-output.ts';
import { telephonyRegion } from './telephony-region.ts';
import { thirdPartyHost } from './third-party-host.ts';
import { unseenTemplate } from './unseen-template.ts';
import { zone } from './zone.ts';

/** Rules that know a violation by the place it stands in. */
const BY_PLACE: readonly LocalityRule[] = [
  unseenTemplate,
  assembly,
  resourceType,
  replication,
  peering,
  globalEdge,
  foreignMetric,
  stackOutput,
  regionOverride,
  telephonyRegion,
  regionSetting,
];

/** Rules that know it by what is written, wherever that is. */
const BY_TEXT: readonly LocalityRule[] = [inferenceProfile, arn, awsHost, thirdPartyHost, bareHost, zone, regionToken];

/**
 * Every rule, the most telling first: a rule does not report what an earlier one has reported already. A peering is a
 * peering before its `PeerRegion` is a region's name.
 */
export const RULES: readonly LocalityRule[] = [...BY_PLACE, ...BY_TEXT];

interface RulesOfType {
  readonly all: readonly LocalityRule[];
  /** For a single bare word: no region, host, ARN or model id is one. */
  readonly ofWords: readonly LocalityRule[];
}

function rulesOfType(type: string): RulesOfType {
  const ofWords = BY_PLACE.filter(({ types }) => types?.has(type) ?? true);
  return { all: [...ofWords, ...BY_TEXT], ofWords };
}

const MENTIONED = new Map(
  BY_PLACE.flatMap(({ types = [] }) => [...types]).map((type) => [type, rulesOfType(type)] as const),
);
const OTHERS = rulesOfType('');

/** The rules that can find anything in a value: a template has thousands, and most of them concern few rules. */
export function rulesFor({ owner: { type }, value }: Leaf): readonly LocalityRule[] {
  const { all, ofWords } = MENTIONED.get(type) ?? OTHERS;
  return /[-_.:/]/.test(value) ? all : ofWords;
}
