import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Cell } from '../regions/cell.ts';
import type { CellBuckets } from './buckets.ts';
import type { CellDatabase } from './database.ts';
import type { CellKeys } from './keys.ts';
import type { CellSessions } from './sessions.ts';

export interface TaskRoleProps {
  readonly cell: Cell;
  readonly keys: CellKeys;
  readonly clusterName: string;
  readonly buckets: CellBuckets;
  readonly database: CellDatabase;
  readonly sessions: CellSessions;
}

/** What the process may do in AWS: log in to its stores, speak with its providers, protect itself while a call is up. */
export class TaskRole extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string, { cell, keys, clusterName, buckets, database, sessions }: TaskRoleProps) {
    super(scope, id);
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com'),
      description: 'The voice process',
    });
    database.grantLogin(this.role);
    sessions.grantLogin(this.role);
    const stack = Stack.of(this);
    const allow = (actions: string[], resources = ['*']) =>
      this.role.addToPrincipalPolicy(new PolicyStatement({ actions, resources }));
    const objects = (...ours: Bucket[]) => ours.map((bucket) => bucket.arnForObjects('*'));
    const { recordings, exports, definitions } = buckets;
    allow(
      ['s3:ListBucket'],
      [recordings, exports, definitions].map((bucket) => bucket.bucketArn),
    );
    allow(['s3:GetObject', 's3:GetObjectVersion'], objects(definitions));
    allow(
      ['s3:GetObject', 's3:PutObject', 's3:PutObjectTagging', 's3:DeleteObject', 's3:AbortMultipartUpload'],
      objects(recordings, exports),
    );
    // Uploads of tasks that are gone are looked for, and finished.
    allow(
      ['s3:ListBucketMultipartUploads'],
      [recordings, exports].map((bucket) => bucket.bucketArn),
    );
    allow(['s3:ListMultipartUploadParts'], objects(recordings, exports));
    allow(['kms:Decrypt', 'kms:GenerateDataKey'], [keys.recordings.keyArn]);
    allow(['kms:Decrypt'], [keys.operations.keyArn]);
    // Speech services know no resources to name; the boundary keeps them in the region.
    if (cell.speechToText.provider === 'transcribe') allow(['transcribe:StartStreamTranscription']);
    if (cell.textToSpeech.provider === 'polly') allow(['polly:SynthesizeSpeech', 'polly:StartSpeechSynthesisStream']);
    if (cell.languageModel.provider === 'bedrock')
      allow(
        ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'],
        [`arn:${stack.partition}:bedrock:${cell.region}::foundation-model/${cell.languageModel.modelId}`],
      );
    allow(['xray:PutTraceSegments', 'xray:PutTelemetryRecords']);
    allow(
      ['ecs:GetTaskProtection', 'ecs:UpdateTaskProtection'],
      [stack.formatArn({ service: 'ecs', resource: 'task', resourceName: `${clusterName}/*` })],
    );
  }
}
