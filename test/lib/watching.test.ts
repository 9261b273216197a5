import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { METRIC_ALARMS } from '../../lib/alarm-list.ts';
import { show, target } from '../../lib/certificate/template.ts';
import { ROWS } from '../../lib/dashboard.ts';
import { METRICS, type MetricName } from '../../regions/metrics.ts';
import { internalCell, publicCell } from './cells.ts';
import { type Synthesized, synthesize } from './synthesize.ts';

let internal: Synthesized;
let open: Synthesized;
beforeAll(() => {
  internal = synthesize(internalCell);
  open = synthesize(publicCell);
});

const runbook = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');
const headings = [...runbook.matchAll(/^## (.+)$/gm)].map((match) => match[1]!.toLowerCase().replaceAll(' ', '-'));

const alarms = () => internal.ofType('AWS::CloudWatch::Alarm').filter((alarm) => alarm.path.startsWith('Alarms/'));
const alarm = (name: string) => internal.at(`Alarms/${name}`);

describe('every alarm', () => {
  test('says how bad it is, what it means, and where the runbook speaks of it', () => {
    expect(alarms().length).toBeGreaterThan(15);
    for (const { path, properties } of alarms()) {
      const [, anchor] =
        /^\[(?:page|ticket)\] .{15,}\. docs\/runbook\.md#([a-z0-9-]+)$/.exec(String(properties.AlarmDescription)) ?? [];
      expect(anchor, path).toBeDefined();
      expect(headings, `${path} in docs/runbook.md`).toContain(anchor);
    }
  });

  test('says what silence means', () => {
    for (const { path, properties } of alarms())
      expect(['breaching', 'notBreaching'], path).toContain(properties.TreatMissingData);
  });

  test('tells the topic when it starts and when it is over', () => {
    const topic = internal.at('Alarms/Topic').logicalId;
    for (const { properties } of alarms()) {
      expect((properties.AlarmActions as unknown[]).map(target)).toEqual([topic]);
      expect((properties.OKActions as unknown[]).map(target)).toEqual([topic]);
    }
  });

  test('watches this cell only', () => {
    for (const { path, properties } of alarms())
      if (properties.Namespace === 'VoiceCell')
        expect(properties.Dimensions, path).toEqual([{ Name: 'Region', Value: 'us-east-1' }]);
  });

  test('has its page of the runbook, and no page is about nothing', () => {
    const anchors = alarms().map((part) => String(part.properties.AlarmDescription).split('#')[1]);
    expect([...headings].sort()).toEqual([...anchors].sort());
  });
});

describe('the thresholds', () => {
  test.each([
    ['ResponseGap', 'p95', 800, 'GreaterThanThreshold'],
    ['ResponseGapWorst', 'p99', 1200, 'GreaterThanThreshold'],
    ['SpeechToTextLatency', 'p95', 200, 'GreaterThanThreshold'],
    ['LanguageModelFirstToken', 'p95', 800, 'GreaterThanThreshold'],
    ['TextToSpeechFirstByte', 'p95', 150, 'GreaterThanThreshold'],
    ['DatabaseLatency', 'p95', 50, 'GreaterThanThreshold'],
    ['PoolUtilization', 'Maximum', 80, 'GreaterThanThreshold'],
    ['ConsentRate', 'Average', 95, 'LessThanThreshold'],
    ['CrossRegionCalls', 'Sum', 0, 'GreaterThanThreshold'],
    ['ResidencyViolations', 'Sum', 0, 'GreaterThanThreshold'],
    ['RetentionViolations', 'Sum', 0, 'GreaterThanThreshold'],
    ['RequestsOverdue', 'Sum', 0, 'GreaterThanThreshold'],
    ['CallCost', 'Average', 0.2, 'GreaterThanThreshold'],
  ])('%s: %s against %d', (name, statistic, threshold, comparison) => {
    const { properties } = alarm(name);
    expect(properties.ExtendedStatistic ?? properties.Statistic).toBe(statistic);
    expect(properties.Threshold).toBe(threshold);
    expect(properties.ComparisonOperator).toBe(comparison);
  });

  test('every metric with a limit has an alarm', () => {
    const watched = new Set<MetricName>(METRIC_ALARMS.map((rule) => rule.metric));
    for (const name of Object.keys(METRICS) as MetricName[])
      if (METRICS[name].limits.length > 0) expect(watched, name).toContain(name);
  });

  test('silence is an alarm where somebody should be speaking', () => {
    const loud = alarms()
      .filter((part) => part.properties.TreatMissingData === 'breaching')
      .map((part) => part.path.replace('Alarms/', ''));
    expect(loud).toEqual(['ServiceUp', 'NoHealthyTask', 'DatabaseBusy', 'DatabaseStorageLow', 'SessionsMemoryHigh']);
  });
});

describe('the topic', () => {
  test('is encrypted, takes nothing in the clear, and hears the alarms of this account only', () => {
    expect(target(internal.at('Alarms/Topic').get('KmsMasterKeyId'))).toBe(internal.at('Keys/Operations').logicalId);
    const policy = JSON.stringify(internal.at('Alarms/Topic/Policy').get('PolicyDocument'));
    expect(policy).toContain('"aws:SecureTransport":"false"');
    expect(policy).toMatch(/"aws:SourceAccount":\{"Ref":"AWS::AccountId"\}.*"Service":"cloudwatch.amazonaws.com"/);
  });

  test('is mailed where the cell says, and nowhere otherwise', () => {
    expect(open.ofType('AWS::SNS::Subscription').map((part) => part.get('Endpoint'))).toEqual([
      'operators@example.com',
    ]);
    expect(internal.ofType('AWS::SNS::Subscription')).toEqual([]);
  });
});

describe('the dashboard', () => {
  test('has every metric of the contract in exactly one place', () => {
    expect(ROWS.flatMap((row) => row.metrics).sort()).toEqual((Object.keys(METRICS) as MetricName[]).sort());
  });

  test('draws the limits in', () => {
    const body = show(internal.at('Dashboard/Dashboard').get('DashboardBody'));
    for (const label of ['p95 at most 800', 'p99 at most 1200', 'Average at least 99.9']) expect(body).toContain(label);
  });

  test('shows each service of a split metric by itself', () => {
    const body = show(internal.at('Dashboard/Dashboard').get('DashboardBody'));
    for (const service of ['database', 'sessions', 'stt', 'llm', 'tts', 'storage'])
      expect(body).toContain(`"Service","${service}"`);
  });
});

describe('the health of the cell, for Route 53', () => {
  const checks = (cell: Synthesized) =>
    cell.ofType('AWS::Route53::HealthCheck').map((part) => part.get('HealthCheckConfig') as Record<string, unknown>);

  test('comes from alarms of its own region, on plain statistics', () => {
    for (const { Type, AlarmIdentifier } of checks(internal)) {
      if (Type !== 'CLOUDWATCH_METRIC') continue;
      const { Name, Region } = AlarmIdentifier as { Name: unknown; Region: string };
      expect(Region).toBe('us-east-1');
      const watched = internal.parts.find((part) => part.logicalId === target(Name));
      expect(watched?.get('ExtendedStatistic')).toBeUndefined();
    }
    expect(checks(internal).map(({ Type }) => Type)).toEqual(['CLOUDWATCH_METRIC', 'CLOUDWATCH_METRIC', 'CALCULATED']);
  });

  test('comes from its public address too, where it has one', () => {
    expect(checks(open)).toContainEqual(
      expect.objectContaining({
        Type: 'HTTPS',
        FullyQualifiedDomainName: 'us-east-1.voice.example.com',
        ResourcePath: '/healthz',
      }),
    );
  });

  test('is good only when everything asked is good', () => {
    for (const cell of [internal, open]) {
      const overall = checks(cell).find(({ Type }) => Type === 'CALCULATED')!;
      expect(overall.HealthThreshold).toBe((overall.ChildHealthChecks as unknown[]).length);
    }
  });
});
