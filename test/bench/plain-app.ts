/**
 * What a team would write with the same library and nothing of ours: the same kinds of resources, about as many, one
 * stack a region, no registry, no judges but the library's own, no certificate.
 */
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Dashboard, GraphWidget, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import {
  FlowLogDestination,
  GatewayVpcEndpointAwsService,
  InstanceType,
  InterfaceVpcEndpointAwsService as Service,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { Cluster, ContainerImage, FargateService, FargateTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { CfnReplicationGroup, CfnSubnetGroup } from 'aws-cdk-lib/aws-elasticache';
import { ApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Credentials, DatabaseInstance, DatabaseInstanceEngine, PostgresEngineVersion } from 'aws-cdk-lib/aws-rds';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { cells } from '../../regions/cells/index.ts';

const SERVICES = [
  ...[Service.ECR, Service.ECR_DOCKER, Service.CLOUDWATCH_LOGS, Service.SECRETS_MANAGER, Service.KMS, Service.STS],
  ...[Service.ECS, Service.CLOUDWATCH_MONITORING, Service.XRAY, Service.TRANSCRIBE_STREAMING, Service.POLLY],
  Service.BEDROCK_RUNTIME,
];

class PlainStack extends Stack {
  readonly #zones: string[];

  constructor(app: App, region: string, zones: readonly string[]) {
    super(app, `Plain-${region}`, { env: { region } });
    this.#zones = [...zones];
    const keys = ['A', 'B', 'C', 'D'].map((id) => new Key(this, `Key${id}`, { enableKeyRotation: true }));
    const vpc = new Vpc(this, 'Vpc', {
      natGateways: 0,
      maxAzs: 3,
      restrictDefaultSecurityGroup: false,
      subnetConfiguration: ['tasks', 'data'].map((name) => ({ name, subnetType: SubnetType.PRIVATE_ISOLATED })),
      gatewayEndpoints: { S3: { service: GatewayVpcEndpointAwsService.S3 } },
    });
    vpc.addFlowLog('FlowLog', { destination: FlowLogDestination.toCloudWatchLogs(new LogGroup(this, 'FlowLogs')) });
    for (const service of SERVICES)
      vpc.addInterfaceEndpoint(service.shortName, { service, subnets: { subnetGroupName: 'tasks' } });
    for (const key of keys) new Bucket(this, `Bucket${key.node.id}`, { encryptionKey: key, enforceSSL: true });

    const database = new DatabaseInstance(this, 'Database', {
      engine: DatabaseInstanceEngine.postgres({ version: PostgresEngineVersion.VER_17_9 }),
      instanceType: new InstanceType('m7g.large'),
      credentials: Credentials.fromUsername('plain'),
      manageMasterUserPassword: true,
      vpc,
      vpcSubnets: { subnetGroupName: 'data' },
      multiAz: true,
      storageEncryptionKey: keys[0],
    });
    const subnets = new CfnSubnetGroup(this, 'CacheSubnets', {
      description: 'data',
      subnetIds: vpc.selectSubnets({ subnetGroupName: 'data' }).subnetIds,
    });
    new CfnReplicationGroup(this, 'Cache', {
      replicationGroupDescription: 'sessions',
      engine: 'valkey',
      cacheNodeType: 'cache.m7g.large',
      numCacheClusters: 2,
      automaticFailoverEnabled: true,
      transitEncryptionEnabled: true,
      cacheSubnetGroupName: subnets.ref,
    });

    const taskDefinition = new FargateTaskDefinition(this, 'Task');
    taskDefinition.addContainer('app', {
      image: ContainerImage.fromRegistry('app'),
      portMappings: [{ containerPort: 8080 }],
    });
    const service = new FargateService(this, 'Service', {
      cluster: new Cluster(this, 'Cluster', { vpc }),
      taskDefinition,
      vpcSubnets: { subnetGroupName: 'tasks' },
      minHealthyPercent: 100,
    });
    service.connections.allowToDefaultPort(database);
    service
      .autoScaleTaskCount({ minCapacity: 2, maxCapacity: 20 })
      .scaleOnCpuUtilization('Cpu', { targetUtilizationPercent: 70 });
    const balancer = new ApplicationLoadBalancer(this, 'Balancer', { vpc, vpcSubnets: { subnetGroupName: 'tasks' } });
    balancer.addListener('Http', { port: 80 }).addTargets('Tasks', { port: 8080, targets: [service] });

    new Topic(this, 'Topic', { masterKey: keys[3] });
    const dashboard = new Dashboard(this, 'Dashboard');
    for (let index = 0; index < 20; index++) {
      const metric = new Metric({ namespace: 'Plain', metricName: `Metric${index}`, period: Duration.minutes(1) });
      metric.createAlarm(this, `Alarm${index}`, { threshold: 1, evaluationPeriods: 1 });
      dashboard.addWidgets(new GraphWidget({ left: [metric] }));
    }
  }

  override get availabilityZones(): string[] {
    return this.#zones;
  }
}

const app = new App();
for (const { region, availabilityZones } of cells) new PlainStack(app, region, availabilityZones);
app.synth();
