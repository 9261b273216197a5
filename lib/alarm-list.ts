import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { METRICS, type MetricLimit, type MetricName } from '../regions/metrics.ts';

/** `page` wakes somebody: callers are hurt, or data is where it must not be. `ticket` waits for the morning. */
export type Severity = 'page' | 'ticket';

export interface AlarmRule {
  /** Also the id of the construct and, in kebab case, the heading in the runbook. */
  readonly name: string;
  readonly severity: Severity;
  /** What it means to a caller, an operator or an auditor. */
  readonly meaning: string;
  /** How long it must be so before anybody is told. */
  readonly minutes: number;
  /** What silence means. */
  readonly missing: 'healthy' | 'broken';
}

/** An alarm with what it watches. */
export interface Watch extends AlarmRule {
  readonly metric: IMetric;
  readonly limit: Pick<MetricLimit, 'atMost' | 'atLeast'>;
}

export interface MetricAlarmRule extends AlarmRule {
  readonly metric: MetricName;
  readonly limit: MetricLimit;
}

interface Rule extends Omit<MetricAlarmRule, 'name' | 'limit' | 'missing'> {
  readonly name?: string;
  readonly limit?: MetricLimit;
  readonly missing?: AlarmRule['missing'];
}

const rule = ({ name, limit, missing = 'healthy', ...rest }: Rule): MetricAlarmRule => ({
  name: name ?? rest.metric,
  limit: limit ?? (METRICS[rest.metric].limits as readonly MetricLimit[])[0]!,
  missing,
  ...rest,
});

/** The alarms on what the process writes; most limits are the metric's own. */
export const METRIC_ALARMS: readonly MetricAlarmRule[] = [
  rule({
    metric: 'ResponseGap',
    severity: 'page',
    minutes: 5,
    meaning: 'one answer in twenty comes so late that it sounds like a machine',
  }),
  rule({
    metric: 'ResponseGap',
    name: 'ResponseGapWorst',
    limit: METRICS.ResponseGap.limits[1],
    severity: 'page',
    minutes: 5,
    meaning: 'one answer in a hundred comes so late that callers hang up',
  }),
  rule({
    metric: 'SpeechToTextLatency',
    severity: 'ticket',
    minutes: 10,
    meaning: 'the recognizer is behind the caller',
  }),
  rule({
    metric: 'LanguageModelFirstToken',
    severity: 'ticket',
    minutes: 10,
    meaning: 'the model starts its answers late',
  }),
  rule({ metric: 'TextToSpeechFirstByte', severity: 'ticket', minutes: 10, meaning: 'speech starts late' }),
  rule({
    metric: 'DatabaseLatency',
    severity: 'ticket',
    minutes: 10,
    meaning: 'queries are slow; calls go on, their events wait',
  }),
  rule({ metric: 'PoolUtilization', severity: 'ticket', minutes: 5, meaning: 'the connection pool is nearly used up' }),
  rule({
    metric: 'CrossRegionCalls',
    severity: 'page',
    minutes: 1,
    meaning: 'the process tried to reach another region and was refused',
  }),
  rule({
    metric: 'ResidencyViolations',
    severity: 'page',
    minutes: 1,
    meaning: 'data of a tenant of another region was offered and refused',
  }),
  rule({
    metric: 'RetentionViolations',
    severity: 'page',
    minutes: 1,
    meaning: 'something is kept longer than was promised',
  }),
  rule({
    metric: 'RequestsOverdue',
    severity: 'ticket',
    minutes: 1,
    meaning: 'somebody who asked about his data has no answer, and the deadline of the law has passed',
  }),
  rule({
    metric: 'JobsFailed',
    severity: 'ticket',
    minutes: 1,
    meaning: 'a job of the day ended before it was done',
  }),
  rule({
    metric: 'ConsentRate',
    severity: 'ticket',
    minutes: 60,
    meaning: 'unusually many callers are not asked, or say no',
  }),
  rule({ metric: 'CallCost', severity: 'ticket', minutes: 60, meaning: 'a call costs more than it should' }),
  rule({
    metric: 'ServiceUp',
    // Half of the probes of five minutes: one slow probe wakes nobody, a service that is gone does.
    limit: { statistic: 'Average', atLeast: 50 },
    severity: 'page',
    minutes: 5,
    missing: 'broken',
    meaning: 'services of the cell have been down for five minutes, or nobody is left to probe them',
  }),
  rule({
    metric: 'CallsFailed',
    limit: { statistic: 'Sum', atMost: 5 },
    severity: 'page',
    minutes: 3,
    meaning: 'calls end in a failure of ours; a deployment under way is rolled back',
  }),
  rule({
    metric: 'CallsRefused',
    limit: { statistic: 'Sum', atMost: 0 },
    severity: 'page',
    minutes: 3,
    meaning: 'the cell is full and turns callers away',
  }),
];
