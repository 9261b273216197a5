import { Duration } from 'aws-cdk-lib';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { HealthCheck, HealthCheckType, InsufficientDataHealthStatusEnum } from 'aws-cdk-lib/aws-route53';
import { Construct } from 'constructs';
import type { Cell } from '../regions/cell.ts';
import type { CellAlarms } from './alarms.ts';
import { HTTPS_PORT } from './ports.ts';

/** The alarms that say that a cell cannot serve. Route 53 reads only alarms on plain statistics, not on percentiles. */
const FATAL_ALARMS = ['NoHealthyTask', 'ServiceUp'];

/**
 * The cell's health as Route 53 sees it, from outside by its public address and from inside by its alarms: what a
 * standby, or a router of tenants, will ask.
 */
export class CellHealth extends Construct {
  readonly overall: HealthCheck;

  constructor(scope: Construct, id: string, { cell, alarms }: { cell: Cell; alarms: CellAlarms }) {
    super(scope, id);
    const checks = FATAL_ALARMS.map((name) => this.byAlarm(name, alarms.named(name), cell.region));
    if (cell.domain)
      checks.push(
        new HealthCheck(this, 'PublicAddress', {
          type: HealthCheckType.HTTPS,
          fqdn: cell.domain.name,
          port: HTTPS_PORT,
          resourcePath: '/healthz',
          requestInterval: Duration.seconds(30),
          failureThreshold: 3,
        }),
      );
    this.overall = new HealthCheck(this, 'Overall', {
      type: HealthCheckType.CALCULATED,
      childHealthChecks: checks,
      healthThreshold: checks.length,
    });
  }

  private byAlarm(name: string, alarm: Alarm, region: string): HealthCheck {
    return new HealthCheck(this, name, {
      type: HealthCheckType.CLOUDWATCH_METRIC,
      alarmIdentifier: { name: alarm.alarmName, region },
      insufficientDataHealthStatus: InsufficientDataHealthStatusEnum.LAST_KNOWN_STATUS,
    });
  }
}
