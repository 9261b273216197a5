/** ARNs, hosts and models: what a value points to. */
import { sub } from '../../../../lib/locality/rule.ts';
import { knownFacts } from '../../../../regions/facts.ts';
import { into, resource, statement, variable, withSection } from '../plant.ts';
import { type Leak, leak } from './leak.ts';

const unpinned = (provider: string) => knownFacts.providers[provider]?.unpinned ?? 'missing from the facts';
const join = (...parts: unknown[]) => ({ 'Fn::Join': ['', parts] });
const substitute = (text: string, map?: object) => ({ 'Fn::Sub': map ? [text, map] : text });
const anywhere = { Anywhere: { Type: 'String' } };

export const references: readonly Leak[] = [
  // ARNs
  leak(
    'ARN of another region in a policy',
    'arn',
    statement({ Resource: 'arn:<partition>:sqs:<other>:111122223333:calls' }),
  ),
  leak('ARN of every region', 'arn', statement({ Resource: 'arn:<partition>:dynamodb:*:111122223333:table/calls' })),
  leak('ARN of half the world', 'arn', statement({ Resource: 'arn:<partition>:kms:us-*:111122223333:key/1' })),
  leak(
    'ARN put together by Fn::Sub',
    'arn',
    statement({ Resource: substitute(`arn:${sub('AWS::Partition')}:sqs:<other>:${sub('AWS::AccountId')}:q`) }),
  ),
  leak(
    'ARN put together by Fn::Sub with a map',
    'arn',
    variable(substitute(`arn:<partition>:sqs:${sub('R')}:1:q`, { R: '<other>' })),
  ),
  leak(
    'ARN put together by Fn::Join',
    'arn',
    variable({ 'Fn::Join': [':', ['arn', { Ref: 'AWS::Partition' }, 'sqs', '<other>', '1', 'q']] }),
  ),
  leak(
    'ARN in one branch of a condition',
    'arn',
    variable({ 'Fn::If': ['C', 'none', 'arn:<partition>:sqs:<other>:1:q'] }),
  ),
  leak(
    'ARN whose region is a parameter',
    'arn',
    withSection('Parameters', anywhere, variable(substitute(`arn:<partition>:sqs:${sub('Anywhere')}:1:q`))),
  ),
  leak(
    'model ARN of another region',
    'arn',
    statement({ Resource: 'arn:<partition>:bedrock:<other>::foundation-model/*' }),
  ),
  leak(
    'model ARN without a region',
    'arn',
    statement({ Resource: 'arn:<partition>:bedrock:::foundation-model/amazon.nova-lite-v1:0' }),
  ),
  leak(
    'multi-region access point',
    'arn',
    statement({ Resource: 'arn:<partition>:s3::111122223333:accesspoint/mfz.mrap' }),
  ),
  leak('ARN of another partition', 'arn', variable('arn:aws-elsewhere:sqs:<home>:111122223333:calls')),
  leak(
    'Lambda layer of another region',
    'arn',
    resource('AWS::Lambda::Function', { Layers: ['arn:<partition>:lambda:<other>:1:layer:sdk:3'] }),
  ),
  leak(
    'event target in another region',
    'arn',
    resource('AWS::Events::Rule', { Targets: [{ Id: 'a', Arn: 'arn:<partition>:events:<other>:1:event-bus/b' }] }),
  ),
  leak(
    'secret of another region, resolved at deployment',
    'arn',
    into(
      'AWS::RDS::DBInstance',
      'MasterUserPassword',
      '{{resolve:secretsmanager:arn:<partition>:secretsmanager:<other>:1:secret:db}}',
    ),
  ),
  leak(
    'alarm action in another region',
    'arn',
    into('AWS::CloudWatch::Alarm', 'AlarmActions[+]', 'arn:<partition>:sns:<other>:111122223333:ops'),
  ),

  // Hosts of AWS
  leak('speech host of another region', 'aws-host', variable('wss://transcribestreaming.<other>.<suffix>:8443')),
  leak('database host of another region', 'aws-host', variable('calls.cabcdefghijk.<other>.rds.<suffix>')),
  leak('cache host of another region', 'aws-host', variable('master.calls.abc123.<other-id>.cache.<suffix>:6379')),
  leak(
    'image from another region',
    'aws-host',
    into('AWS::ECS::TaskDefinition', 'ContainerDefinitions[0].Image', '111122223333.dkr.ecr.<other>.<suffix>/voice:1'),
  ),
  leak('legacy S3 host', 'aws-host', variable('https://s3-<other>.<suffix>/recordings')),
  leak('S3 website of another region', 'aws-host', variable('http://recordings.s3-website-<other>.<suffix>')),
  leak('dual-stack host of another region', 'aws-host', variable('https://polly.<other>.api.aws')),
  leak('FIPS host of another region', 'aws-host', variable('https://bedrock-runtime-fips.<other>.<suffix>')),
  leak('global STS host', 'aws-host', variable('https://sts.<suffix>')),
  leak('global S3 host', 'aws-host', variable(join('https://', { Ref: 'Bucket' }, '.s3.', { Ref: 'AWS::URLSuffix' }))),
  leak(
    'host whose region is looked up by an unknown key',
    'aws-host',
    withSection(
      'Mappings',
      { Hosts: { a: { polly: 'polly.<home>.<suffix>' }, b: { polly: 'polly.<other>.<suffix>' } } },
      withSection('Parameters', anywhere, variable({ 'Fn::FindInMap': ['Hosts', { Ref: 'Anywhere' }, 'polly'] })),
    ),
  ),
  leak(
    'host split and put together again',
    'aws-host',
    variable({ 'Fn::Join': ['.', { 'Fn::Split': ['/', 'polly/<other>/<suffix>'] }] }),
  ),

  leak('global S3 host of a bucket called after home', 'aws-host', variable('https://calls-<home>.s3.<suffix>/1.wav')),
  leak(
    'presigned address of another region',
    'region-token',
    variable('https://calls.s3.<home>.<suffix>/1?X-Amz-Credential=AKIA%2F20261122%2F<other>%2Fs3%2Faws4_request'),
  ),
  leak(
    'ARN of another region, spelled with percents',
    'arn',
    variable('https://sqs.<home>.<suffix>/?Target=arn%3A<partition>%3Asqs%3A<other>%3A1%3Aq'),
  ),
  leak(
    'parameter of another region, resolved at deployment',
    'arn',
    variable('{{resolve:ssm:arn:<partition>:ssm:<other>:1:parameter/queue}}'),
  ),
  leak(
    'host whose region is resolved at deployment',
    'aws-host',
    variable('polly.{{resolve:ssm:/where/it/pleases}}.<suffix>'),
  ),

  // Other people's hosts
  leak("a provider's unpinned host", 'third-party-host', variable(unpinned('deepgram'))),
  leak("a provider's unpinned host in a URL", 'third-party-host', variable(`https://${unpinned('openai')}/v1`)),
  leak(
    'a provider pinned to another jurisdiction',
    'third-party-host',
    variable('wss://api.in.deepgram.com/v1/listen'),
  ),
  leak('a URL of somebody unknown', 'third-party-host', variable('https://collector.example.net/in')),
  leak(
    'a topic that posts to somebody unknown',
    'third-party-host',
    resource('AWS::SNS::Subscription', { Protocol: 'https', Endpoint: 'https://hooks.example.net' }),
  ),

  leak('a host that begins like a private address', 'third-party-host', variable('https://10.example.net/in')),
  leak(
    'a public address in the prefix of a translator',
    'third-party-host',
    variable('https://[64:ff9b::cb00:7107]/in'),
  ),
  leak('a public address as one number', 'third-party-host', variable('https://3405803783/in')),
  leak('a URL whose scheme has an underscore', 'third-party-host', variable('SASL_SSL://kafka.example.net:9094')),
  leak('a collector without a scheme', 'bare-host', variable('collector.example.net', 'COLLECTOR_HOST')),
  leak('a host and a port', 'bare-host', variable('collector.example.net:4317')),
  leak('a proxy', 'bare-host', variable('proxy.example.net:3128', 'HTTPS_PROXY')),
  leak('a collector in a file of settings', 'bare-host', variable('otlp:\n  endpoint: collector.example.net:4317\n')),
  leak(
    'logs sent to somebody unknown',
    'bare-host',
    into(
      'AWS::ECS::TaskDefinition',
      'ContainerDefinitions[0].LogConfiguration.Options.fluentd-address',
      'logs.example.net:24224',
    ),
  ),
  leak(
    'callers redirected to somebody unknown',
    'bare-host',
    resource('AWS::ElasticLoadBalancingV2::ListenerRule', {
      Actions: [{ RedirectConfig: { Host: 'other.example.net' } }],
    }),
  ),
  leak(
    "a name that answers with somebody else's",
    'bare-host',
    resource('AWS::Route53::RecordSet', { Type: 'CNAME', ResourceRecords: ['other.example.net'] }),
  ),
  leak(
    'a health check of somebody else',
    'bare-host',
    resource('AWS::Route53::HealthCheck', { HealthCheckConfig: { FullyQualifiedDomainName: 'other.example.net' } }),
  ),
  leak(
    'names asked of a server outside',
    'bare-host',
    into('AWS::ECS::TaskDefinition', 'ContainerDefinitions[0].DnsServers', ['203.0.113.53']),
  ),
  leak(
    'a host of home at an address outside',
    'bare-host',
    into('AWS::ECS::TaskDefinition', 'ContainerDefinitions[0].ExtraHosts', [
      { Hostname: 'polly.<home>.<suffix>', IpAddress: '203.0.113.9' },
    ]),
  ),
  leak(
    'image from another registry',
    'bare-host',
    into('AWS::ECS::TaskDefinition', 'ContainerDefinitions[0].Image', 'ghcr.io/somebody/voice:1'),
  ),

  // Models
  leak('geographic inference profile', 'inference-profile', variable('us.anthropic.claude-haiku-4-5-20251001-v1:0')),
  leak('global inference profile', 'inference-profile', variable('global.anthropic.claude-haiku-5-5')),
  leak(
    'inference profile behind the name of a library',
    'inference-profile',
    variable('bedrock/us.amazon.nova-lite-v1:0'),
  ),
  leak('inference profile in a path', 'inference-profile', variable('/model/eu.amazon.nova-lite-v1:0/converse-stream')),
  leak(
    'inference profile whose ARN says home',
    'inference-profile',
    statement({ Resource: 'arn:<partition>:bedrock:<home>:1:inference-profile/eu.amazon.nova-lite-v1:0' }),
  ),
  leak(
    'application inference profile',
    'inference-profile',
    statement({ Resource: 'arn:<partition>:bedrock:<home>:1:application-inference-profile/a1b2' }),
  ),
  leak(
    'guardrail profile',
    'inference-profile',
    statement({ Resource: 'arn:<partition>:bedrock:<home>:1:guardrail-profile/us.guardrail.v1:0' }),
  ),
];
