/*
 * A copy kept in another region: replicas, global tables and clusters, cross-region backups, multi-region keys and trails.
 * Most of these carry no region at all (a bucket's ARN has none, MultiRegion is a boolean), so no search for names finds them.
 * Property names: the CloudFormation resource types in aws-cdk-lib 2.276.0.
 */
import { type Feature, featuresIn, isHome, isOff } from '../feature.ts';
import type { Leaf } from '../leaf.ts';
import type { LocalityRule } from '../rule.ts';

const COPIES = 'keeps copies, or allows them, where this template cannot see: possibly in another region';
const TAKE_OUT = 'take the property out; a standby in another region is a cell of its own, planned in regions/';

/** type, property, and when a value of it is harmless */
const TABLE: readonly (readonly [type: string, property: string, unless?: Feature['unless']])[] = [
  ['AWS::AmazonMQ::Broker', 'DataReplicationMode', (leaf) => leaf.value === 'NONE'],
  ['AWS::AmazonMQ::Broker', 'DataReplicationPrimaryBrokerArn'],
  ['AWS::Backup::BackupPlan', 'BackupPlan.BackupPlanRule.CopyActions', stays],
  [
    'AWS::Cassandra::Keyspace',
    'ReplicationSpecification',
    (leaf, home) => leaf.value === 'SINGLE_REGION' || isHome(leaf, home),
  ],
  ['AWS::Cassandra::Table', 'ReplicaSpecifications', (leaf, home) => leaf.key !== 'Region' || isHome(leaf, home)],
  ['AWS::CloudTrail::EventDataStore', 'MultiRegionEnabled', isOff],
  ['AWS::CloudTrail::Trail', 'IsMultiRegionTrail', isOff],
  ['AWS::DLM::LifecyclePolicy', 'CrossRegionCopyTargets'],
  ['AWS::DLM::LifecyclePolicy', 'PolicyDetails.CrossRegionCopyTargets'],
  ['AWS::DLM::LifecyclePolicy', 'PolicyDetails.Schedules.CrossRegionCopyRules'],
  ['AWS::DLM::LifecyclePolicy', 'PolicyDetails.Actions.CrossRegionCopy'],
  ['AWS::DSQL::Cluster', 'MultiRegionProperties'],
  ['AWS::DocDB::DBCluster', 'GlobalClusterIdentifier'],
  ['AWS::DynamoDB::GlobalTable', 'Replicas', (leaf, home) => !leaf.path.endsWith('].Region') || isHome(leaf, home)],
  ['AWS::DynamoDB::GlobalTable', 'GlobalTableWitnesses'],
  ['AWS::ECR::ReplicationConfiguration', 'ReplicationConfiguration'],
  ['AWS::EFS::FileSystem', 'ReplicationConfiguration'],
  ['AWS::ElastiCache::ReplicationGroup', 'GlobalReplicationGroupId'],
  ['AWS::Events::Endpoint', 'ReplicationConfig', (leaf) => leaf.value === 'DISABLED'],
  ['AWS::KMS::Key', 'MultiRegion', isOff],
  ['AWS::Lex::Bot', 'Replication'],
  ['AWS::MemoryDB::Cluster', 'MultiRegionClusterName'],
  ['AWS::Neptune::DBCluster', 'GlobalClusterIdentifier'],
  ['AWS::PaymentCryptography::Key', 'ReplicationRegions'],
  ['AWS::RDS::DBCluster', 'EnableGlobalWriteForwarding', isOff],
  ['AWS::RDS::DBCluster', 'GlobalClusterIdentifier'],
  ['AWS::RDS::DBCluster', 'SourceRegion', isHome],
  ['AWS::RDS::DBInstance', 'AutomaticBackupReplicationKmsKeyId'],
  ['AWS::RDS::DBInstance', 'AutomaticBackupReplicationRegion'],
  ['AWS::RDS::DBInstance', 'SourceRegion', isHome],
  ['AWS::Redshift::Cluster', 'DestinationRegion', isHome],
  ['AWS::RedshiftServerless::Namespace', 'SnapshotCopyConfigurations'],
  ['AWS::S3::Bucket', 'ReplicationConfiguration'],
  ['AWS::S3Tables::TableBucket', 'ReplicationConfiguration'],
  ['AWS::SSM::ResourceDataSync', 'SyncSource.IncludeFutureRegions', isOff],
  ['AWS::SSM::ResourceDataSync', 'SyncSource.SourceRegions', isHome],
  ['AWS::SecretsManager::Secret', 'ReplicaRegions'],
  ['AWS::SecurityLake::DataLake', 'ReplicationConfiguration'],
  ['AWS::Synthetics::Canary', 'Replicas'],
];

