/** What looks like a leak and is none, planted in the template of a real cell. */
import { sub } from '../../../lib/locality/rule.ts';
import { into, type Plant, resource, statement, variable, withSection } from './plant.ts';

export interface Legal {
  readonly legal: string;
  readonly plant: Plant;
}

const legal = (text: string, plant: Plant): Legal => ({ legal: text, plant });

export const LEGAL: readonly Legal[] = [
  legal('the home region', variable('<home>')),
  legal('AWS_REGION set to home', variable({ Ref: 'AWS::Region' }, 'AWS_REGION')),
  legal('a name that only sounds like a region', variable('my-east-1')),
  legal('a word that ends like a region', variable('campus-east-1')),
  legal('a language', variable('en-US')),
  legal('a direction', variable('us-west-coast')),
  legal("a telephone company's own region", variable('<telephone>', 'TWILIO_REGION')),
  legal('a host of home', variable('https://polly.<home>.<suffix>/v1/speech')),
  legal('a dual-stack host of home', variable('https://polly.<home>.api.aws')),
  legal('a cache host of home', variable('master.calls.abc123.<home-id>.cache.<suffix>')),
  legal(
    'a host of this stack, known only when deployed',
    variable({ 'Fn::Sub': `https://${sub('LoadBalancer.DNSName')}/health` }),
  ),
  legal('a private address', variable('http://10.0.3.4:4318')),
  legal('an address to listen on', variable('0.0.0.0:8080', 'LISTEN_ADDRESS')),
  legal('a host that only a private network knows', variable('collector.cell.internal', 'COLLECTOR_HOST')),
  legal('the regional host of STS', variable('regional', 'AWS_STS_REGIONAL_ENDPOINTS')),
  legal('a bucket called after home, at its host of home', variable('https://calls-<home>.s3.<home>.<suffix>')),
  legal('a redirect to the same host', (template) => {
    const redirect = {
      Type: 'redirect',
      RedirectConfig: { Protocol: 'HTTPS', Host: '#{host}', StatusCode: 'HTTP_301' },
    };
    return resource('AWS::ElasticLoadBalancingV2::ListenerRule', { Actions: [redirect] })(template);
  }),
  legal(
    'what proves a name to a certificate authority',
    resource('AWS::Route53::RecordSet', { Type: 'CNAME', ResourceRecords: ['_3.abc.acm-validations.aws.'] }),
  ),
  legal('the zones of home', into('AWS::EC2::Subnet', 'AvailabilityZone', { 'Fn::Select': [0, { 'Fn::GetAZs': '' }] })),
  legal('a model of home behind the name of a library', variable('bedrock/amazon.nova-lite-v1:0')),
  legal('prose in base64 letters', variable('thisIsOnlyAVeryLongWordThatNobodyWouldEverUnpack')),
  legal('the metadata endpoint of a task', variable('http://169.254.170.2/v2/metadata')),
  legal('a namespace that nothing connects to', variable('http://www.w3.org/2001/XMLSchema')),
  legal('a mail address', variable('operators@example.net')),
  legal('an identity, which has no region', statement({ Resource: 'arn:<partition>:iam::111122223333:role/Deploy' })),
  legal(
    'a managed policy',
    into('AWS::IAM::Role', 'ManagedPolicyArns[+]', 'arn:<partition>:iam::aws:policy/ReadOnlyAccess'),
  ),
  legal('a bucket, which has no region', statement({ Resource: 'arn:<partition>:s3:::recordings/*' })),
  legal('an integration of a state machine', statement({ Resource: 'arn:<partition>:states:::sqs:sendMessage' })),
  legal(
    'a model of home',
    statement({ Resource: 'arn:<partition>:bedrock:<home>::foundation-model/amazon.nova-lite-v1:0' }),
  ),
  legal('a model id', variable('anthropic.claude-haiku-4-5-20251001-v1:0')),
  legal(
    'a service as principal',
    into('AWS::IAM::Role', 'AssumeRolePolicyDocument.Statement[+]', {
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Principal: { Service: 'ecs-tasks.<suffix>' },
    }),
  ),
  legal(
    'another region, forbidden',
    statement({
      Effect: 'Deny',
      Resource: 'arn:<partition>:s3:::b',
      Condition: { StringEquals: { 'aws:RequestedRegion': '<other>' } },
    }),
  ),
  legal(
    'global profiles, forbidden',
    statement({ Effect: 'Deny', Resource: 'arn:<partition>:bedrock:*:*:inference-profile/global.*' }),
  ),
  legal(
    'another region in a description',
    into('AWS::CloudWatch::Alarm', 'AlarmDescription', 'Taken over from <other>, see https://wiki.example.net'),
  ),
  legal(
    'another region in the description of a group',
    into('AWS::EC2::SecurityGroup', 'GroupDescription', 'not open to <other>'),
  ),
  legal(
    'another region in a text of a dashboard',
    into('AWS::CloudWatch::Dashboard', 'DashboardBody', '{"widgets":[{"properties":{"markdown":"not <other>"}}]}'),
  ),
  legal('another region in metadata', (template) => {
    const [logicalId, bucket] = Object.entries(template.Resources).find(([, { Type }]) => Type === 'AWS::S3::Bucket')!;
    bucket.Metadata = { Note: 'was in <other>' };
    return { logicalId, property: 'Metadata.Note' };
  }),
  legal('a description of the template', (template) => {
    template.Description = 'A copy of the stack in <other>';
    return { logicalId: '', property: 'Description' };
  }),
  legal(
    'where Route 53 probes from',
    into('AWS::Route53::HealthCheck', 'HealthCheckConfig.Regions', ['<home>', '<other>']),
  ),
  legal(
    'a condition that asks for the region',
    withSection('Conditions', { Elsewhere: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, '<other>'] } }, variable('none')),
  ),
  legal(
    'a mapping by region, read at home',
    withSection(
      'Mappings',
      { Hosts: { '<home>': { p: 'polly.<home>.<suffix>' }, '<other>': { p: 'polly.<other>.<suffix>' } } },
      variable({ 'Fn::FindInMap': ['Hosts', { Ref: 'AWS::Region' }, 'p'] }),
    ),
  ),
  legal('the region taken from an ARN of this stack', (template) => {
    resource('AWS::SNS::Topic')(template);
    const region = { 'Fn::Select': [3, { 'Fn::Split': [':', { 'Fn::GetAtt': ['Planted', 'TopicArn'] }] }] };
    return variable({ 'Fn::Join': ['', ['arn:<partition>:sqs:', region, ':1:q']] })(template);
  }),
  legal('a zone of home', into('AWS::EC2::Subnet', 'AvailabilityZone', '<home>b')),
  legal('a key of one region', into('AWS::KMS::Key', 'MultiRegion', false)),
  legal(
    'acceleration turned off',
    into('AWS::S3::Bucket', 'AccelerateConfiguration', { AccelerationStatus: 'Suspended' }),
  ),
  legal('a replica within the region', into('AWS::ElastiCache::ReplicationGroup', 'ReplicasPerNodeGroup', 2)),
  legal('a table in one region', resource('AWS::DynamoDB::GlobalTable', { Replicas: [{ Region: '<home>' }] })),
  legal('a peering within the region', resource('AWS::EC2::VPCPeeringConnection', { VpcId: 'a', PeerVpcId: 'b' })),
];
