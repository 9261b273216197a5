import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { CfnReplicationGroup, CfnSubnetGroup, CfnUser, CfnUserGroup } from 'aws-cdk-lib/aws-elasticache';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Cell } from '../regions/cell.ts';
import { holds } from './data-class.ts';
import type { CellKeys } from './keys.ts';
import type { CellNetwork } from './network.ts';
import { isMultiAz } from './opt-outs.ts';
import type { Peers } from './peers.ts';
import { PORTS } from './ports.ts';

export interface CellSessionsProps {
  readonly cell: Cell;
  readonly keys: CellKeys;
  readonly network: CellNetwork;
  readonly peers: Peers;
}

/**
 * The state of live calls, in Valkey. Logging in takes an IAM token over TLS; with a Valkey user group ElastiCache
 * turns the engine's own `default` user off. Slow and engine logs stay off: they would hold what is in the keys.
 */
export class CellSessions extends Construct {
  readonly group: CfnReplicationGroup;
  /** With IAM, ElastiCache wants the user's id and name to be the same. */
  readonly user = 'voicecell';
  readonly identifier = 'voicecell';

  constructor(scope: Construct, id: string, { cell, keys, network, peers }: CellSessionsProps) {
    super(scope, id);
    const user = new CfnUser(this, 'User', {
      engine: 'valkey',
      userId: this.user,
      userName: this.user,
      authenticationMode: { Type: 'iam' },
      accessString: 'on ~* &* +@all -@dangerous +info',
    });
    const users = new CfnUserGroup(this, 'Users', {
      engine: 'valkey',
      userGroupId: this.identifier,
      userIds: [user.ref],
    });
    const subnets = new CfnSubnetGroup(this, 'Subnets', {
      description: 'The data subnets of the cell',
      subnetIds: network.vpc.selectSubnets(network.data).subnetIds,
    });
    this.group = new CfnReplicationGroup(this, 'Group', {
      replicationGroupId: this.identifier,
      replicationGroupDescription: 'The state of live calls',
      engine: 'valkey',
      engineVersion: '8.1',
      cacheNodeType: cell.capacity.cacheClass,
      port: PORTS.sessions,
      numNodeGroups: 1,
      replicasPerNodeGroup: isMultiAz(cell) ? 1 : 0,
      automaticFailoverEnabled: isMultiAz(cell),
      multiAzEnabled: isMultiAz(cell),
      cacheSubnetGroupName: subnets.ref,
      securityGroupIds: [peers.sessions.securityGroupId],
      transitEncryptionEnabled: true,
      transitEncryptionMode: 'required',
      atRestEncryptionEnabled: true,
      kmsKeyId: keys.sessions.keyArn,
      userGroupIds: [users.ref],
      // A call that outlived its minute is worth nothing tomorrow: nothing is kept.
      snapshotRetentionLimit: 0,
      autoMinorVersionUpgrade: true,
      preferredMaintenanceWindow: 'sun:05:30-sun:06:30',
    });
    holds(this.group, 'sessions');
  }

  get host(): string {
    return this.group.attrPrimaryEndPointAddress;
  }

  /** A metric of the group's first node. Both nodes hold the same keys, so one speaks for the other. */
  metric(metricName: string, statistic: string): Metric {
    return new Metric({
      namespace: 'AWS/ElastiCache',
      metricName,
      dimensionsMap: { CacheClusterId: `${this.identifier}-001` },
      statistic,
      period: Duration.minutes(1),
    });
  }

  /** Lets a role log in to the session store. */
  grantLogin(role: Role): void {
    const arn = (resource: string, resourceName: string) =>
      Stack.of(this).formatArn({
        service: 'elasticache',
        resource,
        resourceName,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      });
    role.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['elasticache:Connect'],
        resources: [arn('replicationgroup', this.identifier), arn('user', this.user)],
      }),
    );
  }
}
