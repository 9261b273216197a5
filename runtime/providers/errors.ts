export type ProviderStage = 'speech-to-text' | 'language-model' | 'text-to-speech';

export type ProviderFailure =
  | 'throttled' // the service asked us to slow down, and still did after the retries the latency budget allows
  | 'timeout' // nothing came within the budget
  | 'unavailable' // connection refused or broken, 5xx, a stream dropped in the middle
  | 'malformed' // an event that does not decode
  | 'refused'; // credentials, model access, bad request: retrying cannot help

/** What every provider throws once its own retries are used up. `message` never holds what was said. */
export class ProviderError extends Error {
  readonly stage: ProviderStage;
  readonly provider: string;
  readonly failure: ProviderFailure;
  constructor(stage: ProviderStage, provider: string, failure: ProviderFailure, message: string, cause?: unknown) {
    super(`${provider} (${stage}) ${failure}: ${message}`, { cause });
    this.name = 'ProviderError';
    this.stage = stage;
    this.provider = provider;
    this.failure = failure;
  }
}
