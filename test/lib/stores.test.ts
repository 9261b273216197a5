import { beforeAll, describe, expect, test } from 'vitest';
import { type Part, target } from '../../lib/certificate/template.ts';
import { DATA_CLASS_TAG } from '../../lib/data-class.ts';
import { RETENTION_DAYS, RETENTION_TAG } from '../../regions/retention.ts';
import { internalCell, throwawayCell } from './cells.ts';
import { type Synthesized, synthesize } from './synthesize.ts';

let cell: Synthesized;
let throwaway: Synthesized;
beforeAll(() => {
  cell = synthesize(internalCell);
  throwaway = synthesize(throwawayCell);
});

/** The construct whose key encrypts a part. */
const keyOf = (part: Part, property: string): string | undefined =>
  cell.parts.find((key) => key.logicalId === target(part.get(property)))?.path;

describe('the database', () => {
  const database = () => cell.at('Database/Instance');

  test('knows no password: its owner too logs in with an IAM token', () => {
    const { properties } = database();
    expect(properties).toMatchObject({
      EnableIAMDatabaseAuthentication: true,
      MasterUserAuthenticationType: 'iam-db-auth',
    });
    expect(Object.keys(properties)).not.toContain('MasterUserPassword');
    expect(Object.keys(properties)).not.toContain('ManageMasterUserPassword');
  });

  test('refuses a connection without TLS 1.2', () => {
    expect(cell.at('Database/Parameters').get('Parameters')).toMatchObject({
      'rds.force_ssl': '1',
      ssl_min_protocol_version: 'TLSv1.2',
    });
  });

  test('logs slow statements without what was bound to them', () => {
    expect(cell.at('Database/Parameters').get('Parameters')).toMatchObject({
      log_parameter_max_length: '0',
      log_parameter_max_length_on_error: '0',
    });
  });

  test('is in two zones, on gp3, hidden, encrypted with its own key, and so are its insights', () => {
    expect(database().properties).toMatchObject({
      Engine: 'postgres',
      MultiAZ: true,
      StorageType: 'gp3',
      StorageEncrypted: true,
      PubliclyAccessible: false,
      DatabaseInsightsMode: 'advanced',
    });
    expect(keyOf(database(), 'KmsKeyId')).toBe('Keys/Conversations');
    expect(keyOf(database(), 'PerformanceInsightsKMSKeyId')).toBe('Keys/Conversations');
  });

  test('stands in the data subnets only', () => {
    const subnets = (cell.at('Database/Instance/SubnetGroup').get('SubnetIds') as unknown[]).map(target);
    expect(subnets).toHaveLength(3);
    for (const id of subnets)
      expect(cell.parts.find((part) => part.logicalId === id)?.tag('aws-cdk:subnet-name')).toBe('data');
  });

  test('is backed up for two weeks, and outlives its stack', () => {
    expect(database().properties).toMatchObject({
      BackupRetentionPeriod: 14,
      DeletionProtection: true,
      DeleteAutomatedBackups: false,
    });
    cell.template.hasResource('AWS::RDS::DBInstance', { DeletionPolicy: 'Snapshot', UpdateReplacePolicy: 'Snapshot' });
  });

  test('writes its logs into groups that exist before it, with a key and an end', () => {
    const logs = ['postgresql', 'upgrade'].map((log) => cell.at(`Database/Log-${log}`));
    expect(logs.map((log) => log.get('LogGroupName'))).toEqual([
      '/aws/rds/instance/voicecell/postgresql',
      '/aws/rds/instance/voicecell/upgrade',
    ]);
    cell.template.hasResource('AWS::RDS::DBInstance', { DependsOn: logs.map((log) => log.logicalId) });
  });
});

describe('the session store', () => {
  test('speaks TLS only, encrypts at rest with its own key, and fails over by itself', () => {
    const group = cell.at('Sessions/Group');
    expect(group.properties).toMatchObject({
      Engine: 'valkey',
      TransitEncryptionEnabled: true,
      TransitEncryptionMode: 'required',
      AtRestEncryptionEnabled: true,
      AutomaticFailoverEnabled: true,
      MultiAZEnabled: true,
      SnapshotRetentionLimit: 0,
    });
    expect(keyOf(group, 'KmsKeyId')).toBe('Keys/Sessions');
  });

  test('lets in one user, by IAM, who may not do what is dangerous', () => {
    const users = cell.ofType('AWS::ElastiCache::User');
    expect(users).toHaveLength(1);
    expect(users[0]!.properties).toMatchObject({ AuthenticationMode: { Type: 'iam' } });
    expect(users[0]!.get('UserId')).toBe(users[0]!.get('UserName'));
    expect(users[0]!.get('AccessString')).toContain('-@dangerous');
    const group = cell.at('Sessions/Users');
    expect((group.get('UserIds') as unknown[]).map(target)).toEqual([users[0]!.logicalId]);
    expect((cell.at('Sessions/Group').get('UserGroupIds') as unknown[]).map(target)).toEqual([group.logicalId]);
  });

  test('writes no log: it would hold what is in the keys', () => {
    expect(cell.at('Sessions/Group').get('LogDeliveryConfigurations')).toBeUndefined();
  });
});

