/**
 * The metrics contract: what the process writes (CloudWatch embedded format) and what `lib/` alarms on and charts.
 * Every sample carries the dimension `Region`; a split metric is also written with its second dimension.
 * A rate is written as samples of 0 or 100, so that its average is the rate in percent.
 * Limits: "Metrics & Signals to Track" of the requirements.
 */
export const METRIC_NAMESPACE = 'VoiceCell';

/** What a cell depends on, as `/health` reports it and as `ServiceUp` and `CallCost` are split. */
export const CELL_SERVICES = ['database', 'sessions', 'stt', 'llm', 'tts', 'storage'] as const;
export type CellService = (typeof CELL_SERVICES)[number];

export type MetricStatistic = 'p50' | 'p95' | 'p99' | 'Average' | 'Maximum' | 'Sum';

export interface MetricLimit {
  readonly statistic: MetricStatistic;
  readonly atMost?: number;
  readonly atLeast?: number;
}

export interface CellMetric {
  readonly title: string;
  readonly unit: 'Milliseconds' | 'Count' | 'Percent' | 'Bytes' | 'None';
  readonly splitBy?: 'Provider' | 'Service';
  /** What a chart shows. */
  readonly statistics: readonly MetricStatistic[];
  readonly limits: readonly MetricLimit[];
}

const latency = (title: string, p95Ms: number, splitBy?: CellMetric['splitBy']): CellMetric => ({
  title,
  unit: 'Milliseconds',
  splitBy,
  statistics: ['p50', 'p95', 'p99'],
  limits: [{ statistic: 'p95', atMost: p95Ms }],
});

const mustStayZero = (title: string): CellMetric => ({
  title,
  unit: 'Count',
  statistics: ['Sum'],
  limits: [{ statistic: 'Sum', atMost: 0 }],
});

const count = (title: string): CellMetric => ({ title, unit: 'Count', statistics: ['Sum'], limits: [] });

export const METRICS = {
  SpeechToTextLatency: latency('Speech to text: text behind the audio', 200, 'Provider'),
  LanguageModelFirstToken: latency('Language model: first token', 800, 'Provider'),
  TextToSpeechFirstByte: latency('Text to speech: first byte', 150, 'Provider'),
  DatabaseLatency: latency('Database: a query', 50),
  ResponseGap: {
    title: 'Response gap: the caller stops, the reply starts',
    unit: 'Milliseconds',
    statistics: ['p50', 'p95', 'p99'],
    limits: [
      { statistic: 'p95', atMost: 800 },
      { statistic: 'p99', atMost: 1200 },
    ],
  },
  CrossRegionCalls: mustStayZero('Connections to another region, refused'),
  TransferBytes: {
    title: 'Bytes sent to providers',
    unit: 'Bytes',
    splitBy: 'Provider',
    statistics: ['Sum'],
    limits: [],
  },
  CallCost: {
    title: 'Cost of a call, USD',
    unit: 'None',
    splitBy: 'Service',
    statistics: ['Average'],
    limits: [{ statistic: 'Average', atMost: 0.2 }],
  },
  TenantsInRegion: { title: 'Tenants of this region', unit: 'Count', statistics: ['Maximum'], limits: [] },
  ResidencyViolations: mustStayZero('Residency violations, refused'),
  RetentionViolations: mustStayZero('Data kept longer than its retention'),
  RequestsOverdue: mustStayZero('Requests of people about their data, past their deadline'),
  /** Written by the jobs themselves when they end: 0 when done, 1 when not. */
  JobsFailed: mustStayZero('Jobs of the day that failed'),
  ConsentRate: {
    title: 'Calls with consent to record',
    unit: 'Percent',
    statistics: ['Average'],
    limits: [{ statistic: 'Average', atLeast: 95 }],
  },
  ServiceUp: {
    title: 'Uptime',
    unit: 'Percent',
    splitBy: 'Service',
    statistics: ['Average'],
    limits: [{ statistic: 'Average', atLeast: 99.9 }],
  },
  PoolUtilization: {
    title: 'Database connections in use',
    unit: 'Percent',
    statistics: ['Average', 'Maximum'],
    limits: [{ statistic: 'Maximum', atMost: 80 }],
  },
  SpeculationHitRate: {
    title: 'Speculative replies that were used',
    unit: 'Percent',
    statistics: ['Average'],
    limits: [],
  },
  /** Written by every task once a minute: the average is the calls of one task, which is what scaling follows. */
  ActiveCalls: { title: 'Active calls of a task', unit: 'Count', statistics: ['Average', 'Maximum'], limits: [] },
  CallsStarted: count('Calls started'),
  CallsRefused: count('Calls refused: the cell is full'),
  CallsFailed: count('Calls that ended in a failure of ours'),
} as const satisfies Record<string, CellMetric>;

export type MetricName = keyof typeof METRICS;
