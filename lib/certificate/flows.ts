/** Where data goes: who works on it, through which doors, and out to whom. */
import type { Cell } from '../../regions/cell.ts';
import { type Part, show, target } from './template.ts';

export interface Processor {
  readonly what: string;
  /** What it is given. */
  readonly gets: string;
  readonly region: string;
  readonly evidence: string;
}

export interface Endpoint {
  readonly service: string;
  /** `private`: in the VPC. `public`: anybody can knock. */
  readonly reach: 'private' | 'public' | 'internal';
  readonly region: string;
  readonly evidence: string;
}

export interface Egress {
  readonly host: string;
  readonly region: string;
  readonly evidence: string;
}

const CALL = 'the audio and the words of calls';

/** The processes and services that work on calls: the tasks, the front door, and whom the cell in their environment names. */
export function processorsOf(parts: readonly Part[], cell: Cell, region: string): Processor[] {
  const ofType = (type: string) => parts.filter((part) => part.type === type);
  const env = ofType('AWS::ECS::TaskDefinition')[0]!;
  const named = (path: string) => `${env.logicalId}: VOICECELL_CELL.${path}`;
  const { speechToText, languageModel, textToSpeech, channels } = cell;
  const processors: Processor[] = [
    {
      what: 'Voice tasks (Fargate)',
      gets: CALL,
      region,
      evidence: ofType('AWS::ECS::Service')
        .map((part) => part.evidence('LaunchType'))
        .join('; '),
    },
    ...ofType('AWS::ElasticLoadBalancingV2::LoadBalancer').map((part) => ({
      what: 'Load balancer',
      gets: CALL,
      region,
      evidence: part.evidence('Scheme'),
    })),
    {
      what: speechToText.provider,
      gets: 'what callers say',
      region: regionOf(speechToText.provider, region),
      evidence: named('speechToText'),
    },
    {
      what: `${languageModel.provider} ${languageModel.modelId}`,
      gets: 'the words of calls',
      region: regionOf(languageModel.provider, region),
      evidence: named('languageModel'),
    },
    {
      what: `${textToSpeech.provider} ${textToSpeech.voice}`,
      gets: 'what is answered',
      region: regionOf(textToSpeech.provider, region),
      evidence: named('textToSpeech'),
    },
  ];
  if (channels.twilio)
    processors.push({
      what: 'Twilio',
      gets: `${CALL}, and both numbers`,
      region: `Twilio ${channels.twilio.region}, edge ${channels.twilio.edge}`,
      evidence: named('channels.twilio'),
    });
  return processors;
}

const AWS_PROVIDERS = ['transcribe', 'bedrock', 'polly'];

const regionOf = (provider: string, region: string): string =>
  AWS_PROVIDERS.includes(provider) ? region : 'the jurisdiction of the host it is pinned to, see egress';

/** Every door of the VPC. */
export function endpointsOf(parts: readonly Part[], region: string): Endpoint[] {
  return parts.flatMap((part): Endpoint[] => {
    if (part.type === 'AWS::EC2::VPCEndpoint')
      return [
        { service: show(part.get('ServiceName')), reach: 'private', region, evidence: part.evidence('ServiceName') },
      ];
    if (part.type === 'AWS::ElasticLoadBalancingV2::Listener')
      return [
        {
          service: `load balancer, ${show(part.get('Protocol'))} ${show(part.get('Port'))}`,
          reach: isPublic(part, parts) ? 'public' : 'internal',
          region,
          evidence: part.evidence('Protocol', 'SslPolicy'),
        },
      ];
    return [];
  });
}

function isPublic(listener: Part, parts: readonly Part[]): boolean {
  const balancer = parts.find((part) => part.logicalId === target(listener.get('LoadBalancerArn')));
  return balancer?.get('Scheme') === 'internet-facing';
}

/** The hosts outside AWS that a task can reach. */
export function egressOf(parts: readonly Part[], region: string): Egress[] {
  return parts
    .filter((part) => part.type === 'AWS::NetworkFirewall::RuleGroup')
    .flatMap((part) => {
      const list = 'RuleGroup.RulesSource.RulesSourceList.Targets';
      return (part.get(list) as string[]).map((host) => ({
        host,
        region: `${region}'s jurisdiction`,
        evidence: `${part.logicalId}.${list}`,
      }));
    });
}

/** The routes that lead out of the subnets of tasks and data; a cell of AWS providers has none. */
export function waysOut(parts: readonly Part[]): string[] {
  const hidden = new Set(
    parts
      .filter(
        (part) => part.type === 'AWS::EC2::Subnet' && ['tasks', 'data'].includes(part.tag('aws-cdk:subnet-name') ?? ''),
      )
      .map((subnet) => subnet.logicalId),
  );
  const tables = new Set(
    parts
      .filter(
        (part) =>
          part.type === 'AWS::EC2::SubnetRouteTableAssociation' && hidden.has(target(part.get('SubnetId')) ?? ''),
      )
      .map((association) => target(association.get('RouteTableId'))),
  );
  return parts
    .filter((part) => part.type === 'AWS::EC2::Route' && tables.has(target(part.get('RouteTableId'))))
    .map((route) => `${route.path}: ${show(route.get('DestinationCidrBlock'))}`);
}
