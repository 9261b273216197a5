/** Copies, networks and types: what a resource is or keeps. */
import { into, resource } from '../plant.ts';
import { type Leak, leak } from './leak.ts';

export const resources: readonly Leak[] = [
  // Copies
  leak(
    'bucket replication',
    'replication',
    into('AWS::S3::Bucket', 'ReplicationConfiguration', {
      Role: 'r',
      Rules: [{ Status: 'Enabled', Destination: { Bucket: 'arn:<partition>:s3:::copy' } }],
    }),
  ),
  leak(
    'database backups copied to another region',
    'replication',
    into('AWS::RDS::DBInstance', 'AutomaticBackupReplicationRegion', '<other>'),
  ),
  leak('multi-region key', 'replication', into('AWS::KMS::Key', 'MultiRegion', true)),
  leak(
    'secret replicas',
    'replication',
    into('AWS::SecretsManager::Secret', 'ReplicaRegions', [{ Region: '<other>' }]),
  ),
  leak('bot replica', 'replication', resource('AWS::Lex::Bot', { Replication: { ReplicaRegions: ['<other>'] } })),
  leak(
    'global data store',
    'replication',
    into('AWS::ElastiCache::ReplicationGroup', 'GlobalReplicationGroupId', 'ldgnf-calls'),
  ),
  leak(
    'global table replica',
    'replication',
    resource('AWS::DynamoDB::GlobalTable', { Replicas: [{ Region: '<home>' }, { Region: '<other>' }] }),
  ),
  leak(
    'backup copied to an imported vault',
    'replication',
    resource('AWS::Backup::BackupPlan', {
      BackupPlan: {
        BackupPlanRule: [{ CopyActions: [{ DestinationBackupVaultArn: { 'Fn::ImportValue': 'vault' } }] }],
      },
    }),
  ),
  leak('multi-region trail', 'replication', resource('AWS::CloudTrail::Trail', { IsMultiRegionTrail: true })),
  leak(
    'image replication',
    'replication',
    resource('AWS::ECR::ReplicationConfiguration', { ReplicationConfiguration: { Rules: [] } }),
  ),

  // Networks
  leak(
    'peering with another region',
    'peering',
    resource('AWS::EC2::VPCPeeringConnection', { VpcId: 'a', PeerVpcId: 'b', PeerRegion: '<other>' }),
  ),
  leak('PrivateLink into another region', 'peering', into('AWS::EC2::VPCEndpoint', 'ServiceRegion', '<other>')),
  leak(
    'route into a network of several regions',
    'peering',
    resource('AWS::EC2::Route', { CoreNetworkArn: { 'Fn::ImportValue': 'core-network' } }),
  ),
  leak(
    'private zone lent to another region',
    'peering',
    resource('AWS::Route53::HostedZone', { VPCs: [{ VPCId: 'v', VPCRegion: '<other>' }] }),
  ),
  leak(
    'endpoint service named after another region',
    'region-token',
    into('AWS::EC2::VPCEndpoint', 'ServiceName', 'com.amazonaws.<other>.polly'),
  ),
  leak('subnet in a zone of another region', 'zone', into('AWS::EC2::Subnet', 'AvailabilityZone', '<other>a')),
  leak(
    'subnet in a zone of another region, by id',
    'zone',
    into('AWS::EC2::Subnet', 'AvailabilityZoneId', '<other-id>-az1'),
  ),
  leak('subnet in a local zone', 'zone', into('AWS::EC2::Subnet', 'AvailabilityZone', '<home>-lim-1a')),

  // The world's edge, and types that span regions
  leak(
    'transfer acceleration',
    'global-edge',
    into('AWS::S3::Bucket', 'AccelerateConfiguration', { AccelerationStatus: 'Enabled' }),
  ),
  leak('firewall at the edge', 'global-edge', into('AWS::WAFv2::WebACL', 'Scope', 'CLOUDFRONT')),
  leak('addresses for a firewall at the edge', 'global-edge', resource('AWS::WAFv2::IPSet', { Scope: 'CLOUDFRONT' })),
  leak(
    'login page at the edge',
    'global-edge',
    resource('AWS::Cognito::UserPoolDomain', { CustomDomainConfig: { CertificateArn: { Ref: 'Certificate' } } }),
  ),
  leak('content delivery network', 'resource-type', resource('AWS::CloudFront::Distribution', {}, 'Type')),
  leak('global accelerator', 'resource-type', resource('AWS::GlobalAccelerator::Accelerator', {}, 'Type')),
  leak("the CDK's cross-region export", 'resource-type', resource('Custom::CrossRegionExportWriter', {}, 'Type')),
  leak(
    'calls shared with an instance elsewhere',
    'resource-type',
    resource('AWS::Connect::TrafficDistributionGroup', {}, 'Type'),
  ),
  leak('a type nobody has examined', 'resource-type', resource('Vendor::Telemetry::Exporter', {}, 'Type')),
];
