/**
 * The shared AWS clients of a process: one a service, their connections kept.
 *
 * Left to themselves the clients open a connection for every request: all three services have a streaming operation, so
 * the SDK gives them an HTTP/2 handler with concurrent streams off. That is right for Transcribe, which allows one
 * stream a connection, and wasteful for the other two. They get a pool, one stream at a time on each connection: a
 * broken connection costs one call, and a cancelled reply (every barge-in is one) leaves its connection open.
 * `requestHandler` is an instance, never an options object: an object silently drops the SDK's own setting.
 */
import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { PollyClient } from '@aws-sdk/client-polly';
import { TranscribeStreamingClient, type TranscribeStreamingClientConfig } from '@aws-sdk/client-transcribe-streaming';
import { NodeHttp2Handler } from '@smithy/node-http-handler';
import { type AwsService, awsHost } from '../../../regions/endpoints.ts';

export type AwsCredentials = NonNullable<TranscribeStreamingClientConfig['credentials']>;

export interface AwsClientOptions {
  /** Where the emulated services listen: `http://127.0.0.1:4566`. Absent: the services of the cell's region. */
  readonly endpoint?: string;
  /** Absent: found where AWS clients look for them (task role, environment), or made up for an emulator. */
  readonly credentials?: AwsCredentials;
}

export interface AwsClients {
  readonly transcribe: TranscribeStreamingClient;
  readonly bedrock: BedrockRuntimeClient;
  readonly polly: PollyClient;
  /** Finds credentials and opens connections ahead of a call. Never throws: what fails here fails again in the call. */
  warm(): Promise<void>;
  destroy(): void;
}

/** An idle connection is closed before a load balancer forgets it (350 s) and lets the next request hang. */
const IDLE_CONNECTION_MS = 60_000;
const WARM_UP_MS = 1_000;
/** The clients would write to the console; what went wrong is logged where it is dealt with. */
const silent = { debug() {}, info() {}, warn() {}, error() {} };
/** An emulator checks no signatures, but the clients do not send anything unsigned. */
const EMULATED_CREDENTIALS = { accessKeyId: 'emulated', secretAccessKey: 'emulated' };

class PooledHandler extends NodeHttp2Handler {
  readonly #poolEventStreams: boolean;

  /** @param options `poolEventStreams`: true where event streams only come out, and so are ordinary responses. */
  constructor({ poolEventStreams }: { poolEventStreams: boolean }) {
    super({ disableConcurrentStreams: false, maxConcurrentStreams: 1, sessionTimeout: IDLE_CONNECTION_MS });
    this.#poolEventStreams = poolEventStreams;
  }

  override handle(...[request, options]: Parameters<NodeHttp2Handler['handle']>) {
    return super.handle(request, this.#poolEventStreams ? { ...options, isEventStream: false } : options);
  }

  /** An unsigned request whose answer does not matter: name looked up, connection and encryption set up, and kept. */
  async knock(url: string): Promise<void> {
    const { protocol, hostname, port } = new URL(url);
    const request = {
      method: 'GET',
      protocol,
      hostname,
      port: port || undefined,
      path: '/ping',
      query: {},
      headers: {},
    };
    const { response } = await this.handle(request as unknown as Parameters<NodeHttp2Handler['handle']>[0], {
      abortSignal: AbortSignal.timeout(WARM_UP_MS),
    });
    response.body?.resume?.();
  }
}

export function createAwsClients(region: string, { endpoint, credentials }: AwsClientOptions): AwsClients {
  const urlOf = (service: AwsService) => endpoint ?? `https://${awsHost(service, region)}`;
  const config = (service: AwsService) => ({
    region,
    endpoint: urlOf(service),
    // The latency budget is ours to spend: `runtime/providers/retry.ts`.
    maxAttempts: 1,
    logger: silent,
    credentials: credentials ?? (endpoint ? EMULATED_CREDENTIALS : undefined),
  });
  const bedrockHandler = new PooledHandler({ poolEventStreams: true });
  const pollyHandler = new PooledHandler({ poolEventStreams: false });
  const transcribe = new TranscribeStreamingClient(config('transcribestreaming'));
  const bedrock = new BedrockRuntimeClient({ ...config('bedrock-runtime'), requestHandler: bedrockHandler });
  const polly = new PollyClient({ ...config('polly'), requestHandler: pollyHandler });

  return {
    transcribe,
    bedrock,
    polly,
    async warm() {
      await Promise.allSettled([
        ...[transcribe, bedrock, polly].map((client) => client.config.credentials()),
        bedrockHandler.knock(urlOf('bedrock-runtime')),
        pollyHandler.knock(urlOf('polly')),
      ]);
    },
    destroy() {
      for (const client of [transcribe, bedrock, polly]) client.destroy();
    },
  };
}
