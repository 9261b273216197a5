/**
 * Properties of a cell that the emulator takes and does not keep, so that nothing here can look at them. Asserted: when
 * one is kept one day, a test says so, and it can be looked at.
 */
import { DescribeVpcEndpointsCommand } from '@aws-sdk/client-ec2';
import { DescribeDBInstancesCommand } from '@aws-sdk/client-rds';
import { GetHealthCheckCommand } from '@aws-sdk/client-route-53';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLoggingCommand,
  GetObjectTaggingCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { DeployedCell } from '../cell/deployed-cell.ts';

export interface Lost {
  readonly what: string;
  look(deployed: DeployedCell): Promise<unknown>;
  /** What stands in its place. */
  readonly found: unknown;
}

export const LOST: readonly Lost[] = [
  {
    what: 'how long a bucket keeps its objects',
    look: (deployed) => {
      const asked = new GetBucketLifecycleConfigurationCommand({ Bucket: deployed.idOf('Buckets/Recordings') });
      return deployed.account.s3.send(asked).catch((error: Error) => error.name);
    },
    found: 'NoSuchLifecycleConfiguration',
  },
  {
    what: 'where a bucket writes down who read it',
    look: async (deployed) => {
      const asked = new GetBucketLoggingCommand({ Bucket: deployed.idOf('Buckets/Recordings') });
      return (await deployed.account.s3.send(asked)).LoggingEnabled;
    },
    found: undefined,
  },
  {
    what: 'the tags of an object that came in parts',
    look: async (deployed) => {
      const { s3 } = deployed.account;
      const place = { Bucket: deployed.idOf('Buckets/Exports'), Key: 'tagged' };
      const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ ...place, Tagging: 'retention-days=7' }));
      const upload = { ...place, UploadId };
      const { ETag } = await s3.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: 'the only part' }));
      const MultipartUpload = { Parts: [{ ETag, PartNumber: 1 }] };
      await s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload }));
      const { TagSet } = await s3.send(new GetObjectTaggingCommand(place));
      await s3.send(new DeleteObjectCommand(place));
      return TagSet;
    },
    found: [],
  },
  {
    what: 'the policies, the private names and the security groups of endpoints',
    look: async (deployed) => {
      const asked = new DescribeVpcEndpointsCommand({ VpcEndpointIds: [deployed.idOf('Network/Vpc/Bedrock')] });
      const { VpcEndpoints: [endpoint] = [] } = await deployed.account.ec2.send(asked);
      return [endpoint?.PolicyDocument, endpoint?.PrivateDnsEnabled, endpoint?.Groups];
    },
    found: [undefined, undefined, undefined],
  },
  {
    what: 'which logs the database exports, and how long it keeps its insights (465 days)',
    look: async (deployed) => {
      const asked = new DescribeDBInstancesCommand({ DBInstanceIdentifier: deployed.idOf('Database/Instance') });
      const { DBInstances: [database] = [] } = await deployed.account.rds.send(asked);
      return [database?.EnabledCloudwatchLogsExports, database?.PerformanceInsightsRetentionPeriod];
    },
    found: [[], 7],
  },
  {
    what: 'which health checks a calculated one is made of',
    look: async (deployed) => {
      const asked = new GetHealthCheckCommand({ HealthCheckId: deployed.idOf('Health/Overall') });
      const { HealthCheck } = await deployed.account.route53.send(asked);
      return new Set(HealthCheck?.HealthCheckConfig?.ChildHealthChecks);
    },
    found: new Set(['']),
  },
];
