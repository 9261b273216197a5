import { Aws, Duration } from 'aws-cdk-lib';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  type LifecycleRule,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Cell } from '../regions/cell.ts';
import { RETENTION_DAYS, RETENTION_TAG } from '../regions/retention.ts';
import { type DataClass, holds } from './data-class.ts';
import type { CellKeys } from './keys.ts';
import { removalPolicyOf } from './opt-outs.ts';

export interface CellBucketsProps {
  readonly cell: Cell;
  readonly keys: CellKeys;
}

/** The second net of retention: the process deletes what is past its time, and the bucket what that has missed. */
const AS_TAGGED: LifecycleRule[] = [
  ...RETENTION_DAYS.map((days) => ({
    id: `${RETENTION_TAG}-${days}`,
    tagFilters: { [RETENTION_TAG]: String(days) },
    expiration: Duration.days(days),
  })),
  {
    id: 'without-a-tag',
    expiration: Duration.days(Math.max(...RETENTION_DAYS)),
    abortIncompleteMultipartUploadAfter: Duration.days(1),
  },
];

/** The buckets of a cell. The region is part of every name, so that it is part of every address of an object. */
export class CellBuckets extends Construct {
  readonly recordings: Bucket;
  readonly exports: Bucket;
  readonly definitions: Bucket;
  readonly accessLogs: Bucket;

  constructor(scope: Construct, id: string, { cell, keys }: CellBucketsProps) {
    super(scope, id);
    const bucket = (name: string, dataClass: DataClass, props: BucketProps) => {
      const made = new Bucket(this, name, {
        bucketName: `voicecell-${name.toLowerCase()}-${Aws.ACCOUNT_ID}-${cell.region}`,
        blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
        objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
        enforceSSL: true,
        minimumTLSVersion: 1.2,
        removalPolicy: removalPolicyOf(cell),
        ...props,
      });
      holds(made, dataClass);
      return made;
    };

    // The load balancer and S3 write access logs only where the key is S3's own.
    this.accessLogs = bucket('Access-Logs', 'operations', {
      encryption: BucketEncryption.S3_MANAGED,
      lifecycleRules: [{ id: 'a-year', expiration: Duration.days(365) }],
    });
    const logged = (prefix: string) => ({
      serverAccessLogsBucket: this.accessLogs,
      serverAccessLogsPrefix: `s3/${prefix}/`,
    });

    // Not versioned: a recording that was deleted at its owner's request must be gone.
    this.recordings = bucket('Recordings', 'recordings', {
      encryptionKey: keys.recordings,
      bucketKeyEnabled: true,
      lifecycleRules: AS_TAGGED,
      ...logged('recordings'),
    });
    this.exports = bucket('Exports', 'exports', {
      encryptionKey: keys.recordings,
      bucketKeyEnabled: true,
      lifecycleRules: AS_TAGGED,
      ...logged('exports'),
    });
    this.definitions = bucket('Definitions', 'definitions', {
      encryptionKey: keys.operations,
      bucketKeyEnabled: true,
      versioned: true,
      lifecycleRules: [{ id: 'old-versions', noncurrentVersionExpiration: Duration.days(365) }],
      ...logged('definitions'),
    });
  }
}
