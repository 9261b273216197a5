/** Amazon Polly, one SynthesizeSpeech request a clause, in the telephone's own µ-law: nothing is transcoded. */
import {
  type Engine,
  type LanguageCode,
  type PollyClient,
  SynthesizeSpeechCommand,
  type SynthesizeSpeechCommandInput,
  type VoiceId,
} from '@aws-sdk/client-polly';
import { knownFacts } from '../../../regions/facts.ts';
import { AsyncQueue } from '../../call/queue.ts';
import { ProviderError } from '../errors.ts';
import { Limiter, type Quota } from '../limiter.ts';
import type { ProviderLogger } from '../logger.ts';
import { type Attempt, type RetryLimits, retrying } from '../retry.ts';
import type { Speech, TextToSpeech, Voice } from '../text-to-speech.ts';
import { linkAbort, watched, within } from '../waiting.ts';
import { brokenOff } from './broken-off.ts';
import { toProviderError } from './errors.ts';

/** First audio comes after about 100 ms; a clause of speech is synthesized many times faster than it is played. */
export const defaultPollyLimits = {
  budgetMs: 2_000,
  firstMs: 900,
  stallMs: 900,
  backoffMs: 150,
} as const satisfies RetryLimits;

/** https://docs.aws.amazon.com/polly/latest/dg/limits.html, defaults of an account and region. */
export const defaultPollyQuotas: Readonly<Record<Engine, Quota>> = {
  standard: { perSecond: 80, burst: 100, concurrent: 80 },
  neural: { perSecond: 8, burst: 10, concurrent: 18 },
  generative: { perSecond: 8, burst: 8, concurrent: 26 },
  'long-form': { perSecond: 8, burst: 10, concurrent: 26 },
};

/** A clause waits at most this long for its turn within the quota; longer, and the silence would be noticed. */
const LONGEST_QUEUE_MS = 2_000;
/** The clause that is being listened to, and the next. */
const CLAUSES_AT_ONCE = 2;
const NO_AUDIO = new Uint8Array(0);

export interface PollyOptions {
  readonly engine: Engine;
  /** Ends all speech when it aborts. */
  readonly closing: AbortSignal;
  /** What this process may use of the account's quota. */
  readonly quota?: Quota;
  readonly limits?: RetryLimits;
  readonly logger?: ProviderLogger;
}

export class PollyTextToSpeech implements TextToSpeech {
  readonly name = 'polly';
  readonly #client: PollyClient;
  readonly #options: PollyOptions;
  readonly #limiter: Limiter;

  constructor(client: PollyClient, options: PollyOptions) {
    this.#client = client;
    this.#options = options;
    this.#limiter = new Limiter(options.quota ?? defaultPollyQuotas[options.engine]);
  }

