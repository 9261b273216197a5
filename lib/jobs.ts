import { Duration, RemovalPolicy, Stack, TimeZone } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Schedule,
  ScheduleExpression,
  ScheduleGroup,
  ScheduleTargetInput,
  TimeWindow,
} from 'aws-cdk-lib/aws-scheduler';
import { EcsRunFargateTask } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';
import type { Cell } from '../regions/cell.ts';
import { JOB_NAMES, JOB_WINDOW_MINUTES, JOBS, type JobName, startOfJob } from '../regions/jobs.ts';
import type { CellNetwork } from './network.ts';
import type { Peers } from './peers.ts';
import type { VoiceService } from './voice-service.ts';

export interface CellJobsProps {
  readonly cell: Cell;
  readonly network: CellNetwork;
  readonly peers: Peers;
  readonly voice: VoiceService;
}

const GROUP = 'voicecell';

/**
 * The jobs of a cell: every day each runs once, in a task of its own made from the definition of the tasks that take
 * calls. Same image, same role, same network; only its command differs, and no call ever reaches it.
 */
export class CellJobs extends Construct {
  constructor(scope: Construct, id: string, props: CellJobsProps) {
    super(scope, id);
    const group = new ScheduleGroup(this, 'Group', {
      scheduleGroupName: GROUP,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(this, 'Role', {
      description: 'Starts the jobs of the cell',
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com').withConditions({
        StringEquals: { 'aws:SourceAccount': Stack.of(this).account, 'aws:SourceArn': group.scheduleGroupArn },
      }),
    });
    for (const name of JOB_NAMES) this.schedule(name, group, role, props);
  }

  /** Starts the scheduler gave up on: no task was made, so that no log of the cell tells of it. */
  get notStarted(): Metric {
    return new Metric({
      namespace: 'AWS/Scheduler',
      metricName: 'InvocationDroppedCount',
      dimensionsMap: { ScheduleGroup: GROUP },
      statistic: 'Sum',
      period: Duration.minutes(1),
    });
  }

  private schedule(name: JobName, scheduleGroup: ScheduleGroup, role: Role, props: CellJobsProps): void {
    const { cell, network, peers, voice } = props;
    const { hour, minute } = startOfJob(name, cell.region);
    new Schedule(this, name, {
      scheduleName: `voicecell-${name}`,
      description: `Every day: ${JOBS[name].what}`,
      scheduleGroup,
      schedule: ScheduleExpression.cron({ hour: String(hour), minute: String(minute), timeZone: TimeZone.ETC_UTC }),
      timeWindow: TimeWindow.flexible(Duration.minutes(JOB_WINDOW_MINUTES)),
      target: new EcsRunFargateTask(voice.cluster, {
        taskDefinition: voice.service.taskDefinition,
        role,
        vpcSubnets: network.tasks,
        securityGroups: [peers.service],
        assignPublicIp: false,
        enableEcsManagedTags: true,
        group: `voicecell-${name}`,
        input: ScheduleTargetInput.fromObject({
          containerOverrides: [{ name: voice.containerName, command: ['node', 'voicecell.mjs', name] }],
        }),
        maxEventAge: Duration.hours(2),
        retryAttempts: 10,
      }),
    });
  }
}
