/**
 * Every service host, from the region. Nothing outside `regions/` spells one.
 * Host patterns: botocore 1.43.107 `endpoints.json`, read 2026-11-22; third parties: `facts/providers.json`.
 */
import type { Cell } from './cell.ts';
import { type Facts, knownFacts, own, regionFacts } from './facts.ts';
import { partitionOf } from './naming.ts';

export type AwsService =
  | 'transcribestreaming'
  | 'transcribe'
  | 'polly'
  | 'bedrock-runtime'
  | 'bedrock'
  | 's3'
  | 'kms'
  | 'secretsmanager'
  | 'sts'
  | 'ecs'
  | 'logs'
  | 'monitoring'
  | 'xray';

/** The services a runtime process itself talks to; the region guard lets nothing else out. */
export const RUNTIME_SERVICES = [
  'transcribestreaming',
  'transcribe',
  'polly',
  'bedrock-runtime',
  's3',
  'kms',
  'secretsmanager',
  'sts',
  'ecs',
  'logs',
  'monitoring',
  'xray',
] as const satisfies readonly AwsService[];

/** The DNS suffix of the partition a region belongs to. */
export function dnsSuffix(region: string): string {
  if (region.startsWith('cn-')) return 'amazonaws.com.cn';
  if (region.startsWith('eusc-')) return 'amazonaws.eu';
  return 'amazonaws.com';
}

/** `awsHost('polly', 'eu-central-1')` → `polly.eu-central-1.amazonaws.com`. Resolving a host is not validating it. */
export function awsHost(service: AwsService, region: string): string {
  return `${service}.${region}.${dnsSuffix(region)}`;
}

export type SpeechOrModel = 'speechToText' | 'languageModel' | 'textToSpeech';

/**
 * The host of a third-party provider that stays in the region's jurisdiction; undefined when it has none there. The
 * host that answers from anywhere is never returned.
 */
export function providerHost(
  provider: string,
  service: SpeechOrModel,
  region: string,
  facts: Facts = knownFacts,
): string | undefined {
  const known = own(facts.providers, provider);
  const place = regionFacts(region, facts);
  if (!known?.services.includes(service) || !place) return undefined;
  const pattern = known.hostPatterns[service];
  if (pattern === undefined) return known.hosts[place.jurisdiction]?.[0];
  const theirs = known.places[region];
  return theirs && pattern.replace('{place}', theirs);
}

/** The only hosts outside AWS that a cell's tasks may reach: those of the third-party providers it names. */
export function egressHosts(cell: Cell, facts: Facts = knownFacts): string[] {
  const services: SpeechOrModel[] = ['speechToText', 'languageModel', 'textToSpeech'];
  return services
    .map((service) => providerHost(cell[service].provider, service, cell.region, facts))
    .filter((host) => host !== undefined);
}

/** Twilio's REST host; only region **and** edge together name one that answers (since 2026-04-28). */
export function twilioApiHost(twilio: { region: string; edge: string }, facts: Facts = knownFacts): string {
  return facts.telephony.twilio.apiHost
    .replace('{product}', 'api')
    .replace('{edge}', twilio.edge)
    .replace('{region}', twilio.region);
}

/** Where a person looks at a region. */
export function consoleHost(region: string): string {
  return partitionOf(region).name === 'aws-us-gov'
    ? 'console.amazonaws-us-gov.com'
    : `${region}.console.aws.amazon.com`;
}
