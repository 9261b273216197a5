import { beforeAll, describe, expect, test } from 'vitest';
import { waysOut } from '../../lib/certificate/flows.ts';
import { type Part, show, target } from '../../lib/certificate/template.ts';
import { internalCell, laneCell, publicCell } from './cells.ts';
import { type Synthesized, synthesize } from './synthesize.ts';

let internal: Synthesized;
let open: Synthesized;
let lane: Synthesized;
beforeAll(() => {
  internal = synthesize(internalCell);
  open = synthesize(publicCell);
  lane = synthesize(laneCell);
});

/** The route tables of the subnets of a name, and where they lead. */
function routesFrom({ ofType }: Synthesized, subnetName: string): Part[] {
  const subnets = ofType('AWS::EC2::Subnet').filter((subnet) => subnet.tag('aws-cdk:subnet-name') === subnetName);
  const tables = ofType('AWS::EC2::SubnetRouteTableAssociation')
    .filter((association) => subnets.some((subnet) => subnet.logicalId === target(association.get('SubnetId'))))
    .map((association) => target(association.get('RouteTableId')));
  return ofType('AWS::EC2::Route').filter((route) => tables.includes(target(route.get('RouteTableId'))));
}

describe('a cell without a domain', () => {
  test('has no internet gateway, no address translation, no public subnet and no route', () => {
    for (const type of ['InternetGateway', 'NatGateway', 'EIP', 'Route'])
      expect(internal.ofType(`AWS::EC2::${type}`), type).toEqual([]);
    for (const subnet of internal.ofType('AWS::EC2::Subnet'))
      expect(subnet.tag('aws-cdk:subnet-type')).toBe('Isolated');
  });

  test('spreads tasks and data over every zone of the cell', () => {
    for (const name of ['tasks', 'data']) {
      const zones = internal
        .ofType('AWS::EC2::Subnet')
        .filter((subnet) => subnet.tag('aws-cdk:subnet-name') === name)
        .map((subnet) => subnet.get('AvailabilityZone'));
      expect(zones).toEqual(internalCell.availabilityZones);
    }
  });
});

describe('a cell with a domain', () => {
  test('shows the world its load balancer and nothing else', () => {
    expect(waysOut(open.parts)).toEqual([]);
    expect(routesFrom(open, 'ingress').map((route) => route.get('DestinationCidrBlock'))).toEqual(
      publicCell.availabilityZones.map(() => '0.0.0.0/0'),
    );
    expect(open.ofType('AWS::EC2::NatGateway')).toEqual([]);
  });

  test('gives no public address to anything that starts in a subnet', () => {
    for (const subnet of open.ofType('AWS::EC2::Subnet')) expect(subnet.get('MapPublicIpOnLaunch')).toBe(false);
  });
});

describe('a cell with a third-party provider', () => {
  test('leads its tasks to the firewall and nowhere else, its data nowhere at all', () => {
    const routes = routesFrom(lane, 'tasks');
    expect(routes).toHaveLength(laneCell.availabilityZones.length);
    for (const route of routes) {
      expect(route.get('DestinationCidrBlock')).toBe('0.0.0.0/0');
      expect(show(route.get('VpcEndpointId'))).toMatch(/EgressLane(Firewall|Zone)/);
    }
    expect(routesFrom(lane, 'data')).toEqual([]);
  });

  test('leads answers back through the firewall of the same zone', () => {
    const out = routesFrom(lane, 'tasks').map((route) => show(route.get('VpcEndpointId')));
    const back = routesFrom(lane, 'egress')
      .filter((route) => route.get('VpcEndpointId') !== undefined)
      .map((route) => show(route.get('VpcEndpointId')));
    expect(back).toEqual(out);
  });

  test('lets only the pinned host of the provider through', () => {
    const [rules] = lane.ofType('AWS::NetworkFirewall::RuleGroup');
    expect(rules!.get('RuleGroup.RulesSource.RulesSourceList')).toEqual({
      GeneratedRulesType: 'ALLOWLIST',
      TargetTypes: ['TLS_SNI'],
      Targets: ['api.eu.deepgram.com'],
    });
    const [policy] = lane.ofType('AWS::NetworkFirewall::FirewallPolicy');
    expect(policy!.get('FirewallPolicy.StatefulDefaultActions')).toContain('aws:drop_established');
    expect(policy!.get('FirewallPolicy.StatelessDefaultActions')).toEqual(['aws:forward_to_sfe']);
  });

  test('opens no door to the AWS service it does not use', () => {
    const services = lane.ofType('AWS::EC2::VPCEndpoint').map((door) => show(door.get('ServiceName')));
    expect(services).not.toContain('com.amazonaws.eu-central-1.transcribestreaming');
    expect(services).toContain('com.amazonaws.eu-central-1.polly');
  });
});

