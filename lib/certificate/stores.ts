/** Every type of resource that keeps data: which property is its key, and how long it keeps what it is given. */
import { DATA_CLASS_TAG, DATA_CLASSES, type DataClass } from '../data-class.ts';
import { type Part, show, target } from './template.ts';

export interface Store {
  readonly what: string;
  /** The construct. */
  readonly part: string;
  readonly region: string;
  readonly holds: string;
  readonly key: string;
  readonly retention: string;
  readonly evidence: string;
}

interface StoreType {
  readonly what: string;
  /** The property that names the resource, if it is given one. */
  readonly name?: string;
  /** The property that holds the key. */
  readonly key: string;
  /** @param scheduled the logical ids of the cell's schedules, by name. */
  readonly retention: (part: Part, scheduled: ReadonlyMap<string, string>) => string;
  /** The properties that prove the retention. */
  readonly proof: readonly string[];
}

/** What deletes rows that are past their time. */
const RETENTION_SCHEDULE = 'voicecell-retention';

const days = (count: unknown): string => `${show(count)} days`;

/** The type of every resource that keeps data. */
export const STORE_TYPES: Readonly<Record<string, StoreType>> = {
  'AWS::RDS::DBInstance': {
    what: 'PostgreSQL',
    name: 'DBInstanceIdentifier',
    key: 'KmsKeyId',
    retention: (part, scheduled) => `${rowRetention(scheduled)}; backups ${days(part.get('BackupRetentionPeriod'))}`,
    proof: ['StorageEncrypted', 'BackupRetentionPeriod'],
  },
  'AWS::ElastiCache::ReplicationGroup': {
    what: 'Valkey',
    name: 'ReplicationGroupId',
    key: 'KmsKeyId',
    retention: (part) => `as long as a call; snapshots ${days(part.get('SnapshotRetentionLimit'))}`,
    proof: ['AtRestEncryptionEnabled', 'SnapshotRetentionLimit'],
  },
  'AWS::S3::Bucket': {
    what: 'Bucket',
    name: 'BucketName',
    key: 'BucketEncryption.ServerSideEncryptionConfiguration.0.ServerSideEncryptionByDefault.KMSMasterKeyID',
    retention: bucketRetention,
    proof: ['LifecycleConfiguration'],
  },
  'AWS::Logs::LogGroup': {
    what: 'Log',
    name: 'LogGroupName',
    key: 'KmsKeyId',
    retention: (part) => days(part.get('RetentionInDays')),
    proof: ['RetentionInDays'],
  },
  'AWS::SecretsManager::Secret': {
    what: 'Secret',
    name: 'Name',
    key: 'KmsKeyId',
    retention: () => 'until it is replaced',
    proof: [],
  },
  'AWS::SNS::Topic': {
    what: 'Topic of the alarms',
    key: 'KmsMasterKeyId',
    retention: () => 'until it is delivered',
    proof: [],
  },
};

/** Reads a store. Throws when it does not say what it holds. */
export function storeOf(
  part: Part,
  region: string,
  keys: ReadonlyMap<string, Part>,
  scheduled: ReadonlyMap<string, string>,
): Store {
  const type = STORE_TYPES[part.type]!;
  const dataClass = part.tag(DATA_CLASS_TAG) as DataClass | undefined;
  if (!dataClass || !(dataClass in DATA_CLASSES))
    throw new Error(
      `${part.path} (${part.type}) is tagged ${DATA_CLASS_TAG}=${dataClass}, expected one of ${Object.keys(DATA_CLASSES).join(', ')}: call holds(store, class) where it is made`,
    );
  const keyId = target(part.get(type.key));
  const key = keyId === undefined ? undefined : keys.get(keyId);
  return {
    what: type.what,
    part: part.path,
    region,
    holds: DATA_CLASSES[dataClass],
    key: key ? describeKey(key) : 'the key of the service itself',
    retention: type.retention(part, scheduled),
    evidence: part.evidence(...(type.name ? [type.name] : []), type.key, ...type.proof),
  };
}

const describeKey = (key: Part): string =>
  `${key.path}${key.get('EnableKeyRotation') === true ? ', rotated every year' : ''}`;

function rowRetention(scheduled: ReadonlyMap<string, string>): string {
  const job = scheduled.get(RETENTION_SCHEDULE);
  return job === undefined
    ? "until it is deleted by hand: nothing ends a row's retention"
    : `as each tenant's policy says for its class, carried out every day by ${job}`;
}

interface LifecycleRule {
  readonly ExpirationInDays?: number;
  readonly NoncurrentVersionExpiration?: { readonly NoncurrentDays: number };
  readonly TagFilters?: readonly { readonly Key: string; readonly Value: string }[];
}

function bucketRetention(part: Part): string {
  const rules = (part.get('LifecycleConfiguration.Rules') ?? []) as LifecycleRule[];
  const byTag = rules.filter((rule) => rule.TagFilters).map((rule) => rule.ExpirationInDays);
  const all = rules.find((rule) => rule.ExpirationInDays && !rule.TagFilters);
  const old = rules.find((rule) => rule.NoncurrentVersionExpiration);
  return [
    byTag.length > 0 && `${byTag.join(', ')} days as the object's tag says`,
    all && `at most ${days(all.ExpirationInDays)}`,
    old && `until replaced, then ${days(old.NoncurrentVersionExpiration?.NoncurrentDays)}`,
  ]
    .filter(Boolean)
    .join('; ');
}
