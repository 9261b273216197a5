import { DescribeDBInstancesCommand, DescribeDBParametersCommand } from '@aws-sdk/client-rds';
import {
  GetBucketEncryptionCommand,
  GetBucketPolicyCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
} from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import type { DeployedCell } from '../cell/deployed-cell.ts';
import { ask, query, textsOf } from '../cell/wire.ts';

/** Each bucket, and the key its objects are encrypted with. S3's own key is all that access logs can have. */
const BUCKETS = [
  ['Recordings', 'Keys/Recordings'],
  ['Exports', 'Keys/Recordings'],
  ['Definitions', 'Keys/Operations'],
  ['Access-Logs', undefined],
] as const;

const A_YEAR_IN_DAYS = 365;

export function expectStores(deployed: DeployedCell): void {
  const { account } = deployed;
  const { s3, rds, id: accountId, region } = account;
  const keyArn = (path: string) => `arn:aws:kms:${region}:${accountId}:key/${deployed.idOf(path)}`;

  describe.each(BUCKETS)('its bucket %s', (name, key) => {
    const Bucket = `voicecell-${name.toLowerCase()}-${accountId}-${region}`;

    it('stands in the region, and says so in its name', async () => {
      expect(deployed.idOf(`Buckets/${name}`)).toBe(Bucket);
      const { BucketRegion } = await s3.send(new HeadBucketCommand({ Bucket }));
      expect(BucketRegion).toBe(region);
    });

    it('encrypts what is put into it', async () => {
      const { ServerSideEncryptionConfiguration: found } = await s3.send(new GetBucketEncryptionCommand({ Bucket }));
      expect(found?.Rules).toHaveLength(1);
      expect(found?.Rules?.[0]?.ApplyServerSideEncryptionByDefault).toEqual(
        key ? { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: keyArn(key) } : { SSEAlgorithm: 'AES256' },
      );
    });

    it('is closed to the public', async () => {
      const { PublicAccessBlockConfiguration } = await s3.send(new GetPublicAccessBlockCommand({ Bucket }));
      expect(PublicAccessBlockConfiguration).toEqual({
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      });
    });

    it('refuses who comes without TLS 1.2', async () => {
      const { Policy = '' } = await s3.send(new GetBucketPolicyCommand({ Bucket }));
      const denied = JSON.parse(Policy).Statement.filter(({ Effect }: { Effect: string }) => Effect === 'Deny');
      expect(denied.map(({ Condition }: { Condition: unknown }) => Condition)).toEqual([
        { Bool: { 'aws:SecureTransport': 'false' } },
        { NumericLessThan: { 's3:TlsVersion': 1.2 } },
      ]);
    });
  });

  it('its database survives a zone, is encrypted, takes IAM logins only and resists deletion', async () => {
    const asked = new DescribeDBInstancesCommand({ DBInstanceIdentifier: deployed.idOf('Database/Instance') });
    const { DBInstances: [database] = [] } = await rds.send(asked);
    expect(database).toMatchObject({
      Engine: 'postgres',
      MultiAZ: true,
      StorageEncrypted: true,
      KmsKeyId: keyArn('Keys/Conversations'),
      IAMDatabaseAuthenticationEnabled: true,
      DeletionProtection: true,
      PubliclyAccessible: false,
      StorageType: 'gp3',
      BackupRetentionPeriod: 14,
      CopyTagsToSnapshot: true,
      Endpoint: { Port: 5433 },
    });
    expect(database?.VpcSecurityGroups?.map((group) => group.VpcSecurityGroupId)).toEqual([
      deployed.idOf('Peers/Database'),
    ]);
    expect(database?.DBSubnetGroup?.Subnets?.map((subnet) => subnet.SubnetIdentifier).sort()).toEqual(
      deployed.subnets('data').sort(),
    );
  });

  it('its database refuses a connection without TLS', async () => {
    const asked = new DescribeDBParametersCommand({
      DBParameterGroupName: deployed.idOf('Database/Parameters'),
      Source: 'user',
    });
    const { Parameters = [] } = await rds.send(asked);
    const set = Object.fromEntries(Parameters.map((each) => [each.ParameterName, each.ParameterValue]));
    expect(set).toMatchObject({ 'rds.force_ssl': '1', ssl_min_protocol_version: 'TLSv1.2' });
  });

  it('its session store is Valkey in two zones, encrypted on disk and on the way', async () => {
    const ReplicationGroupId = deployed.idOf('Sessions/Group');
    const xml = await query(account, 'elasticache', 'DescribeReplicationGroups', { ReplicationGroupId });
    const of = (element: string) => textsOf(xml, element)[0];
    expect({
      engine: of('Engine'),
      onDisk: of('AtRestEncryptionEnabled'),
      onTheWay: [of('TransitEncryptionEnabled'), of('TransitEncryptionMode')],
      zones: [of('MultiAZ'), of('AutomaticFailover')],
    }).toEqual({
      engine: 'valkey',
      onDisk: 'true',
      onTheWay: ['true', 'required'],
      zones: ['enabled', 'enabled'],
    });
  });

  it('its keys, one for each class of data, are rotated', async () => {
    const keys = deployed.ofType('AWS::KMS::Key');
    expect(keys.map(({ path }) => path).sort()).toEqual([
      'Keys/Conversations',
      'Keys/Operations',
      'Keys/Recordings',
      'Keys/Sessions',
    ]);
    for (const { id: KeyId } of keys)
      expect(await ask(account, 'kms', 'GetKeyRotationStatus', { KeyId })).toMatchObject({ KeyRotationEnabled: true });
  });

  it('its logs are encrypted and end after a year', async () => {
    const { logGroups } = await ask<{ logGroups: Record<string, unknown>[] }>(account, 'logs', 'DescribeLogGroups', {});
    expect(logGroups.map(({ logGroupName }) => logGroupName).sort()).toEqual(
      deployed
        .ofType('AWS::Logs::LogGroup')
        .map(({ id }) => id)
        .sort(),
    );
    for (const group of logGroups)
      expect(group).toMatchObject({ kmsKeyId: keyArn('Keys/Operations'), retentionInDays: A_YEAR_IN_DAYS });
  });
}
