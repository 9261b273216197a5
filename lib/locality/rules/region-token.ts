/*
 * The name of another region, anywhere: in a bucket name, a policy condition, a piece of code, a key.
 * It says where something is sent, or was copied from; either way it has no business in this cell.
 * Known regions, and what is shaped like their relatives, so that a region announced tomorrow is caught today.
 */
import { REGION_PATTERN } from '../../../regions/naming.ts';
import { type LocalityRule, scan, sub } from '../rule.ts';

/** Underscores are how databases and variables spell it. A letter or digit on either side makes it another word. */
const REGION = new RegExp(`(?<![a-z0-9])(?:${REGION_PATTERN.replaceAll('-', '[-_]')})(?![0-9])`, 'gi');

export const regionToken: LocalityRule = {
  name: 'region-token',
  find: (leaf, home) =>
    scan(leaf, REGION, ([token]) => {
      const region = token.toLowerCase().replaceAll('_', '-');
      return region === home.region
        ? undefined
        : { problem: `names the region ${region}`, fix: `write ${home.region}, or the AWS::Region pseudo parameter` };
    }),
  violations: [
    '<other>',
    'recordings-<other>-prod',
    's3://cdk-assets-111122223333-<other>/agent.zip',
    'com.amazonaws.<other>.polly',
    '<future>',
    'QUEUE_NAME=calls_<future_>',
    { Type: 'AWS::SSM::Parameter', Properties: { Value: { 'Fn::Sub': [`${sub('r')}/calls`, { r: '<other>' }] } } },
    { Type: 'AWS::SSM::Parameter', Properties: { Value: { 'Fn::If': ['Standby', '<other>', '<home>'] } } },
    { Type: 'AWS::Lambda::Function', Properties: { Code: { ZipFile: 'connect("<other>")' } } },
    // What a Deny excepts stays permitted.
    { Type: 'AWS::IAM::Policy', Properties: policy({ Effect: 'Deny', NotResource: 'recordings-<other>' }) },
  ],
  lookAlikes: [
    '<home>',
    'recordings-<home>-prod',
    'my-east-1',
    'campus-east-1',
    'us-west-coast',
    'eu-west-100',
    'northeast-1',
    'en-us-1',
    'sa-east',
    { Type: 'AWS::CloudWatch::Alarm', Properties: { AlarmDescription: 'Copied from <other> in 2024' } },
    { Type: 'AWS::EC2::SecurityGroup', Properties: { GroupDescription: 'Was in <other> once' } },
    { Type: 'AWS::IAM::Policy', Properties: policy({ Effect: 'Deny', Resource: 'recordings-<other>' }) },
  ],
};

function policy(statement: object): object {
  return { PolicyDocument: { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*', ...statement }] } };
}
