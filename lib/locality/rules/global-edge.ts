/*
 * A regional resource whose traffic goes through AWS's world-wide edge, where TLS ends far from the region.
 * Transfer acceleration, edge-optimized APIs and firewalls of the CloudFront scope say so in one word; a login page's own
 * domain does not.
 * An API without an endpoint type is edge-optimized by default, so the type must be written.
 */
import { type Feature, featuresIn } from '../feature.ts';
import type { LocalityRule } from '../rule.ts';

const TABLE: readonly Feature[] = [
  {
    type: 'AWS::S3::Bucket',
    property: 'AccelerateConfiguration.AccelerationStatus',
    problem: 'takes uploads at edge locations all over the world',
    fix: 'take AccelerateConfiguration out',
    unless: (leaf) => leaf.value === 'Suspended',
  },
  ...['WebACL', 'RuleGroup', 'IPSet', 'RegexPatternSet'].map((name) => ({
    type: `AWS::WAFv2::${name}`,
    property: 'Scope',
    problem: 'is for requests at CloudFront, outside the region',
    fix: 'write Scope: REGIONAL',
    unless: ({ value }: { value: string }) => value === 'REGIONAL',
  })),
  {
    type: 'AWS::Cognito::UserPoolDomain',
    property: 'CustomDomainConfig',
    problem: 'takes logins at CloudFront, outside the region',
    fix: 'take CustomDomainConfig out: a domain of Cognito itself answers in the region',
  },
  ...['AWS::ApiGateway::RestApi', 'AWS::ApiGateway::DomainName'].map((type) => ({
    type,
    property: 'EndpointConfiguration.Types',
    problem: 'answers at edge locations all over the world',
    fix: 'write REGIONAL or PRIVATE',
    unless: ({ value }: { value: string }) => value === 'REGIONAL' || value === 'PRIVATE',
  })),
];

export const globalEdge: LocalityRule = {
  name: 'global-edge',
  ...featuresIn(TABLE),
  violations: [
    { Type: 'AWS::S3::Bucket', Properties: { AccelerateConfiguration: { AccelerationStatus: 'Enabled' } } },
    { Type: 'AWS::WAFv2::WebACL', Properties: { Scope: 'CLOUDFRONT' } },
    { Type: 'AWS::WAFv2::IPSet', Properties: { Scope: 'CLOUDFRONT' } },
    {
      Type: 'AWS::Cognito::UserPoolDomain',
      Properties: { CustomDomainConfig: { CertificateArn: { Ref: 'Certificate' } } },
    },
    { Type: 'AWS::ApiGateway::RestApi', Properties: { EndpointConfiguration: { Types: ['EDGE'] } } },
  ],
  lookAlikes: [
    { Type: 'AWS::S3::Bucket', Properties: { AccelerateConfiguration: { AccelerationStatus: 'Suspended' } } },
    { Type: 'AWS::WAFv2::WebACL', Properties: { Scope: 'REGIONAL' } },
    { Type: 'AWS::Cognito::UserPoolDomain', Properties: { Domain: 'calls' } },
    { Type: 'AWS::ApiGateway::RestApi', Properties: { EndpointConfiguration: { Types: ['REGIONAL'] } } },
  ],
};
