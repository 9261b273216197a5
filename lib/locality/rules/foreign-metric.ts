/*
 * An alarm, a dashboard or a health check that looks at another region (or another account, which may be anywhere).
 * It would call this cell healthy because of somebody else's numbers, and its graphs would mix two jurisdictions.
 * The regions that Route 53 probes a public address from are no such thing: probes come in, and carry nothing.
 */
import { isOff } from '../feature.ts';
import type { Home } from '../home.ts';
import type { Leaf } from '../leaf.ts';
import { type LocalityRule, type Match, whole } from '../rule.ts';

const DASHBOARD = 'AWS::CloudWatch::Dashboard';
const ALARM = 'AWS::CloudWatch::Alarm';
const STREAM = 'AWS::CloudWatch::MetricStream';
const HEALTH_CHECK = 'AWS::Route53::HealthCheck';

export const foreignMetric: LocalityRule = {
  name: 'foreign-metric',
  types: new Set([DASHBOARD, ALARM, HEALTH_CHECK, STREAM]),
  find: (leaf, home): Match[] => {
    const problem = regionOf(leaf, home) ?? accountOf(leaf, home);
    return problem === undefined ? [] : [whole(leaf, problem, `watch the metrics and alarms of ${home.region}`)];
  },
  violations: [
    {
      Type: 'AWS::CloudWatch::Dashboard',
      Properties: { DashboardBody: '{"widgets":[{"properties":{"region":"<other>"}}]}' },
    },
    {
      Type: 'AWS::CloudWatch::Dashboard',
      Properties: {
        DashboardBody: { 'Fn::Join': ['', ['{"widgets":[{"properties":{"region":"', '<other>', '"}}]}']] },
      },
    },
    {
      Type: 'AWS::CloudWatch::Dashboard',
      Properties: {
        DashboardBody: '{"widgets":[{"properties":{"metrics":[["A","B",{"accountId":"999999999999"}]]}}]}',
      },
    },
    { Type: 'AWS::CloudWatch::Alarm', Properties: { Metrics: [{ Id: 'm', AccountId: '999999999999' }] } },
    { Type: 'AWS::CloudWatch::MetricStream', Properties: { IncludeLinkedAccountsMetrics: true } },
    {
      Type: 'AWS::Route53::HealthCheck',
      Properties: { HealthCheckConfig: { AlarmIdentifier: { Name: 'a', Region: '<other>' } } },
    },
  ],
  lookAlikes: [
    {
      Type: 'AWS::CloudWatch::Dashboard',
      Properties: { DashboardBody: '{"widgets":[{"properties":{"region":"<home>"}}]}' },
    },
    { Type: 'AWS::CloudWatch::Alarm', Properties: { Metrics: [{ Id: 'm', AccountId: { Ref: 'AWS::AccountId' } }] } },
    {
      Type: 'AWS::Route53::HealthCheck',
      Properties: { HealthCheckConfig: { AlarmIdentifier: { Name: 'a', Region: '<home>' } } },
    },
    { Type: 'AWS::CloudWatch::MetricStream', Properties: { IncludeLinkedAccountsMetrics: false } },
    { Type: 'AWS::Route53::HealthCheck', Properties: { HealthCheckConfig: { Regions: ['<home>', '<other>'] } } },
    {
      Type: 'AWS::CloudWatch::Dashboard',
      Properties: { DashboardBody: '{"widgets":[{"properties":{"markdown":"not <other>"}}]}' },
    },
  ],
};

function regionOf({ owner, path, key, value }: Leaf, home: Home): string | undefined {
  const isWatched = (owner.type === DASHBOARD && key === 'region') || path.endsWith('.AlarmIdentifier.Region');
  return isWatched && value !== home.region ? `watches ${value}` : undefined;
}

function accountOf(leaf: Leaf, home: Home): string | undefined {
  const { owner, key, value } = leaf;
  const isWatched = (owner.type === DASHBOARD || owner.type === ALARM) && /^accountId$/i.test(key);
  if (owner.type === STREAM && key === 'IncludeLinkedAccountsMetrics' && !isOff(leaf))
    return 'carries the metrics of other accounts';
  const isOwn = value === '⟨AWS.AccountId⟩' || value === home.account;
  return isWatched && !isOwn ? `watches the account ${value}` : undefined;
}
