/**
 * Metrics in CloudWatch's embedded format: a line of JSON on stdout, which the log group turns into metrics. No sidecar,
 * no connection. Samples are gathered for a minute and written together, each metric under the cell's region and, where
 * it is split, once more under its second dimension.
 * Format: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
import { type CellMetric, METRIC_NAMESPACE, METRICS, type MetricName } from '../../regions/metrics.ts';

/** CloudWatch takes this many values of one metric in one line. */
const MOST_VALUES = 100;

export class Metrics {
  readonly #region: string;
  readonly #write: (line: string) => void;
  /** Split (or '') → metric → samples. */
  readonly #samples = new Map<string, Map<MetricName, number[]>>();

  constructor({ region, write }: { region: string; write: (line: string) => void }) {
    this.#region = region;
    this.#write = write;
  }

  /** @param split the value of the metric's second dimension, for those that have one. */
  add(name: MetricName, value: number | undefined, split = ''): void {
    if (value === undefined || !Number.isFinite(value)) return;
    this.#gather('', name, value);
    if (split) this.#gather(split, name, value);
  }

  /** Writes what was gathered. */
  flush(): void {
    for (const [split, metrics] of this.#samples)
      for (const [name, values] of metrics)
        for (let from = 0; from < values.length; from += MOST_VALUES)
          this.#write(this.#line(split, name, values.slice(from, from + MOST_VALUES)));
    this.#samples.clear();
  }

  #gather(split: string, name: MetricName, value: number): void {
    const metrics = this.#samples.get(split) ?? new Map<MetricName, number[]>();
    this.#samples.set(split, metrics);
    const values = metrics.get(name) ?? [];
    metrics.set(name, values);
    values.push(value);
  }

  #line(split: string, name: MetricName, values: readonly number[]): string {
    const { unit, splitBy }: CellMetric = METRICS[name];
    const dimensions = { Region: this.#region, ...(split && splitBy && { [splitBy]: split }) };
    const directive = {
      Namespace: METRIC_NAMESPACE,
      Dimensions: [Object.keys(dimensions)],
      Metrics: [{ Name: name, Unit: unit }],
    };
    return JSON.stringify({
      _aws: { Timestamp: Date.now(), CloudWatchMetrics: [directive] },
      ...dimensions,
      [name]: values,
    });
  }
}
