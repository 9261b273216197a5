/** What is watched, set, coded, or left to somebody else. */
import { sub } from '../../../../lib/locality/rule.ts';
import { into, resource, statement, variable, withSection } from '../plant.ts';
import { type Leak, leak } from './leak.ts';

const anywhere = { Anywhere: { Type: 'String' } };

export const settings: readonly Leak[] = [
  // Watching
  leak(
    'dashboard of another region',
    'foreign-metric',
    into('AWS::CloudWatch::Dashboard', 'DashboardBody', '{"widgets":[{"properties":{"region":"<other>"}}]}'),
  ),
  leak(
    "alarm on another account's metric",
    'foreign-metric',
    into('AWS::CloudWatch::Alarm', 'Metrics', [{ Id: 'm', AccountId: '999999999999' }]),
  ),
  leak(
    'health check on an alarm of another region',
    'foreign-metric',
    into('AWS::Route53::HealthCheck', 'HealthCheckConfig.AlarmIdentifier', { Name: 'a', Region: '<other>' }),
  ),

  // Settings, code, and what only looks harmless
  leak('AWS_REGION of the container', 'region-override', variable('<other>', 'AWS_REGION')),
  leak(
    'AWS_DEFAULT_REGION from a parameter',
    'region-override',
    withSection('Parameters', anywhere, variable({ Ref: 'Anywhere' }, 'AWS_DEFAULT_REGION')),
  ),
  leak(
    'region in user data',
    'region-override',
    resource('AWS::EC2::Instance', {
      UserData: Buffer.from('#!/bin/sh\nexport AWS_REGION=my-east-1; exec start\n').toString('base64'),
    }),
  ),
  leak(
    'logs sent to another region',
    'region-setting',
    into('AWS::ECS::TaskDefinition', 'ContainerDefinitions[0].LogConfiguration.Options.awslogs-region', '<other>'),
  ),
  leak(
    'SDK call of a custom resource in another region',
    'region-setting',
    resource('Custom::AWS', { Create: '{"service":"S3","action":"putObject","region":"<other>"}' }),
  ),
  leak(
    'permission for another region',
    'region-setting',
    statement({ Condition: { StringEquals: { 'aws:RequestedRegion': '<other>' } } }),
  ),
  leak(
    'a boundary that excepts another region',
    'region-setting',
    into('AWS::IAM::ManagedPolicy', 'PolicyDocument.Statement[+]', {
      Effect: 'Deny',
      Action: '*',
      Resource: '*',
      Condition: { StringNotEquals: { 'aws:RequestedRegion': ['<home>', '<other>'] } },
    }),
  ),
  leak(
    'output of a stack in another region',
    'stack-output',
    variable({ 'Fn::GetStackOutput': { StackName: 'S', OutputName: 'O', Region: '<other>' } }),
  ),
  leak(
    'region in inline code',
    'region-token',
    resource('AWS::Lambda::Function', { Code: { ZipFile: 'new S3Client({ region: "<other>" })' } }),
  ),
  leak('region in a bucket name', 'region-token', into('AWS::S3::Bucket', 'BucketName', 'recordings-<other>')),
  leak(
    'region in the name of a key',
    'region-token',
    resource('AWS::Lambda::Function', { Environment: { Variables: { 'queue-<other>': 'calls' } } }),
  ),
  leak('a region not announced yet', 'region-token', variable('calls-<future>')),
  leak('region of an imported value', 'region-token', variable({ 'Fn::ImportValue': 'shared-<other>-queue' })),
  leak(
    'region in a loop',
    'region-token',
    withSection(
      'Resources',
      {
        'Fn::ForEach::Queues': [
          'Place',
          ['<home>', '<other>'],
          {
            [`Queue${sub('Place')}`]: {
              Type: 'AWS::SQS::Queue',
              Properties: { QueueName: { 'Fn::Sub': `calls-${sub('Place')}` } },
            },
          },
        ],
      },
      () => ({ logicalId: `Queue${sub('Place')}`, property: 'Properties.QueueName' }),
    ),
  ),
  leak(
    'region twice in JSON, the second time harmless',
    'region-token',
    resource('Custom::AWS', { Create: '{"bucket":"calls-<other>","bucket":"calls"}' }),
  ),
  leak(
    'nested template that is somewhere else',
    'unseen-template',
    resource('AWS::CloudFormation::Stack', { TemplateURL: 'https://s3.<home>.<suffix>/b/nested.yaml' }),
  ),
  leak('macro that rewrites the template', 'unseen-template', (template) => {
    template.Transform = ['MyCompany::Everything'];
    return { logicalId: 'Transform', property: 'Transform[0]' };
  }),
];
