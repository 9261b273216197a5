import { Fn } from 'aws-cdk-lib';
import type { IApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { CfnLoggingConfiguration, CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import type { Cell } from '../regions/cell.ts';
import type { CellKeys } from './keys.ts';
import { cellLogGroup } from './log-groups.ts';

/** Of AWS's groups the one that blocks bodies of more than 8 KiB, and markup in shorter ones. */
const LOOKS_INTO_BODIES = 'AWSManagedRulesCommonRuleSet';

/**
 * AWS's own rule groups that fit a telephone. Not the anonymous-address list: it holds hosting providers, and the
 * telephony provider that calls us is hosted.
 */
const MANAGED_RULES = [
  'AWSManagedRulesAmazonIpReputationList',
  'AWSManagedRulesKnownBadInputsRuleSet',
  LOOKS_INTO_BODIES,
];

/**
 * The administration (runtime/admin/http) is left to itself by the rules that look for attacks in bodies of up to 8 KiB:
 * an agent is longer, and what is written for a model looks like anything. It takes nothing without a key, and checks
 * every field. The other rules hold for it too.
 */
const BUT_ADMINISTRATION = {
  notStatement: {
    statement: {
      byteMatchStatement: {
        fieldToMatch: { uriPath: {} },
        positionalConstraint: 'STARTS_WITH',
        searchString: '/v1/',
        textTransformations: [{ priority: 0, type: 'NONE' }],
      },
    },
  },
};

/** Requests of one address in five minutes. Every call of a cell comes from the few addresses of its provider. */
const requestLimit = ({ capacity }: Cell): number => Math.max(2_000, 4 * capacity.maxTasks * capacity.callsPerTask);

export interface CellFirewallProps {
  readonly cell: Cell;
  readonly keys: CellKeys;
  readonly loadBalancer: IApplicationLoadBalancer;
}

/** The web application firewall in front of a public load balancer. */
export class CellFirewall extends Construct {
  constructor(scope: Construct, id: string, { cell, keys, loadBalancer }: CellFirewallProps) {
    super(scope, id);
    const visible = (metricName: string) => ({
      cloudWatchMetricsEnabled: true,
      sampledRequestsEnabled: false,
      metricName: `voicecell-${metricName}`,
    });
    const acl = new CfnWebACL(this, 'Rules', {
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      visibilityConfig: visible('firewall'),
      rules: [
        {
          name: 'RateOfOneAddress',
          priority: 0,
          action: { block: {} },
          statement: { rateBasedStatement: { aggregateKeyType: 'IP', limit: requestLimit(cell) } },
          visibilityConfig: visible('rate'),
        },
        ...MANAGED_RULES.map((name, index) => ({
          name,
          priority: index + 1,
          overrideAction: { none: {} },
          statement: {
            managedRuleGroupStatement: {
              vendorName: 'AWS',
              name,
              ...(name === LOOKS_INTO_BODIES && { scopeDownStatement: BUT_ADMINISTRATION }),
            },
          },
          visibilityConfig: visible(name),
        })),
      ],
    });
    new CfnWebACLAssociation(this, 'Association', {
      resourceArn: loadBalancer.loadBalancerArn,
      webAclArn: acl.attrArn,
    });
    // The service writes only to groups whose name begins so, and takes their address without the final `:*`.
    const logs = cellLogGroup(this, 'Logs', { cell, key: keys.operations, name: 'aws-waf-logs-voicecell' });
    new CfnLoggingConfiguration(this, 'Logging', {
      resourceArn: acl.attrArn,
      logDestinationConfigs: [Fn.select(0, Fn.split(':*', logs.logGroupArn))],
      redactedFields: [
        { queryString: {} },
        { singleHeader: { Name: 'authorization' } },
        { singleHeader: { Name: 'cookie' } },
      ],
    });
  }
}
