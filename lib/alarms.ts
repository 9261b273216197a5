import { Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { METRIC_ALARMS, type Watch } from './alarm-list.ts';
import { holds } from './data-class.ts';
import { alarmsOf, type CellKeys } from './keys.ts';
import { cellMetric } from './metric.ts';
import { resourceWatches, type WatchedResources } from './resource-alarms.ts';

export interface CellAlarmsProps extends WatchedResources {
  readonly keys: CellKeys;
}

/** Where a heading of the runbook is found: `ResponseGapWorst` → `docs/runbook.md#response-gap-worst`. */
export const runbookLink = (name: string): string =>
  `docs/runbook.md#${name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase()}`;

/** Everything that can go wrong and can be seen, and the topic it is told to. */
export class CellAlarms extends Construct {
  readonly topic: Topic;
  readonly all: readonly Alarm[];

  constructor(scope: Construct, id: string, { keys, ...resources }: CellAlarmsProps) {
    super(scope, id);
    const { region, alarmEmail } = resources.cell;
    this.topic = new Topic(this, 'Topic', { masterKey: keys.operations, enforceSSL: true });
    this.topic.grantPublish(alarmsOf(this));
    holds(this.topic, 'operations');
    if (alarmEmail) this.topic.addSubscription(new EmailSubscription(alarmEmail));

    const watches: Watch[] = METRIC_ALARMS.map((rule) => ({
      ...rule,
      metric: cellMetric(rule.metric, { region, statistic: rule.limit.statistic }),
    }));
    this.all = [...watches, ...resourceWatches(resources)].map((watch) => this.alarm(watch));
  }

  /** An alarm by the name of its rule. */
  named(name: string): Alarm {
    return this.node.findChild(name) as Alarm;
  }

  /** What the alarm is called in mails and on pagers. */
  nameOf(name: string): string {
    return `${Stack.of(this).stackName}-${name}`;
  }

  private alarm({ name, severity, meaning, minutes, missing, metric, limit }: Watch): Alarm {
    const { LESS_THAN_THRESHOLD, GREATER_THAN_THRESHOLD } = ComparisonOperator;
    const alarm = new Alarm(this, name, {
      alarmName: this.nameOf(name),
      alarmDescription: `[${severity}] ${meaning}. ${runbookLink(name)}`,
      metric,
      threshold: (limit.atMost ?? limit.atLeast)!,
      comparisonOperator: limit.atMost === undefined ? LESS_THAN_THRESHOLD : GREATER_THAN_THRESHOLD,
      evaluationPeriods: minutes,
      treatMissingData: missing === 'healthy' ? TreatMissingData.NOT_BREACHING : TreatMissingData.BREACHING,
    });
    const tell = new SnsAction(this.topic);
    alarm.addAlarmAction(tell);
    alarm.addOkAction(tell);
    return alarm;
  }
}
