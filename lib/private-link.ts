import { Aws, Stack } from 'aws-cdk-lib';
import { GatewayVpcEndpointAwsService, InterfaceVpcEndpointAwsService } from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Cell } from '../regions/cell.ts';
import type { CellNetwork } from './network.ts';
import type { Peers } from './peers.ts';

interface Door {
  readonly id: string;
  readonly service: InterfaceVpcEndpointAwsService;
  /** All that may be asked through this door. */
  readonly actions: string[];
  /** The resources behind it belong to this account; the AWS speech and language models do not. */
  readonly ownResources?: boolean;
}

const of = InterfaceVpcEndpointAwsService;

const PULL = [
  'ecr:GetAuthorizationToken',
  'ecr:BatchCheckLayerAvailability',
  'ecr:GetDownloadUrlForLayer',
  'ecr:BatchGetImage',
];

/** What every task needs to live. Fargate needs no endpoints of the ECS agent. */
const ALWAYS: readonly Door[] = [
  { id: 'EcrApi', service: of.ECR, actions: PULL },
  { id: 'EcrDocker', service: of.ECR_DOCKER, actions: PULL },
  { id: 'Logs', service: of.CLOUDWATCH_LOGS, actions: ['logs:CreateLogStream', 'logs:PutLogEvents'] },
  { id: 'SecretsManager', service: of.SECRETS_MANAGER, actions: ['secretsmanager:GetSecretValue'], ownResources: true },
  { id: 'Kms', service: of.KMS, actions: ['kms:Decrypt', 'kms:GenerateDataKey'], ownResources: true },
  { id: 'Sts', service: of.STS, actions: ['sts:GetCallerIdentity', 'sts:AssumeRole'] },
  {
    id: 'Ecs',
    service: of.ECS,
    actions: ['ecs:GetTaskProtection', 'ecs:UpdateTaskProtection', 'ecs:DescribeServices'],
  },
  { id: 'Monitoring', service: of.CLOUDWATCH_MONITORING, actions: ['cloudwatch:PutMetricData'] },
  { id: 'XRay', service: of.XRAY, actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'] },
];

/** What a provider needs, where it is the cell's choice. */
const BY_PROVIDER: Readonly<Record<string, Door>> = {
  transcribe: { id: 'Transcribe', service: of.TRANSCRIBE_STREAMING, actions: ['transcribe:StartStreamTranscription'] },
  bedrock: {
    id: 'Bedrock',
    service: of.BEDROCK_RUNTIME,
    actions: ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'],
  },
  polly: { id: 'Polly', service: of.POLLY, actions: ['polly:SynthesizeSpeech', 'polly:StartSpeechSynthesisStream'] },
};

/** The AWS services a cell reaches, each by a private door of its own region. */
function doorsOf({ speechToText, languageModel, textToSpeech }: Cell): Door[] {
  const chosen = [speechToText, languageModel, textToSpeech].map(({ provider }) => BY_PROVIDER[provider]);
  return [...ALWAYS, ...chosen.filter((door) => door !== undefined)];
}

export interface PrivateLinkProps {
  readonly cell: Cell;
  readonly network: CellNetwork;
  readonly peers: Peers;
}

/** Every way from a task to an AWS service. Each door opens to this account only, and only for what a cell asks. */
export class PrivateLink extends Construct {
  constructor(scope: Construct, id: string, { cell, network, peers }: PrivateLinkProps) {
    super(scope, id);
    for (const door of doorsOf(cell)) {
      const endpoint = network.vpc.addInterfaceEndpoint(door.id, {
        service: door.service,
        subnets: network.tasks,
        securityGroups: [peers.endpoints],
        open: false,
      });
      endpoint.addToPolicy(
        new PolicyStatement({
          principals: [new AnyPrincipal()],
          actions: door.actions,
          resources: ['*'],
          conditions: {
            StringEquals: {
              'aws:PrincipalAccount': Aws.ACCOUNT_ID,
              ...(door.ownResources && { 'aws:ResourceAccount': Aws.ACCOUNT_ID }),
            },
          },
        }),
      );
    }
    this.openStorage(network, cell.region);
  }

  private openStorage({ vpc, tasks }: CellNetwork, region: string): void {
    const storage = vpc.addGatewayEndpoint('S3', { service: GatewayVpcEndpointAwsService.S3, subnets: [tasks] });
    storage.addToPolicy(
      new PolicyStatement({
        sid: 'OurBuckets',
        principals: [new AnyPrincipal()],
        actions: ['s3:*'],
        resources: ['*'],
        conditions: { StringEquals: { 'aws:PrincipalAccount': Aws.ACCOUNT_ID, 'aws:ResourceAccount': Aws.ACCOUNT_ID } },
      }),
    );
    // Image layers come from a bucket of ECR's own, signed by ECR: the caller is not of this account.
    storage.addToPolicy(
      new PolicyStatement({
        sid: 'ImageLayers',
        principals: [new AnyPrincipal()],
        actions: ['s3:GetObject'],
        resources: [`arn:${Stack.of(this).partition}:s3:::prod-${region}-starport-layer-bucket/*`],
      }),
    );
  }
}
