/** The rules, and in which order they speak. */
import type { LocalityRule } from '../rule.ts';
import { arn } from './arn.ts';
import { assembly } from './assembly.ts';
import { awsHost } from './aws-host.ts';
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
  regionSetting,
];

/** Rules that know it by what is written, wherever that is. */
const BY_TEXT: readonly LocalityRule[] = [inferenceProfile, arn, awsHost, thirdPartyHost, zone, regionToken];

/**
 * Every rule, the most telling first: a rule does not report what an earlier one has reported already. A peering is a
 * peering before its `PeerRegion` is a region's name.
 */
export const RULES: readonly LocalityRule[] = [...BY_PLACE, ...BY_TEXT];

/** The rules that can find anything in a value: regions, hosts, ARNs and model ids are never a single bare word. */
export function rulesFor(value: string): readonly LocalityRule[] {
  return /[-_.:/]/.test(value) ? RULES : BY_PLACE;
}
