import {
  DescribeFlowLogsCommand,
  DescribeInternetGatewaysCommand,
  DescribeNatGatewaysCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
  type IpPermission,
} from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import type { DeployedCell } from '../cell/deployed-cell.ts';

/** A cell on AWS's own speech and language services asks these, and nobody else. */
const SERVICES = [
  'bedrock-runtime',
  'ecr.api',
  'ecr.dkr',
  'ecs',
  'kms',
  'logs',
  'monitoring',
  'polly',
  's3',
  'secretsmanager',
  'sts',
  'transcribestreaming',
  'xray',
];

/** CloudFormation's way to say "nothing goes out": an address that nobody has. */
const NOWHERE = '255.255.255.255/32';

export function expectNetwork(deployed: DeployedCell): void {
  const { account, cell } = deployed;
  const { ec2 } = account;
  const vpcId = () => deployed.idOf('Network/Vpc');

  describe('its network', () => {
    it.each(['tasks', 'data'])('has %s in every zone, in subnets of the VPC', async (tier) => {
      const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({ SubnetIds: deployed.subnets(tier) }));
      expect(Subnets.map(({ AvailabilityZone }) => AvailabilityZone).sort()).toEqual(cell.availabilityZones);
      for (const subnet of Subnets) {
        expect(subnet.VpcId).toBe(vpcId());
        expect(subnet.MapPublicIpOnLaunch).toBe(false);
      }
    });

    it.each(['tasks', 'data'])('leaves %s no way out: their routes end in the VPC', async (tier) => {
      for (const subnet of deployed.subnets(tier)) {
        const Filters = [{ Name: 'association.subnet-id', Values: [subnet] }];
        const { RouteTables = [] } = await ec2.send(new DescribeRouteTablesCommand({ Filters }));
        expect(RouteTables).toHaveLength(1);
        const routes = RouteTables[0]!.Routes!.map((route) => [route.DestinationCidrBlock, route.GatewayId]);
        expect(routes).toEqual([['10.0.0.0/16', 'local']]);
      }
    });

    it('has no address translation anywhere', async () => {
      const { NatGateways } = await ec2.send(new DescribeNatGatewaysCommand({}));
      expect(NatGateways).toEqual([]);
    });

    it(cell.domain ? 'is open to the internet at one gateway' : 'has no internet gateway', async () => {
      const Filters = [{ Name: 'attachment.vpc-id', Values: [vpcId()] }];
      const { InternetGateways } = await ec2.send(new DescribeInternetGatewaysCommand({ Filters }));
      expect(InternetGateways).toHaveLength(cell.domain ? 1 : 0);
    });

    it('reaches the services it needs by private endpoints beside its tasks', async () => {
      const { VpcEndpoints = [] } = await ec2.send(new DescribeVpcEndpointsCommand({}));
      const ours = VpcEndpoints.filter(({ VpcId }) => VpcId === vpcId());
      const prefix = `com.amazonaws.${account.region}.`;
      expect(ours.map(({ ServiceName }) => ServiceName).sort()).toEqual(SERVICES.map((name) => prefix + name));
      for (const endpoint of ours.filter(({ VpcEndpointType }) => VpcEndpointType === 'Interface'))
        expect(endpoint.SubnetIds!.toSorted()).toEqual(deployed.subnets('tasks').toSorted());
    });

    it('lets its parts speak as drawn, and nobody else', async () => {
      const fromCallers = cell.domain ? ['0.0.0.0/0 → LoadBalancer 443'] : [];
      expect(await conversations(deployed)).toEqual({
        incoming: [
          ...fromCallers,
          'LoadBalancer → Service 8080',
          'Service → Database 5433',
          'Service → Endpoints 443',
          'Service → Sessions 6380',
        ],
        outgoing: [
          'LoadBalancer → Service 8080',
          // Its only route that leaves the VPC is the one to S3.
          'Service → 0.0.0.0/0 443',
          'Service → Database 5433',
          'Service → Endpoints 443',
          'Service → Sessions 6380',
        ],
      });
    });

    it('writes down every connection', async () => {
      const { FlowLogs = [] } = await ec2.send(new DescribeFlowLogsCommand({}));
      const found = FlowLogs.map(({ ResourceId, TrafficType, LogDestination }) => [
        ResourceId,
        TrafficType,
        LogDestination,
      ]);
      expect(found).toEqual([[vpcId(), 'ALL', deployed.idOf('Network/FlowLogs')]]);
    });
  });
}

/** The rules of the cell's security groups: who may speak, to whom, at which port. */
async function conversations(deployed: DeployedCell): Promise<{ incoming: string[]; outgoing: string[] }> {
  const groups = deployed.ofType('AWS::EC2::SecurityGroup');
  const asked = new DescribeSecurityGroupsCommand({ GroupIds: groups.map(({ id }) => id) });
  const { SecurityGroups = [] } = await deployed.account.ec2.send(asked);
  const nameOf = (id: string) => groups.find((group) => group.id === id)?.path.replace('Peers/', '') ?? id;
  const peersOf = ({ IpRanges = [], Ipv6Ranges = [], PrefixListIds = [], UserIdGroupPairs = [] }: IpPermission) => [
    ...IpRanges.map(({ CidrIp }) => CidrIp!).filter((range) => range !== NOWHERE),
    ...Ipv6Ranges.map(({ CidrIpv6 }) => CidrIpv6!),
    ...PrefixListIds.map(({ PrefixListId }) => PrefixListId!),
    ...UserIdGroupPairs.map(({ GroupId }) => nameOf(GroupId!)),
  ];
  const portOf = ({ IpProtocol, FromPort, ToPort }: IpPermission) =>
    IpProtocol === 'tcp' && FromPort === ToPort ? String(FromPort) : `${IpProtocol} ${FromPort}-${ToPort}`;
  return {
    incoming: SecurityGroups.flatMap(({ GroupId, IpPermissions = [] }) =>
      IpPermissions.flatMap((rule) => peersOf(rule).map((peer) => `${peer} → ${nameOf(GroupId!)} ${portOf(rule)}`)),
    ).sort(),
    outgoing: SecurityGroups.flatMap(({ GroupId, IpPermissionsEgress = [] }) =>
      IpPermissionsEgress.flatMap((rule) =>
        peersOf(rule).map((peer) => `${nameOf(GroupId!)} → ${peer} ${portOf(rule)}`),
      ),
    ).sort(),
  };
}