describe('the buckets', () => {
  test('carry the region in their names', () => {
    for (const bucket of cell.ofType('AWS::S3::Bucket'))
      expect(JSON.stringify(bucket.get('BucketName'))).toMatch(/voicecell-[a-z-]+".*-us-east-1"/);
  });

  test('refuse requests without TLS 1.2 and the public', () => {
    const policies = cell.ofType('AWS::S3::BucketPolicy');
    for (const bucket of cell.ofType('AWS::S3::Bucket')) {
      const policy = policies.find((candidate) => target(candidate.get('Bucket')) === bucket.logicalId);
      const text = JSON.stringify(policy?.get('PolicyDocument'));
      expect(text, bucket.path).toContain('{"Bool":{"aws:SecureTransport":"false"}},"Effect":"Deny"');
      expect(text, bucket.path).toContain('{"NumericLessThan":{"s3:TlsVersion":1.2}},"Effect":"Deny"');
      expect(Object.values(bucket.get('PublicAccessBlockConfiguration') as object)).toEqual([true, true, true, true]);
    }
  });

  test('that hold data of callers are encrypted with the key of recordings', () => {
    const key = 'BucketEncryption.ServerSideEncryptionConfiguration.0.ServerSideEncryptionByDefault.KMSMasterKeyID';
    expect(keyOf(cell.at('Buckets/Recordings'), key)).toBe('Keys/Recordings');
    expect(keyOf(cell.at('Buckets/Exports'), key)).toBe('Keys/Recordings');
    expect(keyOf(cell.at('Buckets/Definitions'), key)).toBe('Keys/Operations');
  });

  test.each(['Recordings', 'Exports'])(
    'delete what is in %s as its tag says, and without a tag at the latest of all',
    (name) => {
      const rules = cell.at(`Buckets/${name}`).get('LifecycleConfiguration.Rules') as {
        ExpirationInDays: number;
        TagFilters?: { Key: string; Value: string }[];
      }[];
      const byTag = rules.flatMap(
        (rule) => rule.TagFilters?.map(({ Key, Value }) => [Key, Value, rule.ExpirationInDays]) ?? [],
      );
      expect(byTag).toEqual(RETENTION_DAYS.map((days) => [RETENTION_TAG, String(days), days]));
      expect(rules.find((rule) => !rule.TagFilters)?.ExpirationInDays).toBe(2555);
    },
  );

  test('keep versions of agents, and never of what was said', () => {
    expect(cell.at('Buckets/Definitions').get('VersioningConfiguration')).toEqual({ Status: 'Enabled' });
    expect(cell.at('Buckets/Recordings').get('VersioningConfiguration')).toBeUndefined();
  });

  test('write down who read them, but for the one that is written to', () => {
    const logs = cell.at('Buckets/Access-Logs').logicalId;
    for (const bucket of cell.ofType('AWS::S3::Bucket'))
      expect(target(bucket.get('LoggingConfiguration.DestinationBucketName'))).toBe(
        bucket.logicalId === logs ? undefined : logs,
      );
  });
});

describe('every store', () => {
  const STORES = [
    ...['AWS::RDS::DBInstance', 'AWS::ElastiCache::ReplicationGroup', 'AWS::S3::Bucket', 'AWS::Logs::LogGroup'],
    ...['AWS::SecretsManager::Secret', 'AWS::SNS::Topic', 'AWS::KMS::Key'],
  ];

  test('says what it holds', () => {
    for (const store of STORES.flatMap(cell.ofType)) expect(store.tag(DATA_CLASS_TAG), store.path).toBeTruthy();
  });

  test('outlives its stack, but for what is worth nothing without it', () => {
    const gone = STORES.flatMap(cell.ofType)
      .filter(
        (part) =>
          !['RetainExceptOnCreate', 'Snapshot'].includes(
            cell.template.toJSON().Resources[part.logicalId].DeletionPolicy,
          ),
      )
      .map((part) => part.path);
    expect(gone).toEqual(['Sessions/Group', 'Alarms/Topic']);
  });

  test('has a key that is rotated', () => {
    const keys = cell.ofType('AWS::KMS::Key');
    expect(keys).toHaveLength(4);
    for (const key of keys) expect(key.get('EnableKeyRotation')).toBe(true);
  });

  test('of logs ends after a year', () => {
    for (const log of cell.ofType('AWS::Logs::LogGroup')) expect(log.get('RetentionInDays'), log.path).toBe(365);
  });
});

describe('a cell that gives protections up', () => {
  test('can be thrown away completely', () => {
    expect(throwaway.stack.terminationProtection).toBe(false);
    expect(throwaway.at('Database/Instance').properties).toMatchObject({ DeletionProtection: false, MultiAZ: false });
    expect(throwaway.at('Sessions/Group').properties).toMatchObject({ MultiAZEnabled: false, ReplicasPerNodeGroup: 0 });
    expect(JSON.stringify(throwaway.at('Ingress/LoadBalancer').properties)).toContain(
      '{"Key":"deletion_protection.enabled","Value":"false"}',
    );
    const policies = Object.values(
      throwaway.template.toJSON().Resources as Record<string, { DeletionPolicy?: string }>,
    );
    expect(policies.map((resource) => resource.DeletionPolicy)).not.toContain('Retain');
    expect(policies.map((resource) => resource.DeletionPolicy)).not.toContain('Snapshot');
  });

  test('says why in its template; any other has nothing to say', () => {
    const reason = 'thrown away after each test run';
    expect(throwaway.json.Metadata?.VoiceCell?.optOuts).toEqual([
      { option: 'deletionProtection', reason },
      { option: 'multiAz', reason },
    ]);
    expect(cell.json.Metadata?.VoiceCell?.optOuts).toEqual([]);
    expect(cell.stack.terminationProtection).toBe(true);
  });
});
