import { beforeAll, describe, expect, test } from 'vitest';
import { target } from '../../lib/certificate/template.ts';
import { defineCell } from '../../regions/cell.ts';
import { ADMIN_PREFIX } from '../../runtime/admin/http/endpoint.ts';
import { internalCell, publicCell } from './cells.ts';
import { type Synthesized, synthesize } from './synthesize.ts';

let internal: Synthesized;
let open: Synthesized;
beforeAll(() => {
  internal = synthesize(internalCell);
  open = synthesize(publicCell);
});

const attributes = (cell: Synthesized, path: string, name: string): Record<string, string> =>
  Object.fromEntries(
    (cell.at(path).get(name) as { Key: string; Value: string }[]).map(({ Key, Value }) => [Key, Value]),
  );

describe('a cell with a domain', () => {
  test('listens on 443 only, with TLS 1.3 and nothing older than 1.2', () => {
    const listeners = open.ofType('AWS::ElasticLoadBalancingV2::Listener');
    expect(listeners).toHaveLength(1);
    expect(listeners[0]!.properties).toMatchObject({
      Port: 443,
      Protocol: 'HTTPS',
      SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09',
    });
    expect(open.at('Ingress/Certificate').properties).toMatchObject({
      DomainName: 'us-east-1.voice.example.com',
      ValidationMethod: 'DNS',
    });
  });

  test('is found by its name', () => {
    const [record] = open.ofType('AWS::Route53::RecordSet');
    expect(record!.properties).toMatchObject({
      Name: 'us-east-1.voice.example.com.',
      Type: 'A',
      HostedZoneId: 'Z0123456789ABCDEFGHIJ',
    });
  });

  test('stands behind a firewall that knows bad requests and limits every address', () => {
    const [acl] = open.ofType('AWS::WAFv2::WebACL');
    expect(acl!.get('Scope')).toBe('REGIONAL');
    const rules = acl!.get('Rules') as { Name: string; Statement: { RateBasedStatement?: { Limit: number } } }[];
    expect(rules.map((rule) => rule.Name)).toEqual([
      'RateOfOneAddress',
      'AWSManagedRulesAmazonIpReputationList',
      'AWSManagedRulesKnownBadInputsRuleSet',
      'AWSManagedRulesCommonRuleSet',
    ]);
    const [association] = open.ofType('AWS::WAFv2::WebACLAssociation');
    expect(target(association!.get('ResourceArn'))).toBe(open.at('Ingress/LoadBalancer').logicalId);
  });

  test('lets an agent of any length through to the administration, which looks at every field itself', () => {
    const [acl] = open.ofType('AWS::WAFv2::WebACL');
    type Rule = { Name: string; Statement: { ManagedRuleGroupStatement?: { ScopeDownStatement?: object } } };
    const scoped = (acl!.get('Rules') as Rule[]).flatMap(({ Name, Statement }) => {
      const down = Statement.ManagedRuleGroupStatement?.ScopeDownStatement;
      return down ? [[Name, down]] : [];
    });
    expect(scoped).toEqual([
      [
        'AWSManagedRulesCommonRuleSet',
        {
          NotStatement: {
            Statement: {
              ByteMatchStatement: {
                FieldToMatch: { UriPath: {} },
                PositionalConstraint: 'STARTS_WITH',
                SearchString: `${ADMIN_PREFIX}/`,
                TextTransformations: [{ Priority: 0, Type: 'NONE' }],
              },
            },
          },
        },
      ],
    ]);
  });

  test('never limits one address below what the calls of a full cell ask for', () => {
    const limitOf = (maxTasks: number): number => {
      const cell = synthesize(defineCell({ ...publicCell, capacity: { ...publicCell.capacity, maxTasks } }));
      const [acl] = cell.ofType('AWS::WAFv2::WebACL');
      return acl!.get('Rules.0.Statement.RateBasedStatement.Limit') as number;
    };
    expect(limitOf(2)).toBe(2_000);
    expect(limitOf(40)).toBe(40 * 100 * 4);
  });

  test('writes down what the firewall saw, without query strings and credentials', () => {
    const [logging] = open.ofType('AWS::WAFv2::LoggingConfiguration');
    expect(JSON.stringify(logging!.get('RedactedFields'))).toBe(
      '[{"QueryString":{}},{"SingleHeader":{"Name":"authorization"}},{"SingleHeader":{"Name":"cookie"}}]',
    );
    expect(open.at('Ingress/Firewall/Logs').get('LogGroupName')).toMatch(/^aws-waf-logs-/);
  });
});

describe('a cell without a domain', () => {
  test('is internal, unnamed and without a firewall to pay for', () => {
    expect(internal.at('Ingress/LoadBalancer').get('Scheme')).toBe('internal');
    for (const type of ['AWS::Route53::RecordSet', 'AWS::CertificateManager::Certificate', 'AWS::WAFv2::WebACL'])
      expect(internal.ofType(type), type).toEqual([]);
  });
});

describe('the load balancer of every cell', () => {
  test('drops what is no HTTP, writes its accesses down, and cannot be deleted by mistake', () => {
    for (const cell of [internal, open])
      expect(attributes(cell, 'Ingress/LoadBalancer', 'LoadBalancerAttributes')).toMatchObject({
        'routing.http.drop_invalid_header_fields.enabled': 'true',
        'routing.http.desync_mitigation_mode': 'strictest',
        'access_logs.s3.enabled': 'true',
        'deletion_protection.enabled': 'true',
      });
  });

  test('spreads calls, and asks a task only whether it is alive', () => {
    expect(attributes(open, 'Ingress/Tasks', 'TargetGroupAttributes')).toMatchObject({
      'load_balancing.algorithm.type': 'least_outstanding_requests',
    });
    expect(open.at('Ingress/Tasks').get('HealthCheckPath')).toBe('/healthz');
  });
});
