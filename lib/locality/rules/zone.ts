/*
 * A zone of another region, by name (its name and a letter) or by id (usw2-az1), and any local or wavelength zone.
 * A local zone belongs to a region on paper, but stands in another city, and for several regions in another country.
 * Zone names are per account, zone ids are not; both pin a subnet, a volume or a database to a building.
 */
import { REGION_PATTERN } from '../../../regions/naming.ts';
import type { Home } from '../home.ts';
import { type LocalityRule, scan, sub } from '../rule.ts';

/** The region and `a`, `-lax-1a` or `-wl1-bos-wlz-1`. */
const ZONE_NAME = new RegExp(
  `(?<![a-z0-9])(${REGION_PATTERN})(?:[a-z]|((?:-[a-z]+\\d?)+-\\d[a-z]?))(?![a-z0-9])`,
  'gi',
);

/** usw2-az1, usw2-lax1-az1, use1-wl1-bos-wlz1 */
const ZONE_ID = /(?<![a-z0-9-])([a-z]{3,8}\d)(?:-az\d|(-[a-z]{2,3}\d(?:-az\d|-[a-z]{3}-wlz\d)))(?![a-z0-9])/gi;

export const zone: LocalityRule = {
  name: 'zone',
  find: (leaf, home) => {
    if (!leaf.value.includes('-')) return [];
    return [
      ...scan(leaf, ZONE_NAME, ([text, region, local]) =>
        problemOf(text, region?.toLowerCase() === home.region, local, home),
      ),
      ...scan(leaf, ZONE_ID, ([text, prefix, local]) =>
        problemOf(text, prefix?.toLowerCase() === home.zoneIdPrefix, local, home),
      ),
    ];
  },
  violations: [
    '<other>a',
    '<other>-lax-1a',
    '<home>-bos-1a',
    '<home>-wl1-bos-wlz-1',
    '<other-id>-az1',
    '<other-id>-lax1-az1',
    '<home-id>-lax1-az1',
    { Type: 'AWS::EC2::Subnet', Properties: { AvailabilityZone: '<other>b' } },
    { Type: 'AWS::EC2::Subnet', Properties: { AvailabilityZoneId: '<other-id>-az4' } },
  ],
  lookAlikes: [
    '<home>a',
    '<home-id>-az1',
    'team7-az1x',
    'my-az1',
    { Type: 'AWS::EC2::Subnet', Properties: { AvailabilityZone: { 'Fn::Select': [0, { 'Fn::GetAZs': '' }] } } },
    { Type: 'AWS::RDS::DBInstance', Properties: { AvailabilityZone: { 'Fn::Sub': `${sub('AWS::Region')}b` } } },
  ],
};

function problemOf(
  zone: string,
  ofHome: boolean,
  localPart: string | undefined,
  { region }: Home,
): { problem: string; fix: string } | undefined {
  const fix = `choose a zone of ${region}, as listed in the cell's availabilityZones`;
  if (!ofHome) return { problem: `is in ${zone}, a zone of another region`, fix };
  return localPart === undefined
    ? undefined
    : { problem: `is in ${zone}, a local zone: another city, possibly another country`, fix };
}
