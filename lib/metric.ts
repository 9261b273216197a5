import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import {
  type CellMetric,
  METRIC_NAMESPACE,
  METRICS,
  type MetricName,
  type MetricStatistic,
} from '../regions/metrics.ts';

export interface CellMetricOptions {
  readonly region: string;
  readonly statistic: MetricStatistic;
  /** One value of the metric's second dimension; without it, the sum over all. */
  readonly split?: string;
  readonly label?: string;
}

/** A metric the process writes, as the cell's own dimensions name it. */
export function cellMetric(name: MetricName, { region, statistic, split, label }: CellMetricOptions): Metric {
  const { splitBy }: CellMetric = METRICS[name];
  return new Metric({
    namespace: METRIC_NAMESPACE,
    metricName: name,
    dimensionsMap: { Region: region, ...(splitBy && split && { [splitBy]: split }) },
    statistic,
    period: Duration.minutes(1),
    label,
  });
}
