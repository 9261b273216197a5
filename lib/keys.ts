import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { Cell } from '../regions/cell.ts';
import { awsHost } from '../regions/endpoints.ts';
import { removalPolicyOf } from './opt-outs.ts';

/** One key per class of data, so that each can be audited, disabled or destroyed by itself. */
export class CellKeys extends Construct {
  /** Tenants, conversations, transcripts, consents: the database and its backups. */
  readonly conversations: Key;
  /** What was said, and what is handed out about it. */
  readonly recordings: Key;
  /** The state of calls that are up. */
  readonly sessions: Key;
  /** Logs, alarms, secrets and agent definitions: nothing of a caller. */
  readonly operations: Key;

  constructor(scope: Construct, id: string, cell: Cell) {
    super(scope, id);
    const key = (name: string, description: string) =>
      new Key(this, name, {
        description: `${Stack.of(this).stackName}: ${description}`,
        enableKeyRotation: true,
        pendingWindow: Duration.days(30),
        removalPolicy: removalPolicyOf(cell),
      });
    this.conversations = key('Conversations', 'the database and its backups');
    this.recordings = key('Recordings', 'recordings and exports');
    this.sessions = key('Sessions', 'the state of live calls');
    this.operations = key('Operations', 'logs, alarms, secrets and agent definitions');
    this.letLogsUse(this.operations, cell.region);
    this.operations.grantEncryptDecrypt(new ServicePrincipal('cloudwatch.amazonaws.com')); // alarms write to the topic
  }

  /** CloudWatch Logs encrypts a group itself, and may do so only for groups of this account and region. */
  private letLogsUse(key: Key, region: string): void {
    const groups = Stack.of(this).formatArn({
      service: 'logs',
      resource: 'log-group',
      resourceName: '*',
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    key.grantEncryptDecrypt(
      new ServicePrincipal(awsHost('logs', region)).withConditions({
        ArnLike: { 'kms:EncryptionContext:aws:logs:arn': groups },
      }),
    );
  }
}
