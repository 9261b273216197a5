/**
 * Amazon Transcribe, streaming. One stream a call, for as long as the call lasts: when it breaks, it is reopened and
 * hears again what it had not finished with, faster than it was spoken, so that the call loses no word.
 */
import type {
  LanguageCode,
  PartialResultsStability,
  TranscribeStreamingClient,
} from '@aws-sdk/client-transcribe-streaming';
import { FRAME_MS } from '../../channels/channel.ts';
import type { ProviderError } from '../errors.ts';
import type { ProviderLogger } from '../logger.ts';
import { type RetryLimits, retryWaitMs } from '../retry.ts';
import type { SpeechToText, SpeechToTextStream, Transcript } from '../speech-to-text.ts';
import { linkAbort, pause } from '../waiting.ts';
import { AudioLog } from './audio-log.ts';
import { toProviderError } from './errors.ts';
import { sessionIdOf } from './session-id.ts';
import { TranscribeSegments } from './transcribe-segments.ts';
import { runStream } from './transcribe-stream.ts';
import { TranscribeWatch } from './transcribe-watch.ts';
import { TranscriptOutbox } from './transcript-outbox.ts';

/**
 * `firstMs` is the service's answer to the request, not its first words: a caller may be silent for minutes.
 * `stallMs` counts from a fifth of a second of loud audio that has brought no event at all: partials come about 300 ms
 * behind the audio, and even silence is answered with empty events.
 */
export const defaultTranscribeLimits = {
  budgetMs: 2_500,
  firstMs: 1_000,
  stallMs: 2_500,
  backoffMs: 100,
} as const satisfies RetryLimits;

/** A stream that lasted this long was sound: what ended it starts a new budget. */
const SOUND_STREAM_MS = 5_000;

export interface TranscribeOptions {
  readonly partialResultsStability: PartialResultsStability;
  /** Whether finals in this language are redacted. The service refuses a stream that asks for it in any other. */
  readonly redactsFinals?: (language: string) => boolean;
  /** Ends all streams when it aborts. */
  readonly closing: AbortSignal;
  readonly limits?: RetryLimits;
  readonly logger?: ProviderLogger;
}

type CallToTranscribe = Parameters<SpeechToText['open']>[0];

export class TranscribeSpeechToText implements SpeechToText {
  readonly name = 'transcribe';
  readonly #client: TranscribeStreamingClient;
  readonly #options: TranscribeOptions;

  constructor(client: TranscribeStreamingClient, options: TranscribeOptions) {
    this.#client = client;
    this.#options = options;
  }

  open(call: CallToTranscribe): SpeechToTextStream {
    return new TranscribedCall(this.#client, this.#options, call);
  }
}

/** Listens from the moment it is made, whether or not anybody reads yet. */
class TranscribedCall implements SpeechToTextStream {
  readonly #client: TranscribeStreamingClient;
  readonly #options: TranscribeOptions;
  readonly #call: CallToTranscribe;
  readonly #log = new AudioLog();
  readonly #segments = new TranscribeSegments();
  #redacts: boolean;
  readonly #outbox = new TranscriptOutbox();
  readonly #over: AbortController;

  constructor(client: TranscribeStreamingClient, options: TranscribeOptions, call: CallToTranscribe) {
    this.#client = client;
    this.#options = options;
    this.#call = call;
    this.#redacts = options.redactsFinals?.(call.language) ?? false;
    const { controller, unlink } = linkAbort(call.signal, options.closing);
    this.#over = controller;
    controller.signal.addEventListener('abort', () => this.#outbox.discard(), { once: true });
    if (controller.signal.aborted) this.#outbox.discard();
    this.#listen(controller.signal)
      .then(
        () => this.#outbox.end(),
        (error) => this.#outbox.end(error),
      )
      .finally(unlink);
  }

  write(frame: Uint8Array): void {
    if (!this.#log.closed) this.#log.append(frame);
  }

  close(): void {
    this.#log.close();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Transcript> {
    try {
      yield* this.#outbox;
    } finally {
      this.#over.abort();
    }
  }

  /** One stream after another, until all audio is transcribed, the caller is gone, or the budget is used up. */
  async #listen(signal: AbortSignal): Promise<void> {
    const { limits = defaultTranscribeLimits, logger } = this.#options;
    let retries = 0;
    let spentMs = 0;
    // One that hears nothing is suspected once; if the next hears nothing either, the noise is no speech.
    let suspectDeafness = true;
    for (let attempt = 0; !signal.aborted; attempt++) {
      const { controller, unlink } = linkAbort(signal);
      const watch = new TranscribeWatch(limits, suspectDeafness, (reason) => controller.abort(reason));
      const startedAt = performance.now();
      const reachedMs = this.#segments.reachedMs;
      try {
        await this.#runStream(attempt, watch, controller.signal);
        return;
      } catch (error) {
        if (signal.aborted) return;
        const now = performance.now();
        const { acceptedAt = now } = watch;
        const progress = this.#segments.reachedMs > reachedMs;
        if (progress || now - acceptedAt >= SOUND_STREAM_MS) {
          retries = 0;
          spentMs = 0;
        } else spentMs += (this.#log.closed ? now : acceptedAt) - startedAt;
        suspectDeafness = watch.suspectDeafness;
        const failure = toProviderError('speech-to-text', 'transcribe', error);
        const waitMs = this.#goesOnUnredacted(failure, progress)
          ? 0
          : retryWaitMs(limits, failure.failure, retries++, spentMs, Math.random());
        if (waitMs === undefined) throw failure;
        const { callId } = this.#call;
        logger?.warn(
          { provider: 'transcribe', callId, attempt, failure: failure.failure, waitMs },
          'reopening the stream',
        );
        spentMs += waitMs;
        await pause(waitMs, signal);
      } finally {
        watch.stop();
        unlink();
        controller.abort();
      }
    }
  }

  /** A call is worth more than its redacted transcript, which the cell can make itself. */
  #goesOnUnredacted({ failure }: ProviderError, progress: boolean): boolean {
    if (failure !== 'refused' || !this.#redacts || progress) return false;
    this.#redacts = false;
    this.#options.logger?.warn(
      { provider: 'transcribe', callId: this.#call.callId },
      'a stream with redaction was refused: trying without it',
    );
    return true;
  }

  #runStream(attempt: number, watch: TranscribeWatch, signal: AbortSignal): Promise<void> {
    const { callId, language } = this.#call;
    const parts = {
      client: this.#client,
      input: {
        LanguageCode: language as LanguageCode,
        MediaEncoding: 'pcm' as const,
        MediaSampleRateHertz: 8_000,
        SessionId: sessionIdOf(callId, attempt),
        EnablePartialResultsStabilization: true,
        PartialResultsStability: this.#options.partialResultsStability,
        ...(this.#redacts ? { ContentRedactionType: 'PII' as const } : {}),
      },
      log: this.#log,
      from: Math.ceil(this.#segments.finishedMs / FRAME_MS),
      segments: this.#segments,
      redacts: this.#redacts,
      watch,
      onTranscript: (transcript: Transcript) => {
        if (transcript.isFinal) this.#log.forgetBefore(Math.ceil(this.#segments.finishedMs / FRAME_MS));
        this.#outbox.push(transcript);
      },
    };
    return runStream(parts, signal);
  }
}
