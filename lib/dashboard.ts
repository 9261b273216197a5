import { Duration, Stack } from 'aws-cdk-lib';
import { AlarmStatusWidget, Dashboard, GraphWidget, type IWidget, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { Cell } from '../regions/cell.ts';
import { CELL_SERVICES, type CellMetric, METRICS, type MetricName } from '../regions/metrics.ts';
import type { CellAlarms } from './alarms.ts';
import { cellMetric } from './metric.ts';

const WIDTH = 24;
const HEIGHT = 6;

/** What belongs together; every metric of the contract stands in exactly one row. */
export const ROWS: readonly { readonly title: string; readonly metrics: readonly MetricName[] }[] = [
  {
    title: 'What callers feel',
    metrics: ['ResponseGap', 'SpeechToTextLatency', 'LanguageModelFirstToken', 'TextToSpeechFirstByte'],
  },
  { title: 'How full it is', metrics: ['ActiveCalls', 'CallsStarted', 'CallsRefused', 'CallsFailed'] },
  { title: 'What it stands on', metrics: ['ServiceUp', 'DatabaseLatency', 'PoolUtilization', 'SpeculationHitRate'] },
  {
    title: 'What must not happen',
    metrics: [
      'CrossRegionCalls',
      'ResidencyViolations',
      'RetentionViolations',
      'RequestsOverdue',
      'JobsFailed',
      'ConsentRate',
    ],
  },
  { title: 'What it costs', metrics: ['CallCost', 'TransferBytes', 'TenantsInRegion'] },
];

/** The cell on one page: its alarms first, then every metric with its limits drawn in. */
export class CellDashboard extends Construct {
  readonly dashboard: Dashboard;

  constructor(scope: Construct, id: string, { cell, alarms }: { cell: Cell; alarms: CellAlarms }) {
    super(scope, id);
    this.dashboard = new Dashboard(this, 'Dashboard', {
      dashboardName: Stack.of(this).stackName,
      defaultInterval: Duration.hours(3),
    });
    this.dashboard.addWidgets(
      new TextWidget({
        markdown: `# VoiceCell ${cell.region}\nEach alarm names its page of docs/runbook.md.`,
        width: 6,
        height: 4,
      }),
      new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms.all], width: WIDTH - 6, height: 4 }),
    );
    for (const { title, metrics } of ROWS) {
      this.dashboard.addWidgets(new TextWidget({ markdown: `## ${title}`, width: WIDTH, height: 1 }));
      this.dashboard.addWidgets(...metrics.map((name) => chart(name, cell, WIDTH / metrics.length)));
    }
  }
}

function chart(name: MetricName, cell: Cell, width: number): IWidget {
  const { title, unit, statistics, limits, splitBy }: CellMetric = METRICS[name];
  const { region } = cell;
  const lines =
    splitBy === 'Service'
      ? CELL_SERVICES.map((split) => cellMetric(name, { region, statistic: statistics[0]!, split, label: split }))
      : statistics.map((statistic) => cellMetric(name, { region, statistic, label: statistic }));
  return new GraphWidget({
    title,
    width,
    height: HEIGHT,
    left: lines,
    leftYAxis: { min: 0, label: unit === 'None' ? undefined : unit, showUnits: false },
    leftAnnotations: limits.map(({ statistic, atMost, atLeast }) => ({
      value: (atMost ?? atLeast)!,
      label: `${statistic} ${atMost === undefined ? 'at least' : 'at most'} ${atMost ?? atLeast}`,
    })),
  });
}