  async *speak(clauses: AsyncIterable<string>, voice: Voice, signal: AbortSignal): AsyncGenerator<Speech> {
    const { controller, unlink } = linkAbort(signal, this.#options.closing);
    const room = new Room(CLAUSES_AT_ONCE);
    const spoken = this.#synthesizeAll(clauses, voice, room, controller.signal);
    try {
      let clause = 0;
      for await (const audio of spoken) {
        for await (const piece of audio) {
          if (controller.signal.aborted) return;
          yield { clause, audio: piece, last: false };
        }
        if (controller.signal.aborted) return;
        yield { clause, audio: NO_AUDIO, last: true };
        clause++;
        room.leave();
      }
    } finally {
      unlink();
      controller.abort();
      room.leave();
    }
  }

  /** Starts a request for each clause as it comes, as long as there is room. Ends, or fails, with the clauses. */
  #synthesizeAll(
    clauses: AsyncIterable<string>,
    voice: Voice,
    room: Room,
    signal: AbortSignal,
  ): AsyncQueue<AsyncQueue<Uint8Array>> {
    const spoken = new AsyncQueue<AsyncQueue<Uint8Array>>();
    const start = async () => {
      for await (const text of clauses) {
        await room.enter();
        if (signal.aborted) return;
        spoken.push(this.#synthesize(text, voice, signal));
      }
    };
    start().then(
      () => spoken.end(),
      (error) => spoken.fail(error),
    );
    // The clauses may be slow to notice.
    signal.addEventListener('abort', () => spoken.end(), { once: true });
    return spoken;
  }

  /** One clause. Its audio is taken from the service as fast as it comes, so that the request does not linger. */
  #synthesize(text: string, voice: Voice, signal: AbortSignal): AsyncQueue<Uint8Array> {
    const audio = new AsyncQueue<Uint8Array>();
    const fetch = async () => {
      if (!isPronounceable(text)) return;
      const leave = await this.#limiter.enter(LONGEST_QUEUE_MS, signal);
      if (signal.aborted) return leave?.();
      if (!leave)
        throw new ProviderError('text-to-speech', this.name, 'throttled', 'too many clauses wait for the quota');
      try {
        for await (const piece of this.#request(text, voice, signal)) audio.push(piece);
      } finally {
        leave();
      }
    };
    fetch().then(
      () => audio.end(),
      (error) => audio.fail(error),
    );
    return audio;
  }

  /** A clause that breaks off is asked for again, and what was delivered of it is skipped: same text, same audio. */
  #request(text: string, voice: Voice, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const { engine, limits = defaultPollyLimits, logger } = this.#options;
    const input: SynthesizeSpeechCommandInput = {
      Text: text,
      TextType: 'text',
      OutputFormat: 'mulaw',
      SampleRate: '8000',
      Engine: engine,
      VoiceId: voice.id as VoiceId,
      LanguageCode: pollyLanguage(voice),
    };
    let delivered = 0;
    const attempt = async function* (this: PollyTextToSpeech, current: Attempt) {
      let skip = delivered;
      for await (const chunk of this.#body(input, current)) {
        const fresh = chunk.subarray(Math.min(skip, chunk.length));
        skip -= chunk.length - fresh.length;
        if (fresh.length === 0) continue;
        delivered += fresh.length;
        yield fresh;
      }
    };
    return retrying({
      limits,
      signal,
      resumable: true,
      attempt: attempt.bind(this),
      explain: (error) => toProviderError('text-to-speech', this.name, error),
      onRetry: ({ failure }, waitMs) =>
        logger?.warn({ provider: this.name, failure, waitMs, delivered }, 'asking for the clause again'),
    });
  }

  async *#body(input: SynthesizeSpeechCommandInput, { signal, firstMs, stallMs }: Attempt): AsyncGenerator<Uint8Array> {
    const sent = this.#client.send(new SynthesizeSpeechCommand(input), { abortSignal: signal });
    const { AudioStream, ContentType } = await within(sent, firstMs, signal);
    // A proxy's error page, played as audio, is a burst of noise.
    if (!ContentType?.startsWith('audio/'))
      throw new ProviderError('text-to-speech', this.name, 'malformed', `${ContentType} instead of audio`);
    yield* watched(AudioStream as AsyncIterable<Uint8Array>, stallMs, signal);
    if (brokenOff(AudioStream)) throw new Error('the audio broke off');
  }
}

/** A dash or a smiley is no speech, and the service refuses a text of nothing else. */
export function isPronounceable(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}

/** To be given only with a voice that has several: the others refuse a language that is not quite theirs. */
export function pollyLanguage({ id, language }: Voice): LanguageCode | undefined {
  const languages = knownFacts.polly.voices[id]?.languages ?? [];
  return languages.length > 1 ? (language as LanguageCode) : undefined;
}

/** How many may be inside at once, for one that enters and one that lets leave. */
class Room {
  #free: number;
  #admit: (() => void) | undefined;

  constructor(places: number) {
    this.#free = places;
  }

  async enter(): Promise<void> {
    if (this.#free === 0)
      await new Promise<void>((resolve) => {
        this.#admit = resolve;
      });
    this.#free--;
  }

  leave(): void {
    this.#free++;
    this.#admit?.();
    this.#admit = undefined;
  }
}
