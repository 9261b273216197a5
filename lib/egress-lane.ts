import { Fn } from 'aws-cdk-lib';
import { CfnRoute, type ISubnet, type SubnetConfiguration, SubnetType, type Vpc } from 'aws-cdk-lib/aws-ec2';
import {
  CfnFirewall,
  CfnFirewallPolicy,
  CfnLoggingConfiguration,
  CfnRuleGroup,
  CfnVpcEndpointAssociation,
} from 'aws-cdk-lib/aws-networkfirewall';
import { Construct } from 'constructs';
import type { Cell } from '../regions/cell.ts';
import { egressHosts } from '../regions/endpoints.ts';
import type { CellKeys } from './keys.ts';
import { cellLogGroup } from './log-groups.ts';
import { isProtected } from './opt-outs.ts';

const ANYWHERE = '0.0.0.0/0';

/** The subnets of the way out: the firewall's endpoints, and behind them the address translation. */
const SUBNETS: readonly SubnetConfiguration[] = [
  { name: 'inspection', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 28 },
  { name: 'egress', subnetType: SubnetType.PUBLIC, cidrMask: 28, mapPublicIpOnLaunch: false },
];

/** What a network needs for a lane; nothing for a cell whose providers are all AWS. */
export function laneSubnets(cell: Cell): readonly SubnetConfiguration[] {
  return egressHosts(cell).length > 0 ? SUBNETS : [];
}

export interface EgressLaneProps {
  readonly cell: Cell;
  readonly vpc: Vpc;
  readonly keys: CellKeys;
}

/**
 * The only way out of a cell: tasks → firewall → address translation → internet, and the same way back, in each zone.
 * The firewall lets a connection pass when the name in its TLS hello is a host the cell's providers are pinned to, and
 * drops everything else.
 */
export class EgressLane extends Construct {
  constructor(scope: Construct, id: string, { cell, vpc, keys }: EgressLaneProps) {
    super(scope, id);
    const firewall = this.firewall(cell, vpc, keys);
    const { vpcId } = vpc;
    const inspection = subnetsNamed(vpc, 'inspection');
    const [tasks, egress] = [subnetsNamed(vpc, 'tasks'), subnetsNamed(vpc, 'egress')];

    inspection.forEach((subnet, zone) => {
      const endpoint =
        zone === 0
          ? // The firewall itself stands in the first zone, so its list of `zone:endpoint` has one entry.
            Fn.select(1, Fn.split(':', Fn.select(0, firewall.attrEndpointIds)))
          : new CfnVpcEndpointAssociation(this, `Zone${zone + 1}`, {
              firewallArn: firewall.attrFirewallArn,
              vpcId,
              subnetMapping: { subnetId: subnet.subnetId },
            }).attrEndpointId;
      this.route(`Out${zone + 1}`, tasks[zone]!, ANYWHERE, endpoint);
      // Answers must pass the firewall too, or it would see half of every conversation and drop it.
      this.route(`Back${zone + 1}`, egress[zone]!, tasks[zone]!.ipv4CidrBlock, endpoint);
    });
  }

  private route(id: string, from: ISubnet, destinationCidrBlock: string, vpcEndpointId: string): void {
    new CfnRoute(this, id, { routeTableId: from.routeTable.routeTableId, destinationCidrBlock, vpcEndpointId });
  }

  private firewall(cell: Cell, vpc: Vpc, keys: CellKeys): CfnFirewall {
    const hosts = new CfnRuleGroup(this, 'Hosts', {
      ruleGroupName: 'voicecell-provider-hosts',
      description: 'The hosts the providers of this cell are pinned to',
      type: 'STATEFUL',
      capacity: 100,
      ruleGroup: {
        statefulRuleOptions: { ruleOrder: 'STRICT_ORDER' },
        rulesSource: {
          rulesSourceList: { targets: egressHosts(cell), targetTypes: ['TLS_SNI'], generatedRulesType: 'ALLOWLIST' },
        },
      },
    });
    const policy = new CfnFirewallPolicy(this, 'Policy', {
      firewallPolicyName: 'voicecell',
      firewallPolicy: {
        statelessDefaultActions: ['aws:forward_to_sfe'],
        statelessFragmentDefaultActions: ['aws:drop'],
        statefulEngineOptions: { ruleOrder: 'STRICT_ORDER' },
        statefulDefaultActions: ['aws:drop_established', 'aws:alert_established'],
        statefulRuleGroupReferences: [{ resourceArn: hosts.attrRuleGroupArn, priority: 1 }],
      },
    });
    const firewall = new CfnFirewall(this, 'Firewall', {
      firewallName: 'voicecell',
      firewallPolicyArn: policy.attrFirewallPolicyArn,
      vpcId: vpc.vpcId,
      subnetMappings: [{ subnetId: subnetsNamed(vpc, 'inspection')[0]!.subnetId }],
      deleteProtection: isProtected(cell),
    });
    new CfnLoggingConfiguration(this, 'Logging', {
      firewallArn: firewall.attrFirewallArn,
      loggingConfiguration: {
        logDestinationConfigs: [
          {
            logType: 'ALERT',
            logDestinationType: 'CloudWatchLogs',
            logDestination: { logGroup: cellLogGroup(this, 'Alerts', { cell, key: keys.operations }).logGroupName },
          },
        ],
      },
    });
    return firewall;
  }
}

const subnetsNamed = (vpc: Vpc, subnetGroupName: string): ISubnet[] => vpc.selectSubnets({ subnetGroupName }).subnets;
