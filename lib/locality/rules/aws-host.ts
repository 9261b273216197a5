/*
 * A host of AWS that does not name the home region: one of another region, in any spelling (legacy S3, website, dual-stack,
 * FIPS, database, cache, registry), or a global one (sts without a region), which answers from wherever it likes.
 * A service principal (ecs-tasks…) is spelled like a host, but is the name of a caller, not a destination.
 */
import { AWS_DNS_SUFFIXES, REGION_PATTERN } from '../../../regions/naming.ts';
import { type FoundHost, hostsBelow, isOpaque } from '../hosts.ts';
import type { Leaf } from '../leaf.ts';
import { type LocalityRule, type Match, sub } from '../rule.ts';

const hostsOfAws = hostsBelow(AWS_DNS_SUFFIXES);
/** The region itself, and `s3-website-` before it. */
const REGION_LABEL = new RegExp(`(?:^|-)(${REGION_PATTERN})$`, 'i');
/** The caches' own abbreviation of a region, as in zone ids. */
const CACHE_LABEL = /^[a-z]{3,8}\d$/i;

export const awsHost: LocalityRule = {
  name: 'aws-host',
  find: (leaf, home) =>
    hostsOfAws(leaf.value).flatMap((found): Match[] => {
      const { span, labels } = found;
      const places = placesIn(labels);
      const elsewhere = places.find((place) => place !== home.region && place !== home.zoneIdPrefix);
      const fix = `write the host of ${home.region}, as regions/endpoints.ts spells it`;
      if (elsewhere !== undefined) return [{ span, problem: `is a host in ${elsewhere}`, fix }];
      if (namesItsRegion(labels) || isPrincipal(leaf, found)) return [];
      return labels.some(isOpaque)
        ? [{ span, problem: 'is a host whose region, if any, only the deployment knows', fix }]
        : [{ span, problem: 'is a global host: it names no region', fix }];
    }),
  violations: [
    'https://transcribestreaming.<other>.<suffix>',
    'polly.<other>.<suffix>',
    'polly-fips.<other>.<suffix>',
    'https://s3-<other>.<suffix>/recordings',
    'https://recordings.s3.<other>.<suffix>',
    'http://recordings.s3-website-<other>.<suffix>',
    's3.dualstack.<other>.<suffix>',
    's3.<suffix>',
    'recordings.s3.<suffix>',
    'recordings-<home>.s3.<suffix>',
    '<home>.s3.<suffix>',
    'recordings-<home>.s3-accelerate.dualstack.<suffix>',
    'bucket.s3-accelerate.<suffix>',
    'mfzwi23gnjvgw.accesspoint.s3-global.<suffix>',
    'sts.<suffix>',
    'https://iam.<suffix>/',
    '111122223333.dkr.ecr.<other>.<suffix>/voice:1',
    'calls.cluster-cabcdefghijk.<other>.rds.<suffix>:5432',
    'master.calls.abc123.<other-id>.cache.<suffix>',
    'abc.execute-api.<other>.<suffix>',
    ...AWS_DNS_SUFFIXES.map((suffix) => `d111111abcdef8.${suffix}`),
    ...AWS_DNS_SUFFIXES.map((suffix) => `https://polly.<other>.${suffix}/v1`),
    '*.<suffix>',
    {
      Type: 'AWS::SSM::Parameter',
      Properties: { Value: { 'Fn::Sub': `polly.${sub('WhereItPleases')}.${sub('AWS::URLSuffix')}` } },
    },
    { Type: 'AWS::IAM::Role', Properties: trust('logs.<other>.<suffix>') },
  ],
  lookAlikes: [
    'https://transcribestreaming.<home>.<suffix>',
    ...AWS_DNS_SUFFIXES.map((suffix) => `https://polly.<home>.${suffix}/v1`),
    '111122223333.dkr.ecr.<home>.<suffix>/voice:1',
    'calls.cabcdefghijk.<home>.rds.<suffix>',
    'master.calls.abc123.<home-id>.cache.<suffix>',
    'recordings-<home>.s3.<home>.<suffix>',
    'vpce-1a2b-3c4d.s3.<home>.vpce.<suffix>',
    'voice-1234567890.<home>.elb.<suffix>',
    'com.amazonaws.<home>.polly',
    '<suffix>',
    'voice.example.com',
    'notamazonaws.community',
    {
      Type: 'AWS::SSM::Parameter',
      Properties: { Value: { 'Fn::Sub': `polly.${sub('AWS::Region')}.${sub('AWS::URLSuffix')}` } },
    },
    { Type: 'AWS::IAM::Role', Properties: trust('ecs-tasks.<suffix>') },
    { Type: 'AWS::IAM::Role', Properties: trust('delivery.logs.<suffix>') },
    'arn:<partition>:iam::1:role/aws-service-role/ecs.application-autoscaling.<suffix>/AWSServiceRoleForECS',
    { Type: 'AWS::Lambda::Permission', Properties: { Principal: 'connect.<suffix>' } },
    { Type: 'AWS::IAM::ServiceLinkedRole', Properties: { AWSServiceName: 'elasticache.<suffix>' } },
    {
      Type: 'AWS::KMS::Key',
      Properties: {
        KeyPolicy: {
          Statement: [{ Effect: 'Allow', Condition: { StringEquals: { 'kms:ViaService': 's3.<home>.<suffix>' } } }],
        },
      },
    },
  ],
};

/** The regions, or cache abbreviations of regions, among the labels of a host. */
function placesIn(labels: readonly string[]): string[] {
  return labels.flatMap((label, index) => {
    const region = REGION_LABEL.exec(label)?.[1];
    if (region !== undefined) return [region.toLowerCase()];
    return labels[index + 1] === 'cache' && CACHE_LABEL.test(label) ? [label.toLowerCase()] : [];
  });
}

/** A bucket may be called after a region, and be reached through the one door of all regions. */
const S3_DOOR = /^(?:s3|dualstack$)/i;

/** The region is the last label, or the last but one (`us-east-1.elb`, `use1.cache`). */
function namesItsRegion(labels: readonly string[]): boolean {
  const [last = '', beforeLast = ''] = labels.toReversed();
  return REGION_LABEL.test(last) || (!S3_DOOR.test(last) && placesIn([beforeLast, last]).length > 0);
}

/** `…:role/aws-service-role/ecs.application-autoscaling…`: the role that a service made for itself. */
const SERVICE_ROLE = /role\/aws-service-role\/$/;

/** Where a service is named as the one who calls: in a policy's principal and conditions, in an event's source. */
const PRINCIPAL_PATH = /(?:\bPrincipal\.Service|PassedToService|AWSServiceName|CalledVia\w*|ViaService|eventSource)$/;

/** A service has a name of one label, or two (`delivery.logs`), before the ending. */
function isPrincipal({ owner, path, key, value }: Leaf, { host, span: [start], labels }: FoundHost): boolean {
  if (labels.length > 2) return false;
  if (SERVICE_ROLE.test(value.slice(0, start))) return true;
  if (value.toLowerCase() !== host) return false;
  const isPermission = owner.type === 'AWS::Lambda::Permission' && key === 'Principal';
  return isPermission || PRINCIPAL_PATH.test(path.replace(/\[\d+\]/g, ''));
}

function trust(service: string): object {
  return { AssumeRolePolicyDocument: { Statement: [{ Effect: 'Allow', Principal: { Service: service } }] } };
}
