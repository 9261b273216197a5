/** Asks a live account, through the AWS SDK, what the registry claims to know. Reads only. */
import { BedrockClient, ListFoundationModelsCommand } from '@aws-sdk/client-bedrock';
import { DescribeEffectivePolicyCommand, OrganizationsClient } from '@aws-sdk/client-organizations';
import { DescribeVoicesCommand, type DescribeVoicesCommandOutput, PollyClient } from '@aws-sdk/client-polly';
import {
  GetAWSDefaultServiceQuotaCommand,
  GetServiceQuotaCommand,
  ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas';
import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { knownFacts, type RegionFacts, type Service } from '../../regions/facts.ts';
import { nearestRegions } from '../../regions/nearest.ts';
import { type AccountAnswers, type Answer, ASKED_SERVICES, OPT_OUT_SERVICES } from '../../regions/preflight.ts';
import { explainFailure, type Failure } from './failure.ts';

export interface Identity {
  readonly account: string;
  readonly arn: string;
}

export interface AskOptions {
  /** For connecting and for answering, each. */
  readonly timeoutMs: number;
}

/** Who is asking. Fails for the reasons that make every other question pointless. */
export async function askIdentity(region: RegionFacts, options: AskOptions): Promise<Identity | Failure> {
  const client = new STSClient(clientConfig(region.code, options));
  try {
    const { Account, Arn } = await client.send(new GetCallerIdentityCommand({}));
    return { account: Account ?? 'unknown', arn: Arn ?? 'unknown' };
  } catch (error) {
    return explainFailure(error, 'sts:GetCallerIdentity', region);
  } finally {
    client.destroy();
  }
}

/** All questions at once; each gets its own answer or its own reason for none. */
export async function askAccount(region: RegionFacts, options: AskOptions): Promise<AccountAnswers> {
  const [services, models, voices, quotas, optedOut] = await Promise.all([
    answer('ssm:GetParameters', region, () => listServices(region, options)),
    answer('bedrock:ListFoundationModels', region, () => listModels(region.code, options)),
    answer('polly:DescribeVoices', region, () => listVoices(region.code, options)),
    answer('servicequotas:GetServiceQuota', region, () => listQuotas(region.code, options)),
    answer('organizations:DescribeEffectivePolicy', region, () => readOptOut(region.code, options)),
  ]);
  return { services, models, voices, quotas, optedOut };
}

async function answer<Value>(action: string, region: RegionFacts, ask: () => Promise<Value>): Promise<Answer<Value>> {
  try {
    return { ok: true, value: await ask() };
  } catch (error) {
    const { why, mend } = explainFailure(error, action, region);
    return { ok: false, why, mend };
  }
}

function clientConfig(region: string, { timeoutMs }: AskOptions) {
  return {
    region,
    maxAttempts: 2,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: timeoutMs,
      requestTimeout: timeoutMs,
      throwOnRequestTimeout: true,
    }),
  };
}

/** The names SSM gives to services where they differ from those of the endpoints. */
const SSM_NAMES: Readonly<Partial<Record<Service, string>>> = { lex: 'lex-runtime' };

/** SSM knows the infrastructure of every region, but answers in some only: the nearest of those is asked. */
async function listServices(region: RegionFacts, options: AskOptions): Promise<Service[]> {
  const answering = knownFacts.services.infrastructureParameters.regions;
  const asked = answering.includes(region.code)
    ? region.code
    : nearestRegions(region, (code) => answering.includes(code))[0]?.code;
  if (!asked) throw new Error(`no region of the partition ${region.partition} answers about its infrastructure`);
  const client = new SSMClient(clientConfig(asked, options));
  const nameOf = (service: Service) =>
    `/aws/service/global-infrastructure/regions/${region.code}/services/${SSM_NAMES[service] ?? service}`;
  try {
    const { Parameters = [] } = await client.send(new GetParametersCommand({ Names: ASKED_SERVICES.map(nameOf) }));
    const found = new Set(Parameters.map(({ Name }) => Name));
    return ASKED_SERVICES.filter((service) => found.has(nameOf(service)));
  } finally {
    client.destroy();
  }
}

async function listModels(region: string, options: AskOptions): Promise<string[]> {
  const client = new BedrockClient(clientConfig(region, options));
  try {
    const { modelSummaries = [] } = await client.send(
      new ListFoundationModelsCommand({ byInferenceType: 'ON_DEMAND' }),
    );
    return modelSummaries.flatMap(({ modelId }) => modelId ?? []);
  } finally {
    client.destroy();
  }
}

async function listVoices(region: string, options: AskOptions) {
  const client = new PollyClient(clientConfig(region, options));
  const voices: { id: string; engines: readonly string[] }[] = [];
  try {
    let NextToken: string | undefined;
    do {
      const page: DescribeVoicesCommandOutput = await client.send(new DescribeVoicesCommand({ NextToken }));
      for (const { Id, SupportedEngines = [] } of page.Voices ?? [])
        if (Id) voices.push({ id: Id, engines: SupportedEngines });
      NextToken = page.NextToken;
    } while (NextToken);
    return voices;
  } finally {
    client.destroy();
  }
}

async function listQuotas(region: string, options: AskOptions): Promise<Record<string, number>> {
  const client = new ServiceQuotasClient(clientConfig(region, options));
  const quotaValue = async (ServiceCode: string, QuotaCode: string) => {
    try {
      return (await client.send(new GetServiceQuotaCommand({ ServiceCode, QuotaCode }))).Quota?.Value;
    } catch (error) {
      // A quota nobody asked to raise may have no value of its own yet.
      if (!(error instanceof Error) || error.name !== 'NoSuchResourceException') throw error;
      return (await client.send(new GetAWSDefaultServiceQuotaCommand({ ServiceCode, QuotaCode }))).Quota?.Value;
    }
  };
  try {
    const values = await Promise.all(
      knownFacts.quotas.quotas.map(async ({ service, code }) => [code, await quotaValue(service, code)] as const),
    );
    return Object.fromEntries(values.flatMap(([code, value]) => (value === undefined ? [] : [[code, value]])));
  } finally {
    client.destroy();
  }
}

/** Without an organization, or without a policy, nobody has opted out. */
const NO_POLICY = new Set([
  'EffectivePolicyNotFoundException',
  'AWSOrganizationsNotInUseException',
  'PolicyTypeNotEnabledException',
]);

async function readOptOut(region: string, options: AskOptions): Promise<Record<string, boolean>> {
  const client = new OrganizationsClient(clientConfig(region, options));
  try {
    const { EffectivePolicy } = await client.send(
      new DescribeEffectivePolicyCommand({ PolicyType: 'AISERVICES_OPT_OUT_POLICY' }),
    );
    return readOptOutPolicy(EffectivePolicy?.PolicyContent ?? '{}');
  } catch (error) {
    if (error instanceof Error && NO_POLICY.has(error.name)) return {};
    throw error;
  } finally {
    client.destroy();
  }
}

/** `{"services":{"default":{"opt_out_policy":"optOut"},"lex":{"opt_out_policy":"optIn"}}}` */
export function readOptOutPolicy(content: string): Record<string, boolean> {
  const policy: { services?: Record<string, { opt_out_policy?: string }> } = JSON.parse(content);
  const choice = (service: string) => policy.services?.[service]?.opt_out_policy;
  return Object.fromEntries(
    OPT_OUT_SERVICES.map((service) => [service, (choice(service) ?? choice('default')) === 'optOut']),
  );
}
