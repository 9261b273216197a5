/** Everything an account holds, of the kinds a cell is made of. */
import {
  DescribeFlowLogsCommand,
  DescribeInternetGatewaysCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
} from '@aws-sdk/client-ec2';
import { ListClustersCommand } from '@aws-sdk/client-ecs';
import {
  DescribeDBInstancesCommand,
  DescribeDBParameterGroupsCommand,
  DescribeDBSnapshotsCommand,
  DescribeDBSubnetGroupsCommand,
} from '@aws-sdk/client-rds';
import { ListHealthChecksCommand } from '@aws-sdk/client-route-53';
import { ListBucketsCommand } from '@aws-sdk/client-s3';
import type { Account } from './account.ts';
import { ask, query, textsOf } from './wire.ts';

/** `kind name`, one for each thing: `bucket voicecell-recordings-…`, `key VoiceCell-…: recordings and exports`. */
export async function inventoryOf(account: Account): Promise<Set<string>> {
  const lists = await Promise.all(
    Object.entries({ ...network(account), ...stores(account), ...computing(account), ...watching(account) }).map(
      async ([kind, names]) => (await names).map((name) => `${kind} ${name}`),
    ),
  );
  return new Set(lists.flat());
}

/** Without what belongs to an account as a whole, whatever region is asked. */
export async function regionalInventoryOf(account: Account): Promise<Set<string>> {
  const all = await inventoryOf(account);
  return new Set([...all].filter((thing) => !/^(bucket|role|health check) /.test(thing)));
}

type Names = Promise<(string | undefined)[]>;

function network({ ec2 }: Account): Record<string, Names> {
  return {
    vpc: ec2.send(new DescribeVpcsCommand()).then(({ Vpcs = [] }) => Vpcs.map((each) => each.VpcId)),
    subnet: ec2.send(new DescribeSubnetsCommand()).then(({ Subnets = [] }) => Subnets.map((each) => each.SubnetId)),
    'route table': ec2
      .send(new DescribeRouteTablesCommand())
      .then(({ RouteTables = [] }) => RouteTables.map((each) => each.RouteTableId)),
    'internet gateway': ec2
      .send(new DescribeInternetGatewaysCommand())
      .then(({ InternetGateways = [] }) => InternetGateways.map((each) => each.InternetGatewayId)),
    'security group': ec2
      .send(new DescribeSecurityGroupsCommand())
      .then(({ SecurityGroups = [] }) => SecurityGroups.map((each) => each.GroupId)),
    endpoint: ec2
      .send(new DescribeVpcEndpointsCommand())
      .then(({ VpcEndpoints = [] }) => VpcEndpoints.map((each) => each.ServiceName)),
    'flow log': ec2.send(new DescribeFlowLogsCommand()).then(({ FlowLogs = [] }) => FlowLogs.map((l) => l.FlowLogId)),
  };
}

function stores(account: Account): Record<string, Names> {
  const { rds, s3 } = account;
  return {
    bucket: s3.send(new ListBucketsCommand()).then(({ Buckets = [] }) => Buckets.map((each) => each.Name)),
    database: rds
      .send(new DescribeDBInstancesCommand())
      .then(({ DBInstances = [] }) => DBInstances.map((each) => each.DBInstanceIdentifier)),
    'database snapshot': rds
      .send(new DescribeDBSnapshotsCommand())
      .then(({ DBSnapshots = [] }) => DBSnapshots.map((each) => `of ${each.DBInstanceIdentifier}`)),
    'database subnets': rds
      .send(new DescribeDBSubnetGroupsCommand())
      .then(({ DBSubnetGroups = [] }) => DBSubnetGroups.map((each) => each.DBSubnetGroupName)),
    'database parameters': rds
      .send(new DescribeDBParameterGroupsCommand())
      .then(({ DBParameterGroups = [] }) => DBParameterGroups.map((each) => each.DBParameterGroupName)),
    'session store': texts(account, 'elasticache', 'DescribeReplicationGroups', 'ReplicationGroupId'),
    secret: ask<{ SecretList: { Name: string }[] }>(account, 'secretsmanager', 'ListSecrets').then(({ SecretList }) =>
      SecretList.map((each) => each.Name),
    ),
    key: keys(account),
  };
}

function computing(account: Account): Record<string, Names> {
  return {
    cluster: account.ecs.send(new ListClustersCommand()).then(({ clusterArns = [] }) => clusterArns),
    role: texts(account, 'iam', 'ListRoles', 'RoleName'),
    'load balancer': texts(account, 'elasticloadbalancing', 'DescribeLoadBalancers', 'LoadBalancerName'),
    'target group': texts(account, 'elasticloadbalancing', 'DescribeTargetGroups', 'TargetGroupName'),
  };
}

function watching(account: Account): Record<string, Names> {
  return {
    alarm: texts(account, 'monitoring', 'DescribeAlarms', 'AlarmName'),
    dashboard: texts(account, 'monitoring', 'ListDashboards', 'DashboardName'),
    topic: texts(account, 'sns', 'ListTopics', 'TopicArn'),
    'health check': account.route53
      .send(new ListHealthChecksCommand())
      .then(({ HealthChecks = [] }) => HealthChecks.map((each) => each.Id)),
    logs: ask<{ logGroups: { logGroupName: string }[] }>(account, 'logs', 'DescribeLogGroups').then(({ logGroups }) =>
      logGroups.map((each) => each.logGroupName),
    ),
  };
}

const texts = async (account: Account, service: Parameters<typeof query>[1], action: string, element: string) =>
  textsOf(await query(account, service, action), element);

/** By what they are for; one that is waiting for its end says so. */
async function keys(account: Account): Promise<string[]> {
  const { Keys } = await ask<{ Keys: { KeyId: string }[] }>(account, 'kms', 'ListKeys');
  return await Promise.all(
    Keys.map(async ({ KeyId }) => {
      const { KeyMetadata: key } = await ask<{ KeyMetadata: { Description: string; KeyState: string } }>(
        account,
        'kms',
        'DescribeKey',
        { KeyId },
      );
      return key.KeyState === 'Enabled' ? key.Description : `${key.Description} (${key.KeyState})`;
    }),
  );
}
