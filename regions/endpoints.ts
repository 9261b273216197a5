/**
 * Every service host, from the region. Nothing outside `regions/` spells one.
 * Host patterns: botocore 1.43.107 `endpoints.json`, read 2026-11-22.
 */

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
