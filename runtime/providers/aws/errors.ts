/** What an error of the AWS clients means for a call: one pure function, by name first, then by status, then by cause. */
import { ProviderError, type ProviderFailure, type ProviderStage } from '../errors.ts';

const BY_NAME: Readonly<Record<string, ProviderFailure>> = {
  Throttling: 'throttled',
  ThrottlingException: 'throttled',
  ThrottledException: 'throttled',
  TooManyRequestsException: 'throttled',
  RequestLimitExceeded: 'throttled',
  // Transcribe: concurrent streams, or the longest stream. Both pass: one when another call ends, one by reopening.
  LimitExceededException: 'throttled',
  ServiceQuotaExceededException: 'throttled',
  TimeoutError: 'timeout',
  RequestTimeout: 'timeout',
  RequestTimeoutException: 'timeout',
  ModelTimeoutException: 'timeout',
  // Transcribe: another stream took over the session id. A reopened stream has one of its own.
  ConflictException: 'unavailable',
  ModelErrorException: 'unavailable',
  ModelStreamErrorException: 'unavailable',
  // Answered with 429, but it is a model being loaded, not a quota.
  ModelNotReadyException: 'unavailable',
  CredentialsProviderError: 'refused',
  RegionRefusedError: 'refused',
  SyntaxError: 'malformed',
  // A decoder that met an event without the headers it needs.
  TypeError: 'malformed',
  RangeError: 'malformed',
};

/** Of `@smithy/core`'s event-stream codec, which throws plain errors. */
const UNDECODABLE = /checksum|message length|unrecognizable event|header/i;
/** Transcribe reports its 15 s idle limit, and its own time-outs, as a bad request. */
const IDLE = /timed out|no new audio/i;

interface ServiceFault {
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $fault?: 'client' | 'server';
}

export function failureOf(error: unknown): ProviderFailure {
  if (error instanceof ProviderError) return error.failure;
  if (!(error instanceof Error)) return 'unavailable';
  // Clients wrap what their connection failed with.
  if (error.cause instanceof Error && failureOf(error.cause) === 'refused') return 'refused';
  if (error.name === 'BadRequestException' && IDLE.test(error.message)) return 'timeout';
  const named = BY_NAME[error.name];
  if (named) return named;
  const { $metadata, $fault } = error as ServiceFault;
  const status = $metadata?.httpStatusCode;
  if (status === 429) return 'throttled';
  if (status === 408 || status === 504) return 'timeout';
  if (status !== undefined && status >= 500) return 'unavailable';
  if ($fault === 'client' || (status !== undefined && status >= 400)) return 'refused';
  if (error.name === 'Error' && UNDECODABLE.test(error.message)) return 'malformed';
  return 'unavailable';
}

/** The message names the error and its status. The service's own words follow only where they explain a refusal. */
export function toProviderError(stage: ProviderStage, provider: string, error: unknown): ProviderError {
  if (error instanceof ProviderError) return error;
  const failure = failureOf(error);
  if (!(error instanceof Error)) return new ProviderError(stage, provider, failure, 'unknown error', error);
  const status = (error as ServiceFault).$metadata?.httpStatusCode;
  const code = (error as NodeJS.ErrnoException).code;
  const facts = [error.name, status, code].filter((fact) => fact !== undefined).join(' ');
  // A decoder's message may quote the text that it could not read, so only refusals and deadlines are quoted.
  const quoted = failure === 'refused' || failure === 'timeout' ? `: ${error.message.slice(0, 300)}` : '';
  return new ProviderError(stage, provider, failure, facts + quoted, error);
}
