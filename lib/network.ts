import {
  FlowLogDestination,
  FlowLogTrafficType,
  IpAddresses,
  type SubnetConfiguration,
  type SubnetSelection,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import type { Cell } from '../regions/cell.ts';
import { EgressLane, laneSubnets } from './egress-lane.ts';
import type { CellKeys } from './keys.ts';
import { cellLogGroup } from './log-groups.ts';

const HIDDEN: readonly SubnetConfiguration[] = [
  { name: 'tasks', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 20 },
  { name: 'data', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 24 },
];
const INGRESS: SubnetConfiguration = {
  name: 'ingress',
  subnetType: SubnetType.PUBLIC,
  cidrMask: 24,
  mapPublicIpOnLaunch: false,
};

export interface CellNetworkProps {
  readonly cell: Cell;
  readonly keys: CellKeys;
}

/**
 * The network of a cell. Tasks and data live in subnets whose route tables lead nowhere but to the VPC itself and, by
 * a gateway endpoint, to this region's S3. Public subnets exist only for what a cell must show to the world, and a
 * way out only for a third-party provider it names.
 */
export class CellNetwork extends Construct {
  readonly vpc: Vpc;
  readonly tasks: SubnetSelection = { subnetGroupName: 'tasks' };
  readonly data: SubnetSelection = { subnetGroupName: 'data' };
  /** Where the load balancer stands. */
  readonly ingress: SubnetSelection;

  constructor(scope: Construct, id: string, { cell, keys }: CellNetworkProps) {
    super(scope, id);
    const isPublic = cell.domain !== undefined;
    const lane = laneSubnets(cell);
    this.ingress = isPublic ? { subnetGroupName: 'ingress' } : this.tasks;
    this.vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr('10.0.0.0/16'),
      availabilityZones: [...cell.availabilityZones],
      createInternetGateway: isPublic || lane.length > 0,
      natGateways: lane.length > 0 ? cell.availabilityZones.length : 0,
      natGatewaySubnets: lane.length > 0 ? { subnetGroupName: 'egress' } : undefined,
      subnetConfiguration: [...HIDDEN, ...(isPublic ? [INGRESS] : []), ...lane],
    });
    if (lane.length > 0) new EgressLane(this, 'EgressLane', { cell, vpc: this.vpc, keys });
    this.vpc.addFlowLog('FlowLog', {
      destination: FlowLogDestination.toCloudWatchLogs(cellLogGroup(this, 'FlowLogs', { cell, key: keys.operations })),
      trafficType: FlowLogTrafficType.ALL,
    });
  }
}
