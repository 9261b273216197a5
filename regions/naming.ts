/**
 * How AWS spells a place: regions, zones, zone ids, DNS names, inference geographies. Enough to recognise one in any text,
 * also one that did not exist when this was written.
 * Partitions: botocore 1.43.107 `partitions.json`, read 2026-11-22. Zone ids: docs.aws.amazon.com/ram "AZ IDs".
 */
import facts from './facts/regions.json' with { type: 'json' };

/** The first part of every region name so far, longest first, so that `us-gov` is not read as `us`. */
const GEOGRAPHIES = 'us-gov|us-isob|us-isoe|us-isof|us-iso|eu-isoe|eusc-de|af|ap|ca|cn|eu|il|me|mx|sa|us';
const BEARINGS = 'northeast|northwest|southeast|southwest|north|south|east|west|central';

/** A region name without its boundaries, as the source of a regular expression: every known one, and its relatives. */
export const REGION_PATTERN = [
  ...Object.keys(facts.regions).filter(
    (name) => !new RegExp(`^(?:${GEOGRAPHIES})-(?:${BEARINGS})-\\d{1,2}$`).test(name),
  ),
  `(?:${GEOGRAPHIES})-(?:${BEARINGS})-\\d{1,2}`,
].join('|');

/** Anything that could be a region's name to a service that is given one, whatever its geography. */
export const REGION_SHAPE = /^[a-z]{2,4}(?:-[a-z]+)+-\d{1,2}$/i;

interface Partition {
  readonly name: string;
  /** The beginning of its regions' names. */
  readonly regions: string;
  readonly dnsSuffix: string;
}

/** The last one matches what the others do not. */
const PARTITIONS: readonly Partition[] = [
  { name: 'aws-cn', regions: 'cn-', dnsSuffix: 'amazonaws.com.cn' },
  { name: 'aws-us-gov', regions: 'us-gov-', dnsSuffix: 'amazonaws.com' },
  { name: 'aws-eusc', regions: 'eusc-', dnsSuffix: 'amazonaws.eu' },
  { name: 'aws-iso-b', regions: 'us-isob-', dnsSuffix: 'sc2s.sgov.gov' },
  { name: 'aws-iso-e', regions: 'eu-isoe-', dnsSuffix: 'cloud.adc-e.uk' },
  { name: 'aws-iso-f', regions: 'us-isof-', dnsSuffix: 'csp.hci.ic.gov' },
  { name: 'aws-iso', regions: 'us-iso-', dnsSuffix: 'c2s.ic.gov' },
  { name: 'aws', regions: '', dnsSuffix: 'amazonaws.com' },
];

/** The partition of a region, known or not. */
export function partitionOf(region: string): Partition {
  return PARTITIONS.find((partition) => region.startsWith(partition.regions))!;
}

/** `us-east-1` → `use1`, `ap-southeast-2` → `apse2`: how zone ids and cache hosts abbreviate a region. */
export function zoneIdPrefix(region: string): string {
  const [, geography, north, east, number] =
    /^([a-z]+(?:-[a-z]+)*)-(north|south|central)?(east|west)?-(\d+)$/.exec(region) ?? [];
  if (geography === undefined) return region;
  const [first, ...rest] = geography.split('-');
  const initials = [...rest, north, east].map((word) => word?.[0] ?? '').join('');
  return `${first}${initials}${number}`;
}

/** Every DNS name under which AWS answers on somebody's behalf: regional, dual-stack, websites, sign-in, global. */
export const AWS_DNS_SUFFIXES: readonly string[] = [
  ...new Set(PARTITIONS.map((partition) => partition.dnsSuffix)),
  'api.aws',
  'on.aws',
  'ecr.aws',
  'connect.aws',
  'api.amazonwebservices.com.cn',
  'api.amazonwebservices.eu',
  'amazoncognito.com',
  'awsapps.com',
  'awsglobalaccelerator.com',
  'cloudfront.net',
  'console.aws.amazon.com',
  'elasticbeanstalk.com',
];

/** The part before the model id in an inference profile: `us.anthropic…`, `global.amazon…`. */
export const INFERENCE_GEOGRAPHIES = [
  'us',
  'eu',
  'apac',
  'jp',
  'au',
  'ca',
  'in',
  'us-gov',
  'sa',
  'ae',
  'global',
] as const;

/** Hosts that occur in documents as identifiers of a format; nothing connects to them. */
export const IDENTIFIER_HOSTS: readonly string[] = ['www.w3.org', 'json-schema.org', 'schemas.xmlsoap.org'];
