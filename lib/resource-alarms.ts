import { Duration } from 'aws-cdk-lib';
import { HttpCodeElb } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Cell } from '../regions/cell.ts';
import type { Watch } from './alarm-list.ts';
import type { CellDatabase } from './database.ts';
import type { Ingress } from './ingress.ts';
import type { CellJobs } from './jobs.ts';
import { cellMetric } from './metric.ts';
import type { CellSessions } from './sessions.ts';

const A_MINUTE = Duration.minutes(1);
const GIB = 2 ** 30;

export interface WatchedResources {
  readonly cell: Cell;
  readonly ingress: Ingress;
  readonly database: CellDatabase;
  readonly sessions: CellSessions;
  readonly jobs: CellJobs;
}

/** The alarms on what AWS itself measures of a cell's parts. */
export function resourceWatches({ cell, ingress, database, sessions, jobs }: WatchedResources): Watch[] {
  const { callsPerTask, databaseStorageGiB } = cell.capacity;
  return [
    {
      name: 'NoHealthyTask',
      severity: 'page',
      meaning: 'no task answers: the cell takes no calls',
      minutes: 2,
      missing: 'broken',
      metric: ingress.targets.metrics.healthyHostCount({ statistic: 'Minimum', period: A_MINUTE }),
      limit: { atLeast: 1 },
    },
    {
      name: 'LoadBalancerErrors',
      severity: 'page',
      meaning: 'calls are lost before a task sees them; a deployment under way is rolled back',
      minutes: 3,
      missing: 'healthy',
      metric: ingress.loadBalancer.metrics.httpCodeElb(HttpCodeElb.ELB_5XX_COUNT, {
        statistic: 'Sum',
        period: A_MINUTE,
      }),
      limit: { atMost: 10 },
    },
    {
      name: 'TasksNearlyFull',
      severity: 'page',
      meaning: 'tasks fill up faster than new ones start',
      minutes: 5,
      missing: 'healthy',
      metric: cellMetric('ActiveCalls', { region: cell.region, statistic: 'Average' }),
      limit: { atMost: callsPerTask * 0.9 },
    },
    {
      name: 'DatabaseBusy',
      severity: 'ticket',
      meaning: 'the database needs a larger class',
      minutes: 15,
      missing: 'broken',
      metric: database.instance.metricCPUUtilization({ period: A_MINUTE }),
      limit: { atMost: 80 },
    },
    {
      name: 'DatabaseStorageLow',
      severity: 'ticket',
      meaning: 'the storage grows by itself up to its limit, and is close to it',
      minutes: 15,
      missing: 'broken',
      metric: database.instance.metricFreeStorageSpace({ statistic: 'Minimum', period: A_MINUTE }),
      limit: { atLeast: 0.05 * databaseStorageGiB * GIB },
    },
    {
      name: 'SessionsMemoryHigh',
      severity: 'ticket',
      meaning: 'the session store needs a larger class before it forgets calls',
      minutes: 5,
      missing: 'broken',
      metric: sessions.metric('DatabaseMemoryUsagePercentage', 'Maximum'),
      limit: { atMost: 80 },
    },
    {
      name: 'JobNotStarted',
      severity: 'ticket',
      meaning: 'a job of the day was given up before it began: nothing was deleted, exported or anchored by it',
      minutes: 1,
      missing: 'healthy',
      metric: jobs.notStarted,
      limit: { atMost: 0 },
    },
  ];
}
