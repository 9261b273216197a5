/** What is watched, set, coded, or left to somebody else. */
import { gzipSync } from 'node:zlib';
import { sub } from '../../../../lib/locality/rule.ts';
import { into, resource, statement, variable, withSection } from '../plant.ts';
import { type Leak, leak } from './leak.ts';

/** No other rule knows this region: it is found only where a region is expected. */
const SCRIPT = '#!/bin/sh\nexport AWS_REGION=my-east-1; exec start\n';
const inLines = (bytes: Buffer) => bytes.toString('base64').replace(/.{20}/g, '$&\n');
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

  leak(
    'metrics of other accounts',
    'foreign-metric',
    resource('AWS::CloudWatch::MetricStream', { IncludeLinkedAccountsMetrics: true }),
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
    resource('AWS::EC2::Instance', { UserData: Buffer.from(SCRIPT).toString('base64') }),
  ),
  ...Object.entries({
    'in lines': inLines(Buffer.from(SCRIPT)),
    'with more than ASCII': Buffer.from(`# für alle\n${SCRIPT}`).toString('base64'),
    'in base64 twice': Buffer.from(Buffer.from(SCRIPT).toString('base64')).toString('base64'),
    compressed: gzipSync(SCRIPT).toString('base64'),
    'in base64 that a script unpacks': `#!/bin/sh\necho ${Buffer.from(SCRIPT).toString('base64')} | base64 -d | sh\n`,
  }).map(([how, UserData]) =>
    leak(`region in user data, ${how}`, 'region-override', resource('AWS::EC2::Instance', { UserData })),
  ),
  leak('global door of STS', 'region-override', variable('legacy', 'AWS_STS_REGIONAL_ENDPOINTS')),
  leak("the telephone company's region elsewhere", 'telephony-region', variable('au1', 'TWILIO_REGION')),
  leak("the telephone company's edge elsewhere", 'telephony-region', variable('sydney', 'TWILIO_EDGE')),
  leak(
    'region resolved at deployment',
    'region-setting',
    variable('{{resolve:ssm:/where/it/pleases}}', 'QUEUE_REGION'),
  ),
  leak(
    'zones of another region',
    'region-setting',
    into('AWS::EC2::Subnet', 'AvailabilityZone', { 'Fn::Select': [0, { 'Fn::GetAZs': '<other>' }] }),
  ),
  leak(
    'zones of a region that is a parameter',
    'region-setting',
    withSection(
      'Parameters',
      anywhere,
      into('AWS::EC2::Subnet', 'AvailabilityZone', { 'Fn::Select': [0, { 'Fn::GetAZs': { Ref: 'Anywhere' } }] }),
    ),
  ),
  leak(
    'region in two halves among many choices',
    'region-token',
    variable({
      'Fn::Join': [
        '',
        [
          ...Array.from({ length: 6 }, () => ({ 'Fn::If': ['C', '', '.'] })),
          { 'Fn::If': ['C', 'ca-we', 'a'] },
          { 'Fn::If': ['D', 'b', 'st-1'] },
        ],
      ],
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