const features = TABLE.map(
  ([type, property, unless]): Feature => ({ type, property, problem: COPIES, fix: TAKE_OUT, unless }),
);

export const replication: LocalityRule = {
  name: 'replication',
  ...featuresIn(features),
  violations: [
    {
      Type: 'AWS::S3::Bucket',
      Properties: { ReplicationConfiguration: { Rules: [{ Destination: { Bucket: 'arn:<partition>:s3:::b' } }] } },
    },
    {
      Type: 'AWS::S3::Bucket',
      Properties: { ReplicationConfiguration: { 'Fn::If': ['Dr', { Role: 'r' }, { Ref: 'AWS::NoValue' }] } },
    },
    { Type: 'AWS::KMS::Key', Properties: { MultiRegion: true } },
    { Type: 'AWS::KMS::Key', Properties: { MultiRegion: 'yes' } },
    { Type: 'AWS::RDS::DBInstance', Properties: { AutomaticBackupReplicationRegion: '<other>' } },
    { Type: 'AWS::RDS::DBInstance', Properties: { SourceRegion: '<other>' } },
    { Type: 'AWS::SecretsManager::Secret', Properties: { ReplicaRegions: [{ Region: '<other>' }] } },
    { Type: 'AWS::DynamoDB::GlobalTable', Properties: { Replicas: [{ Region: '<home>' }, { Region: '<other>' }] } },
    { Type: 'AWS::ElastiCache::ReplicationGroup', Properties: { GlobalReplicationGroupId: 'ldgnf-calls' } },
    { Type: 'AWS::Lex::Bot', Properties: { Replication: { ReplicaRegions: ['<other>'] } } },
    { Type: 'AWS::Backup::BackupPlan', Properties: copyTo('arn:<partition>:backup:<other>:1:backup-vault:v') },
    { Type: 'AWS::Backup::BackupPlan', Properties: copyTo({ 'Fn::ImportValue': 'vault' }) },
    { Type: 'AWS::CloudTrail::Trail', Properties: { IsMultiRegionTrail: true } },
    {
      Type: 'AWS::EFS::FileSystem',
      Properties: { ReplicationConfiguration: { ReplicationDestinations: [{ Region: '<other>' }] } },
    },
    { Type: 'AWS::RDS::DBCluster', Properties: { GlobalClusterIdentifier: 'calls' } },
  ],
  lookAlikes: [
    { Type: 'AWS::KMS::Key', Properties: { MultiRegion: false } },
    { Type: 'AWS::CloudTrail::Trail', Properties: { IsMultiRegionTrail: false } },
    { Type: 'AWS::RDS::DBInstance', Properties: { MultiAZ: true, SourceRegion: '<home>' } },
    { Type: 'AWS::DynamoDB::GlobalTable', Properties: { Replicas: [{ Region: '<home>', TableClass: 'STANDARD' }] } },
    {
      Type: 'AWS::ElastiCache::ReplicationGroup',
      Properties: { ReplicasPerNodeGroup: 1, ReplicationGroupDescription: 'calls' },
    },
    { Type: 'AWS::Backup::BackupPlan', Properties: copyTo('arn:<partition>:backup:<home>:1:backup-vault:v') },
    { Type: 'AWS::Backup::BackupPlan', Properties: copyTo({ 'Fn::GetAtt': ['Vault', 'BackupVaultArn'] }) },
  ],
};

/** A second vault in the region, by its ARN or as a resource of this template, is a copy that stays. */
function stays({ key, value }: Leaf, { region }: { region: string }): boolean {
  return key !== 'DestinationBackupVaultArn' || value.split(':')[3] === region || /^⟨\w+\.BackupVaultArn⟩$/.test(value);
}

function copyTo(vault: unknown): object {
  return {
    BackupPlan: { BackupPlanRule: [{ RuleName: 'daily', CopyActions: [{ DestinationBackupVaultArn: vault }] }] },
  };
}
