import { describe, expect, it } from 'vitest';
import { checkTemplate } from '../../../lib/locality/check.ts';
import type { Exemption } from '../../../lib/locality/exemptions.ts';

const TODAY = '2026-11-22';
const template = {
  Resources: {
    Archive: {
      Type: 'AWS::S3::Bucket',
      Metadata: { 'aws:cdk:path': 'Cell/Archive/Resource' },
      Properties: {
        BucketName: 'archive-us-west-2',
        ReplicationConfiguration: { Role: 'arn:aws:iam::1:role/eu-west-1' },
      },
    },
  },
};
const standby: Exemption = {
  rule: 'replication',
  resource: 'Cell/Archive/*',
  property: 'Properties.ReplicationConfiguration',
  reason: 'the standby cell keeps a copy, as its contract with the tenants says',
  expires: '2027-06-01',
};
const name: Exemption = { ...standby, rule: 'region-token', property: '*.BucketName', value: 'us-west-2' };
const check = (...exemptions: Exemption[]) => checkTemplate(template, { home: 'us-east-1', exemptions, today: TODAY });

describe('an exemption', () => {
  it('lets pass what it describes, and nothing else', () => {
    expect(check().map(({ rule }) => rule)).toEqual(['region-token', 'replication']);
    expect(check(name).map(({ rule }) => rule)).toEqual(['replication']);
  });

  it('of a whole property leaves in view what stands in it', () => {
    expect(check(name, standby)).toMatchObject([{ rule: 'region-token', value: 'eu-west-1' }]);
  });

  it.each([
    ['another rule', { ...name, rule: 'arn' }],
    ['another resource', { ...name, resource: 'Cell/Other/*' }],
    ['another property', { ...name, property: 'Properties.Tags*' }],
    ['another value', { ...name, value: 'us-east-2' }],
    ['a part of the path only', { ...name, resource: 'Cell/Arch' }],
  ])('for %s lets nothing pass, and is found unused', (_, exemption) => {
    expect(check(exemption).map(({ rule }) => rule)).toEqual(['region-token', 'replication', 'exemption']);
    expect(check(exemption).at(-1)?.problem).toContain('but nothing needs it');
  });

  it('ends on its day', () => {
    expect(check({ ...name, expires: '2026-11-23' }).map(({ rule }) => rule)).toEqual(['replication']);
    const findings = check({ ...name, expires: '2026-11-22' });
    expect(findings.map(({ rule }) => rule)).toEqual(['region-token', 'replication', 'exemption']);
    expect(findings.at(-1)?.problem).toBe('was exempted from region-token until 2026-11-22');
  });

  it('cannot be for ever', () => {
    expect(check({ ...name, expires: '2099-01-01' }).at(-1)?.problem).toMatch(/for \d+ days, expected at most 366/);
  });

  it('needs a reason and a date, and says everything that is wrong at once', () => {
    expect(() => check({ ...name, reason: 'because' }, { ...name, expires: 'never' })).toThrow(
      /exemption 0\.reason: expected a reason of at least 20 characters[\s\S]*exemption 1\.expires/,
    );
  });
});
