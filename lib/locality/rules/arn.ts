/*
 * An ARN whose region is not home: another region, a wildcard that includes it, or a name only the deployment knows.
 * An empty region is right for a few services only; elsewhere it means "wherever", as for models answered globally.
 * Another partition is another cloud.
 */

import { type LocalityRule, scan, sub } from '../rule.ts';
import { MARKER } from '../scope.ts';

/** arn:partition:service:region:account:rest. A marker holds no colon, so it fills a field like any other text. */
const ARN =
  /(?<![a-z0-9])arn:([^:\s"'`,]{1,80}):([^:\s"'`,]{1,80}):([^:\s"'`,]{0,80}):([^:\s"'`,]{0,80}):([^\s"'`,;|<>(){}]{0,400})/gi;

/** Services whose ARNs have no region, and why that is no place outside the cell. */
const REGIONLESS: { readonly [service: string]: string } = {
  iam: 'identities exist in the whole partition and hold no data of callers',
  sts: 'a session of an identity',
  s3: 'bucket names are unique in the partition; where a bucket is, the bucket says',
  route53: 'names and health checks are answered from everywhere by design',
  states: 'an integration of a state machine, called in its own region',
  scheduler: 'an integration of a schedule, called in its own region',
};

export const arn: LocalityRule = {
  name: 'arn',
  find: (leaf, home) =>
    scan(leaf, ARN, ([, partition = '', service = '', region = '', account = '', resource = '']) => {
      const fix = `write the ARN with ${home.region}, or with the AWS::Region pseudo parameter`;
      if (partition !== home.partition && partition !== '*' && !MARKER.test(partition))
        return { problem: `is an ARN of ${partition}, another partition than ${home.partition}`, fix };
      const problem = problemOf(service, region, account, resource, home.region);
      return problem === undefined ? undefined : { problem, fix };
    }),
  violations: [
    'arn:<partition>:sqs:<other>:111122223333:calls',
    'arn:<partition>:logs:*:111122223333:log-group:*',
    'arn:<partition>:dynamodb:us-*:111122223333:table/calls',
    'arn:<partition>:kms:*:*:key/*',
    'arn:<partition>:lambda:<other>:111122223333:layer:sdk:3',
    'arn:<partition>:bedrock:<other>::foundation-model/amazon.nova-lite-v1:0',
    'arn:<partition>:bedrock:::foundation-model/amazon.nova-lite-v1:0',
    'arn:<partition>:s3::111122223333:accesspoint/mfzwi23gnjvgw.mrap',
    'arn:<partition>:rds::111122223333:global-cluster:calls',
    'arn:aws-elsewhere:sqs:<home>:111122223333:calls',
    'arn:<partition>:sqs:my-east-1:111122223333:calls',
    '{{resolve:secretsmanager:arn:<partition>:secretsmanager:<other>:111122223333:secret:token}}',
    {
      Type: 'AWS::SNS::Subscription',
      Properties: { Endpoint: { 'Fn::Sub': `arn:${sub('AWS::Partition')}:sqs:<other>:1:q` } },
    },
    {
      Type: 'AWS::Events::Rule',
      Properties: {
        Targets: [
          { Arn: { 'Fn::Join': [':', ['arn', { Ref: 'AWS::Partition' }, 'events', '<other>', '1', 'event-bus/b']] } },
        ],
      },
    },
    {
      Type: 'AWS::SQS::Queue',
      Properties: { KmsMasterKeyId: { 'Fn::Sub': `arn:<partition>:kms:${sub('WhereItPleases')}:1:key/2` } },
    },
  ],
  lookAlikes: [
    'arn:<partition>:sqs:<home>:111122223333:calls',
    'arn:<partition>:iam::111122223333:role/Deploy',
    'arn:<partition>:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy',
    'arn:<partition>:s3:::recordings/*',
    'arn:<partition>:route53:::hostedzone/Z1',
    'arn:<partition>:states:::sqs:sendMessage',
    'arn:<partition>:bedrock:<home>::foundation-model/amazon.nova-lite-v1:0',
    'barn:door:open:wide:shut:again',
    {
      Type: 'AWS::SNS::Subscription',
      Properties: {
        Endpoint: { 'Fn::Sub': `arn:${sub('AWS::Partition')}:sqs:${sub('AWS::Region')}:${sub('AWS::AccountId')}:q` },
      },
    },
    {
      Type: 'AWS::IAM::ManagedPolicy',
      Properties: {
        PolicyDocument: {
          Statement: [
            { Effect: 'Deny', Action: 'bedrock:*', Resource: 'arn:<partition>:bedrock:*:*:inference-profile/*' },
          ],
        },
      },
    },
    {
      Type: 'AWS::SSM::Parameter',
      Properties: {
        Value: { 'Fn::Sub': [`arn:<partition>:ecs:${sub('r')}:1:cluster/c`, { r: { Ref: 'AWS::Region' } }] },
      },
    },
  ],
};

function problemOf(
  service: string,
  region: string,
  account: string,
  resource: string,
  home: string,
): string | undefined {
  if (region === home) return undefined;
  if (region === '') {
    if (service === 's3' && account !== '') return 'is the ARN of a multi-region access point';
    return Object.hasOwn(REGIONLESS, service) || /^dashboard\//.test(resource)
      ? undefined
      : `is an ARN of ${service} without a region, expected ${home}`;
  }
  if (/[*?]/.test(region)) return `is an ARN of every region that matches ${region}, expected ${home}`;
  if (MARKER.test(region)) return `is an ARN whose region only the deployment knows (${region}), expected ${home}`;
  return `is an ARN of ${region}, expected ${home}`;
}
