import { Duration } from 'aws-cdk-lib';
import {
  AlarmBehavior,
  AvailabilityZoneRebalancing,
  AwsLogDriverMode,
  type CfnService,
  Cluster,
  ContainerInsights,
  CpuArchitecture,
  FargateService,
  FargateTaskDefinition,
  LogDriver,
  OperatingSystemFamily,
  PropagatedTagSource,
  Secret,
  VersionConsistency,
} from 'aws-cdk-lib/aws-ecs';
import { Construct } from 'constructs';
import type { Cell } from '../regions/cell.ts';
import type { CellAlarms } from './alarms.ts';
import type { CellBuckets } from './buckets.ts';
import { containerImage } from './container-image.ts';
import type { CellDatabase } from './database.ts';
import type { CellKeys } from './keys.ts';
import { cellLogGroup } from './log-groups.ts';
import { cellMetric } from './metric.ts';
import type { CellNetwork } from './network.ts';
import type { Peers } from './peers.ts';
import { PORTS } from './ports.ts';
import type { CellSecrets } from './secrets.ts';
import type { CellSessions } from './sessions.ts';
import { taskEnvironment } from './task-environment.ts';
import { TaskRole } from './task-role.ts';

/** A new task takes about a minute to answer its first call; until then the others take what arrives. */
const SCALE_OUT_AT = 0.7;

const CLUSTER = 'voicecell';

export interface VoiceServiceProps {
  readonly cell: Cell;
  readonly image: string | undefined;
  readonly keys: CellKeys;
  readonly network: CellNetwork;
  readonly peers: Peers;
  readonly secrets: CellSecrets;
  readonly buckets: CellBuckets;
  readonly database: CellDatabase;
  readonly sessions: CellSessions;
}

/** The tasks that answer calls. */
export class VoiceService extends Construct {
  readonly cluster: Cluster;
  readonly service: FargateService;
  readonly containerName = 'voice';

  constructor(scope: Construct, id: string, props: VoiceServiceProps) {
    super(scope, id);
    const { cell, keys, network, peers } = props;
    this.cluster = new Cluster(this, 'Cluster', {
      clusterName: CLUSTER,
      vpc: network.vpc,
      containerInsightsV2: ContainerInsights.ENHANCED,
    });
    // Container Insights would make its log itself, without our key and without an end.
    const insights = `/aws/ecs/containerinsights/${CLUSTER}/performance`;
    this.cluster.node.addDependency(cellLogGroup(this, 'Insights', { cell, key: keys.operations, name: insights }));
    this.service = new FargateService(this, 'Service', {
      cluster: this.cluster,
      taskDefinition: this.taskDefinition(props),
      vpcSubnets: network.tasks,
      securityGroups: [peers.service],
      assignPublicIp: false,
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      circuitBreaker: { enable: true, rollback: true },
      availabilityZoneRebalancing: AvailabilityZoneRebalancing.ENABLED,
      healthCheckGracePeriod: Duration.minutes(2),
      propagateTags: PropagatedTagSource.SERVICE,
      enableECSManagedTags: true,
      enableExecuteCommand: false,
    });
    this.letOldTasksFinishTheirCalls();
    this.scaleOnCalls(cell);
  }

  /** A deployment that makes calls fail is undone. */
  rollBackOn(alarms: CellAlarms): void {
    const names = ['CallsFailed', 'LoadBalancerErrors'];
    // By its given name: a reference would look to the library like a possible circle.
    const behavior = AlarmBehavior.ROLLBACK_ON_ALARM;
    this.service.enableDeploymentAlarms(
      names.map((name) => alarms.nameOf(name)),
      { behavior },
    );
    this.service.node.addDependency(...names.map((name) => alarms.named(name)));
  }

  private taskDefinition({ cell, image, keys, secrets, ...stores }: VoiceServiceProps): FargateTaskDefinition {
    const definition = new FargateTaskDefinition(this, 'Task', {
      cpu: cell.capacity.taskCpu,
      memoryLimitMiB: cell.capacity.taskMemoryMiB,
      runtimePlatform: { cpuArchitecture: CpuArchitecture.ARM64, operatingSystemFamily: OperatingSystemFamily.LINUX },
      taskRole: new TaskRole(this, 'TaskRole', { cell, keys, clusterName: this.cluster.clusterName, ...stores }).role,
    });
    definition.addContainer(this.containerName, {
      image: containerImage(this, image),
      versionConsistency: VersionConsistency.ENABLED,
      readonlyRootFilesystem: true,
      user: '1000:1000',
      stopTimeout: Duration.millis(cell.drain.stopTimeoutMs),
      portMappings: [{ containerPort: PORTS.service }],
      environment: taskEnvironment({ cell, ...stores }),
      secrets: Object.fromEntries(
        secrets.all.map(({ variable, secret }) => [variable, Secret.fromSecretsManager(secret)]),
      ),
      logging: LogDriver.awsLogs({
        streamPrefix: 'voice',
        logGroup: cellLogGroup(this, 'Logs', { cell, key: keys.operations }),
        // A slow log must not hold up the audio of a hundred calls.
        mode: AwsLogDriverMode.NON_BLOCKING,
      }),
    });
    return definition;
  }

  /**
   * A deployment is done when the new tasks are well; protected old tasks end in the background, when their last call
   * does. Otherwise CloudFormation would wait for them, and roll back after three hours.
   */
  private letOldTasksFinishTheirCalls(): void {
    (this.service.node.defaultChild as CfnService).addPropertyOverride('DeploymentConfiguration.EarlySuccessCriteria', {
      Enable: true,
      HealthyPercent: 100,
      SourceServiceRevisionCleanup: 'DEFERRED',
    });
  }

  /** Task protection keeps scaling in from ending a call, so it may follow the same number in both directions. */
  private scaleOnCalls({ region, capacity }: Cell): void {
    this.service
      .autoScaleTaskCount({ minCapacity: capacity.minTasks, maxCapacity: capacity.maxTasks })
      .scaleToTrackCustomMetric('Calls', {
        metric: cellMetric('ActiveCalls', { region, statistic: 'Average' }),
        targetValue: capacity.callsPerTask * SCALE_OUT_AT,
        scaleOutCooldown: Duration.minutes(1),
        scaleInCooldown: Duration.minutes(10),
      });
  }
}