describe('the doors of every cell', () => {
  const SERVICES = [
    ...['ecr.api', 'ecr.dkr', 'logs', 'secretsmanager', 'kms', 'sts', 'ecs', 'monitoring', 'xray'],
    ...['transcribestreaming', 'bedrock-runtime', 'polly', 's3'],
  ];

  test('lead to the services a call needs, in the region', () => {
    const found = internal.ofType('AWS::EC2::VPCEndpoint').map((door) => show(door.get('ServiceName')));
    expect(found.map((name) => name.replace(/\$\{AWS::Region\}/, 'us-east-1')).sort()).toEqual(
      SERVICES.map((service) => `com.amazonaws.us-east-1.${service}`).sort(),
    );
  });

  test('open only to this account, but for the image layers that ECR signs itself', () => {
    for (const door of internal.ofType('AWS::EC2::VPCEndpoint')) {
      const statements = door.get('PolicyDocument.Statement') as {
        Sid?: string;
        Action: string | string[];
        Resource: unknown;
        Condition?: { StringEquals: Record<string, unknown> };
      }[];
      for (const statement of statements) {
        if (statement.Sid === 'ImageLayers') {
          expect(statement.Action).toBe('s3:GetObject');
          expect(statement.Resource).toBe('arn:aws:s3:::prod-us-east-1-starport-layer-bucket/*');
        } else
          expect(statement.Condition?.StringEquals['aws:PrincipalAccount'], door.path).toEqual({
            Ref: 'AWS::AccountId',
          });
      }
    }
  });

  test('to stores of ours open only to stores of ours', () => {
    for (const path of ['Network/Vpc/S3', 'Network/Vpc/Kms', 'Network/Vpc/SecretsManager'])
      expect(JSON.stringify(internal.at(path).get('PolicyDocument')), path).toContain('"aws:ResourceAccount"');
  });

  test('answer by private names, behind a security group that only the tasks pass', () => {
    for (const door of internal.ofType('AWS::EC2::VPCEndpoint')) {
      if (door.get('VpcEndpointType') === 'Gateway') continue;
      expect(door.get('PrivateDnsEnabled')).toBe(true);
      expect((door.get('SecurityGroupIds') as unknown[]).map(target)).toEqual([
        internal.at('Peers/Endpoints').logicalId,
      ]);
    }
  });
});

describe('the security groups', () => {
  /** `from → to :port`, by the names of the groups. */
  function conversations({ ofType, parts }: Synthesized): string[] {
    const name = (group: unknown) => parts.find((part) => part.logicalId === target(group))?.path.replace('Peers/', '');
    return ofType('AWS::EC2::SecurityGroupIngress')
      .map((rule) => `${name(rule.get('SourceSecurityGroupId'))} → ${name(rule.get('GroupId'))} :${rule.get('ToPort')}`)
      .sort();
  }

  test('name every pair that may speak', () => {
    expect(conversations(open)).toEqual([
      'LoadBalancer → Service :8080',
      'Service → Database :5433',
      'Service → Endpoints :443',
      'Service → Sessions :6380',
    ]);
    expect(conversations(internal)).toEqual(conversations(open));
  });

  test('let the world in only to the public load balancer, on 443', () => {
    const openToAll = (synthesized: Synthesized) =>
      synthesized
        .ofType('AWS::EC2::SecurityGroup')
        .filter((group) => group.get('SecurityGroupIngress') !== undefined)
        .map((group) => [
          group.path,
          (group.get('SecurityGroupIngress') as { FromPort: number }[]).map((rule) => rule.FromPort),
        ]);
    expect(openToAll(open)).toEqual([['Peers/LoadBalancer', [443]]]);
    expect(openToAll(internal)).toEqual([]);
  });

  test('of the stores and doors let nothing out', () => {
    for (const name of ['Database', 'Sessions', 'Endpoints'])
      expect(internal.at(`Peers/${name}`).get('SecurityGroupEgress')).toMatchObject([{ CidrIp: '255.255.255.255/32' }]);
  });
});

test('all traffic of the VPC is written down', () => {
  const [log] = internal.ofType('AWS::EC2::FlowLog');
  expect(log!.get('TrafficType')).toBe('ALL');
  expect(target(log!.get('ResourceId'))).toBe(internal.at('Network/Vpc').logicalId);
});
