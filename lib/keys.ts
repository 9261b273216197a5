import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import { type IPrincipal, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { Cell } from '../regions/cell.ts';
import { awsHost } from '../regions/endpoints.ts';
import { type DataClass, holds } from './data-class.ts';
import { removalPolicyOf } from './opt-outs.ts';

/** CloudWatch as it acts for the alarms of this account, and of no other. */
export const alarmsOf = (scope: Construct): IPrincipal =>
  new ServicePrincipal('cloudwatch.amazonaws.com').withConditions({
    StringEquals: { 'aws:SourceAccount': Stack.of(scope).account },
  });

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
    const key = (name: string, dataClass: DataClass, description: string) => {
      const made = new Key(this, name, {
        description: `${Stack.of(this).stackName}: ${description}`,
        enableKeyRotation: true,
        pendingWindow: Duration.days(30),
        removalPolicy: removalPolicyOf(cell),
      });
      holds(made, dataClass);
      return made;
    };
    this.conversations = key('Conversations', 'conversations', 'the database and its backups');
    this.recordings = key('Recordings', 'recordings', 'recordings and exports');
    this.sessions = key('Sessions', 'sessions', 'the state of live calls');
    this.operations = key('Operations', 'operations', 'logs, alarms, secrets and agent definitions');
    this.letLogsUse(this.operations, cell.region);
    this.operations.grantEncryptDecrypt(alarmsOf(this));
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
