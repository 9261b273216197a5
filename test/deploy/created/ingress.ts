import { ListResourceRecordSetsCommand } from '@aws-sdk/client-route-53';
import { describe, expect, it } from 'vitest';
import type { DeployedCell } from '../cell/deployed-cell.ts';
import { ask, attributesOf, query, textsOf } from '../cell/wire.ts';

export function expectIngress(deployed: DeployedCell): void {
  const { account, cell } = deployed;
  const { domain } = cell;
  const LoadBalancerArn = () => deployed.idOf('Ingress/LoadBalancer');

  describe('its load balancer', () => {
    it(domain ? 'faces the internet' : 'is reachable from within the VPC only', async () => {
      const xml = await query(account, 'elasticloadbalancing', 'DescribeLoadBalancers', {
        'LoadBalancerArns.member.1': LoadBalancerArn(),
      });
      expect(textsOf(xml, 'Scheme')).toEqual([domain ? 'internet-facing' : 'internal']);
      expect(textsOf(xml, 'SubnetId').sort()).toEqual(deployed.subnets(domain ? 'ingress' : 'tasks').sort());
    });

    it('keeps a quiet call as long as the drain contract says, and resists deletion', async () => {
      const xml = await query(account, 'elasticloadbalancing', 'DescribeLoadBalancerAttributes', {
        LoadBalancerArn: LoadBalancerArn(),
      });
      expect(attributesOf(xml)).toMatchObject({
        'deletion_protection.enabled': 'true',
        'idle_timeout.timeout_seconds': String(cell.drain.idleTimeoutMs / 1000),
        'routing.http.drop_invalid_header_fields.enabled': 'true',
        'routing.http.desync_mitigation_mode': 'strictest',
        'access_logs.s3.bucket': deployed.idOf('Buckets/Access-Logs'),
      });
    });

    it('asks a task whether it is alive, and lets the last call of a leaving task end', async () => {
      const TargetGroupArn = deployed.idOf('Ingress/Tasks');
      const group = await query(account, 'elasticloadbalancing', 'DescribeTargetGroups', {
        'TargetGroupArns.member.1': TargetGroupArn,
      });
      expect(textsOf(group, 'HealthCheckPath')).toEqual(['/healthz']);
      const attributes = await query(account, 'elasticloadbalancing', 'DescribeTargetGroupAttributes', {
        TargetGroupArn,
      });
      expect(attributesOf(attributes)).toMatchObject({
        'deregistration_delay.timeout_seconds': String(cell.drain.deregistrationDelayMs / 1000),
      });
    });

    it(domain ? 'speaks TLS 1.2 or newer, and nothing else' : 'listens at one port', async () => {
      const xml = await query(account, 'elasticloadbalancing', 'DescribeListeners', {
        LoadBalancerArn: LoadBalancerArn(),
      });
      expect(textsOf(xml, 'Port')).toEqual([domain ? '443' : '80']);
      expect(textsOf(xml, 'Protocol')).toEqual([domain ? 'HTTPS' : 'HTTP']);
      if (domain) expect(textsOf(xml, 'SslPolicy')[0]).toMatch(/^ELBSecurityPolicy-TLS13-1-2-/);
    });
  });

  if (domain) {
    it('its name leads to its load balancer', async () => {
      const asked = new ListResourceRecordSetsCommand({ HostedZoneId: domain.hostedZoneId });
      const { ResourceRecordSets = [] } = await account.route53.send(asked);
      const record = ResourceRecordSets.find(({ Name }) => Name === `${domain.name}.`);
      expect(record?.Type).toBe('A');
      const xml = await query(account, 'elasticloadbalancing', 'DescribeLoadBalancers', {});
      expect(record?.AliasTarget?.DNSName).toBe(`dualstack.${textsOf(xml, 'DNSName')[0]}.`);
    });

    it('its firewall limits who asks too often, and stands before the load balancer', async () => {
      const asked = { ResourceArn: LoadBalancerArn() };
      const answer = await ask<{ WebACL: { Rules: { Name: string; Action?: object }[] } }>(
        account,
        'wafv2',
        'GetWebACLForResource',
        asked,
      );
      const [rate, ...managed] = answer.WebACL.Rules;
      expect(rate).toMatchObject({ Name: 'RateOfOneAddress', Action: { Block: {} } });
      expect(managed.map(({ Name }) => Name)).toEqual([
        'AWSManagedRulesAmazonIpReputationList',
        'AWSManagedRulesKnownBadInputsRuleSet',
        'AWSManagedRulesCommonRuleSet',
      ]);
    });
  }
}
