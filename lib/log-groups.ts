import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Cell } from '../regions/cell.ts';
import { holds } from './data-class.ts';
import { removalPolicyOf } from './opt-outs.ts';

/** A year: long enough for an audit, and there is nothing of a caller in a log. */
const LOG_RETENTION = RetentionDays.ONE_YEAR;

/** A log group with the cell's key and retention; every log of the cell goes through here. */
export function cellLogGroup(scope: Construct, id: string, props: { cell: Cell; key: IKey; name?: string }): LogGroup {
  const group = new LogGroup(scope, id, {
    logGroupName: props.name,
    encryptionKey: props.key,
    retention: LOG_RETENTION,
    removalPolicy: removalPolicyOf(props.cell),
  });
  holds(group, 'operations');
  return group;
}
