/**
 * An AWS account on one local port: answers the few questions of preflight in the wire formats of the services (AWS
 * JSON 1.1, REST-JSON, the query protocol of STS), shapes written down from the API references. What it says can be
 * changed per test; every request is kept.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { conversationModels, knownFacts, offers, pollyVoices, type Service } from '../../regions/facts.ts';

export interface WireReply {
  readonly status?: number;
  readonly contentType?: string;
  readonly body: string;
}

/** `SSM.GetParameters` → the reply to this request, or undefined for none, ever. */
export type Script = Record<string, (request: AskedRequest) => WireReply | undefined>;

export interface AskedRequest {
  readonly operation: string;
  /** Of the signature: which region and service the caller meant. */
  readonly signedFor: string;
  readonly body: string;
  readonly url: string;
}

export interface AccountServer {
  readonly endpoint: string;
  readonly asked: readonly AskedRequest[];
  close(): Promise<void>;
}

export async function startAccount(script: Script): Promise<AccountServer> {
  const asked: AskedRequest[] = [];
  const server = createServer((request, response) => void serve(request, response, script, asked));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () => closeServer(server),
  };
}

function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  script: Script,
  asked: AskedRequest[],
): Promise<void> {
  let body = '';
  for await (const chunk of request) body += chunk;
  const operation = operationOf(request, body);
  const scope = /Credential=[^/]+\/\d+\/([^/]+\/[^/]+)\//.exec(request.headers.authorization ?? '');
  const seen = { operation, signedFor: scope?.[1] ?? 'unsigned', body, url: request.url ?? '' };
  asked.push(seen);
  const reply = (script[operation] ?? (() => error(404, 'UnknownOperationException', operation)))(seen);
  if (!reply) return;
  response.writeHead(reply.status ?? 200, { 'content-type': reply.contentType ?? 'application/x-amz-json-1.1' });
  response.end(reply.body);
}

function operationOf(request: IncomingMessage, body: string): string {
  const target = String(request.headers['x-amz-target'] ?? '');
  if (target)
    return target.replace(/^(Amazon)?(SSM|ServiceQuotas|AWSOrganizations)[^.]*\./, '$2.').replace('AWSOrg', 'Org');
  if (request.url?.startsWith('/foundation-models')) return 'Bedrock.ListFoundationModels';
  if (request.url?.startsWith('/v1/voices')) return 'Polly.DescribeVoices';
  return `STS.${new URLSearchParams(body).get('Action')}`;
}

export function json(value: unknown): WireReply {
  return { body: JSON.stringify(value) };
}

/** An error as the JSON protocols spell it. */
export function error(status: number, type: string, message: string): WireReply {
  return { status, body: JSON.stringify({ __type: type, message }) };
}

/** An error as the query protocol of STS spells it. */
export function queryError(status: number, code: string, message: string): WireReply {
  return {
    status,
    contentType: 'text/xml',
    body: `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r</RequestId></ErrorResponse>`,
  };
}

/** An account in which everything is as the registry says, with quotas for a full cell and the opt-out in place. */
export function agreeingAccount(region: string): Script {
  const voices = [
    ...new Set(
      (['standard', 'neural', 'generative', 'long-form'] as const).flatMap((engine) =>
        pollyVoices(region, engine).map(({ id }) => id),
      ),
    ),
  ];
  const enginesOf = (voice: string) =>
    (['standard', 'neural', 'generative', 'long-form'] as const).filter((engine) =>
      pollyVoices(region, engine).some(({ id }) => id === voice),
    );
  const quotas: Record<string, number> = { 'L-0599F82B': 5000, 'L-2B06FDCC': 500, 'L-3032A538': 400 };
  return {
    'STS.GetCallerIdentity': () => ({
      contentType: 'text/xml',
      body:
        '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>' +
        '<Arn>arn:aws:iam::111122223333:user/operator</Arn><UserId>AIDA</UserId><Account>111122223333</Account>' +
        '</GetCallerIdentityResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></GetCallerIdentityResponse>',
    }),
    'SSM.GetParameters': ({ body }) => {
      const { Names }: { Names: string[] } = JSON.parse(body);
      const serviceOf = (name: string) => name.split('/').at(-1)!.replace('lex-runtime', 'lex') as Service;
      const found = Names.filter((name) => offers(name.split('/')[5]!, serviceOf(name)));
      return json({
        Parameters: found.map((Name) => ({
          Name,
          Type: 'String',
          Value: serviceOf(Name),
          Version: 1,
          DataType: 'text',
        })),
        InvalidParameters: Names.filter((name) => !found.includes(name)),
      });
    },
    'Bedrock.ListFoundationModels': () =>
      json({
        modelSummaries: conversationModels(region).map(({ id }) => ({
          modelArn: `arn:aws:bedrock:${region}::foundation-model/${id}`,
          modelId: id,
          inferenceTypesSupported: ['ON_DEMAND'],
          modelLifecycle: { status: 'ACTIVE' },
        })),
      }),
    // Two pages, as Polly answers when the list is long.
    'Polly.DescribeVoices': ({ url }) => {
      const second = new URL(url, 'http://polly').searchParams.get('NextToken') === 'page-2';
      const half = Math.ceil(voices.length / 2);
      const page = second ? voices.slice(half) : voices.slice(0, half);
      return json({
        Voices: page.map((Id) => ({
          Id,
          Name: Id,
          LanguageCode: knownFacts.polly.voices[Id]!.languages[0],
          SupportedEngines: enginesOf(Id),
        })),
        ...(second ? {} : { NextToken: 'page-2' }),
      });
    },
    'ServiceQuotas.GetServiceQuota': ({ body }) => {
      const { ServiceCode, QuotaCode } = JSON.parse(body);
      return json({ Quota: { ServiceCode, QuotaCode, Value: quotas[QuotaCode], Adjustable: true } });
    },
    'Organizations.DescribeEffectivePolicy': () => optOutPolicy({ default: 'optOut' }),
  };
}

export function optOutPolicy(services: Record<string, 'optIn' | 'optOut'>): WireReply {
  const content = Object.fromEntries(
    Object.entries(services).map(([name, choice]) => [name, { opt_out_policy: choice }]),
  );
  return json({
    EffectivePolicy: {
      PolicyContent: JSON.stringify({ services: content }),
      PolicyType: 'AISERVICES_OPT_OUT_POLICY',
      TargetId: '111122223333',
      LastUpdatedTimestamp: 1_780_000_000,
    },
  });
}
