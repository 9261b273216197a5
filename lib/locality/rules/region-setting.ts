/*
 * A property, option or variable called a region (SnsRegion, awslogs-region, QUEUE_REGION) that is not set to home.
 * Whatever stands in such a place is a region to the one who reads it, also when no such region is known to us.
 * A wildcard, or a value that only the deployment knows, has not been shown to be home either.
 */
import { REGION_SHAPE } from '../../../regions/naming.ts';
import { isOpaque } from '../hosts.ts';
import { type LocalityRule, whole } from '../rule.ts';

/** Region, SourceRegion, aws:RequestedRegion, awsRegions, awslogs-region, QUEUE_REGION; not `Regional`, not `LoRaRfRegionX`. */
const SETTING = /(?:^|[a-z:_-])regions?(?:[_-]?name)?$/i;
const EVERYWHERE = /^(?:\*|all|all_regions|all-regions|global|aws-global)$/i;

export const regionSetting: LocalityRule = {
  name: 'region-setting',
  find: (leaf, home) => {
    const ofZones = leaf.path.endsWith('.Fn::GetAZs');
    const name = ofZones ? 'the region of its zones' : (leaf.name ?? leaf.key);
    const { value } = leaf;
    if (!(ofZones || SETTING.test(name)) || value === home.region || value === name) return [];
    const fix = `write ${home.region}, or the AWS::Region pseudo parameter`;
    if (EVERYWHERE.test(value) || (/\*/.test(value) && value.length < 30))
      return [whole(leaf, `sets ${name} to every region that matches ${value}`, fix)];
    if (isOpaque(value) || value.includes('{{resolve:'))
      return [whole(leaf, `sets ${name} to what only the deployment knows (${value})`, fix)];
    return REGION_SHAPE.test(value) ? [whole(leaf, `sets ${name} to ${value}`, fix)] : [];
  },
  violations: [
    { Type: 'AWS::Cognito::UserPool', Properties: { SmsConfiguration: { SnsRegion: '<other>' } } },
    { Type: 'AWS::Kinesis::Stream', Properties: { Anything: { Region: 'my-east-1' } } },
    {
      Type: 'AWS::ECS::TaskDefinition',
      Properties: { ContainerDefinitions: [{ LogConfiguration: { Options: { 'awslogs-region': '<other>' } } }] },
    },
    {
      Type: 'AWS::ECS::TaskDefinition',
      Properties: { ContainerDefinitions: [{ Environment: [{ Name: 'QUEUE_REGION', Value: 'my-east-1' }] }] },
    },
    { Type: 'AWS::CloudWatch::Alarm', Properties: { Dimensions: [{ Name: 'Region', Value: '<other>' }] } },
    policy({ StringLike: { 'aws:RequestedRegion': 'us-*' } }),
    policy({ StringEquals: { 'aws:RequestedRegion': '<other>' } }),
    // What a Deny excepts stays permitted.
    policy({ StringNotEquals: { 'aws:RequestedRegion': ['<home>', '<other>'] } }, 'Deny'),
    { Type: 'AWS::ObservabilityAdmin::TelemetryRule', Properties: { Rule: { Regions: ['ALL'] } } },
    { Type: 'Custom::AWS', Properties: { Create: '{"service":"S3","action":"listBuckets","region":"<other>"}' } },
    { Type: 'AWS::Logs::LogGroup', Properties: { Anything: { Region: { Ref: 'WhereItPleases' } } } },
    { Type: 'AWS::Logs::LogGroup', Properties: { Anything: { Region: '{{resolve:ssm:/where/it/pleases}}' } } },
    subnet({ 'Fn::GetAZs': { Ref: 'WhereItPleases' } }),
    subnet({ 'Fn::GetAZs': '<other>' }),
  ],
  lookAlikes: [
    policy({ StringEquals: { 'aws:RequestedRegion': '<other>' } }, 'Deny'),
    policy({ StringNotEquals: { 'aws:RequestedRegion': '<home>' } }, 'Deny'),
    { Type: 'AWS::Kinesis::Stream', Properties: { Anything: { Region: '<home>' } } },
    {
      Type: 'AWS::ECS::TaskDefinition',
      Properties: {
        ContainerDefinitions: [{ LogConfiguration: { Options: { 'awslogs-region': { Ref: 'AWS::Region' } } } }],
      },
    },
    {
      Type: 'AWS::ECS::TaskDefinition',
      Properties: { ContainerDefinitions: [{ Environment: [{ Name: 'OFFICE_REGION', Value: 'ie1' }] }] },
    },
    subnet({ 'Fn::GetAZs': '' }),
    subnet({ 'Fn::GetAZs': { Ref: 'AWS::Region' } }),
    { Type: 'AWS::IoTWireless::WirelessGateway', Properties: { LoRaWAN: { RfRegion: 'EU868' } } },
    { Type: 'AWS::CloudWatch::Alarm', Properties: { Dimensions: [{ Name: 'Regional', Value: 'my-east-1' }] } },
  ],
};

function subnet(zones: object): { Type: string; Properties: object } {
  return { Type: 'AWS::EC2::Subnet', Properties: { AvailabilityZone: { 'Fn::Select': [0, zones] } } };
}

function policy(condition: object, effect = 'Allow'): { Type: string; Properties: object } {
  const statement = { Effect: effect, Action: '*', Resource: '*', Condition: condition };
  return { Type: 'AWS::IAM::Policy', Properties: { PolicyDocument: { Statement: [statement] } } };
}
