/**
 * Amazon Polly's two-way stream: clauses go in as they are written, speech comes out on one connection, without a
 * request for each. Generative voices only, in some regions (`streamsTextIn`). Each clause is flushed, so that it is
 * spoken at once; which audio belongs to which is found by `clause-boundaries.ts`.
 *
 * It has no retry of its own: when the stream fails, whatever the reason, the rest is spoken clause by clause, from the
 * byte where it broke off, and for a while nobody tries the stream again.
 */
import {
  type PollyClient,
  type StartSpeechSynthesisStreamActionStream,
  StartSpeechSynthesisStreamCommand,
  type VoiceId,
} from '@aws-sdk/client-polly';
import { encodeMulaw } from '../../audio/mulaw.ts';
import type { ProviderLogger } from '../logger.ts';
import type { Speech, TextToSpeech, Voice } from '../text-to-speech.ts';
import { linkAbort, WaitedTooLong, within } from '../waiting.ts';
import { AudioDeadline } from './audio-deadline.ts';
import { ClauseBoundaries } from './clause-boundaries.ts';
import { ClauseScript } from './clause-script.ts';
import { toProviderError } from './errors.ts';
import { isPronounceable, pollyLanguage } from './polly.ts';

export interface PollyStreamLimits {
  /** From a clause to its audio, while audio is owed. Twice this is all a caller waits, the other way included. */
  readonly audioMs: number;
  /** The service closes a stream that gets no text for 5 s; blank text keeps it open. */
  readonly keepAliveMs: number;
  /** A stream that failed is left alone for this long. */
  readonly restMs: number;
}

export const defaultPollyStreamLimits: PollyStreamLimits = { audioMs: 1_000, keepAliveMs: 3_000, restMs: 60_000 };

export interface PollyStreamOptions {
  /** Speaks what the stream could not. */
  readonly fallback: TextToSpeech;
  /** Ends all speech when it aborts. */
  readonly closing: AbortSignal;
  readonly limits?: PollyStreamLimits;
  readonly logger?: ProviderLogger;
}

/** How far a reply has been delivered. */
interface Place {
  clause: number;
  /** Of that clause. */
  bytes: number;
}

export class PollyStreamTextToSpeech implements TextToSpeech {
  readonly name = 'polly';
  readonly #client: PollyClient;
  readonly #options: PollyStreamOptions;
  readonly #limits: PollyStreamLimits;
  /** Speaking rate by voice, learned from every reply. */
  readonly #msPerCharacter = new Map<string, number>();
  #restUntil = 0;

  constructor(client: PollyClient, options: PollyStreamOptions) {
    this.#client = client;
    this.#options = options;
    this.#limits = options.limits ?? defaultPollyStreamLimits;
  }

  async *speak(clauses: AsyncIterable<string>, voice: Voice, signal: AbortSignal): AsyncGenerator<Speech> {
    const { fallback, closing, logger } = this.#options;
    if (performance.now() < this.#restUntil) return yield* fallback.speak(clauses, voice, signal);
    const script = new ClauseScript(clauses);
    const place: Place = { clause: 0, bytes: 0 };
    const { controller, unlink } = linkAbort(signal, closing);
    try {
      for await (const speech of this.#stream(script, voice, controller.signal)) {
        if (controller.signal.aborted) return;
        advance(place, speech);
        yield speech;
      }
      return;
    } catch (error) {
      if (controller.signal.aborted) return;
      if (error === script.error) throw error;
      const { failure } = toProviderError('text-to-speech', this.name, error);
      logger?.warn({ provider: this.name, failure, ...place }, 'the speech stream failed, speaking clause by clause');
      this.#restUntil = performance.now() + this.#limits.restMs;
    } finally {
      unlink();
      controller.abort();
    }
    yield* resume(fallback.speak(script.from(place.clause), voice, signal), place);
  }

  async *#stream(script: ClauseScript, voice: Voice, outer: AbortSignal): AsyncGenerator<Speech> {
    const { controller, unlink } = linkAbort(outer);
    const boundaries = new ClauseBoundaries(this.#msPerCharacter.get(voice.id));
    const deadline = new AudioDeadline(this.#limits.audioMs, controller);
    const pcm = new PcmToMulaw();
    let closed = false;
    const command = new StartSpeechSynthesisStreamCommand({
      Engine: 'generative',
      VoiceId: voice.id as VoiceId,
      LanguageCode: pollyLanguage(voice),
      // The API lists PCM for this operation; µ-law only for SynthesizeSpeech.
      OutputFormat: 'pcm',
      SampleRate: '8000',
      ActionStream: this.#actions(script, controller.signal, (text) => {
        if (text === undefined) closed = true;
        else boundaries.sent(text);
        if (closed || boundaries.owed) deadline.owe();
      }),
    });
    try {
      const sent = this.#client.send(command, { abortSignal: controller.signal });
      const { EventStream } = await deadline.meet(sent);
      const events = EventStream![Symbol.asyncIterator]();
      for (;;) {
        const { done, value: event } = await deadline.meet(events.next());
        if (done) throw new Error('the stream ended before it was closed');
        if (event.StreamClosedEvent) break;
        if (!event.AudioEvent?.AudioChunk) continue;
        yield* boundaries.take(pcm.encode(event.AudioEvent.AudioChunk));
        if (!closed && !boundaries.owed) deadline.settle();
      }
      if (boundaries.owed) throw new Error('the stream was closed before all was spoken');
      yield* boundaries.end();
      if (boundaries.msPerCharacter) this.#msPerCharacter.set(voice.id, boundaries.msPerCharacter);
      if (script.error) throw script.error;
    } finally {
      unlink();
      controller.abort();
    }
  }

  /** @param onSent gets each clause (without a letter, an empty one), and undefined once the stream is closed. */
  async *#actions(
    script: ClauseScript,
    signal: AbortSignal,
    onSent: (text: string | undefined) => void,
  ): AsyncGenerator<StartSpeechSynthesisStreamActionStream> {
    for (let index = 0; !signal.aborted; index++) {
      // Clauses that fail end the input; their error surfaces once the speech before it is delivered.
      const next = script.at(index).catch(() => undefined);
      while (await isLate(next, this.#limits.keepAliveMs, signal)) yield { TextEvent: { Text: ' ' } };
      if (signal.aborted) return;
      const text = await next;
      if (text === undefined) break;
      const isSpeech = isPronounceable(text);
      onSent(isSpeech ? text : '');
      if (isSpeech)
        yield { TextEvent: { Text: `${text} `, TextType: 'text', FlushStreamConfiguration: { Force: true } } };
    }
    onSent(undefined);
    yield { CloseStreamEvent: {} };
  }
}

function isLate(promise: Promise<unknown>, ms: number, signal: AbortSignal): Promise<boolean> {
  return within(promise, ms, signal).then(
    () => false,
    (error) => error instanceof WaitedTooLong,
  );
}

function advance(place: Place, { clause, audio, last }: Speech): void {
  if (clause !== place.clause) place.bytes = 0;
  place.clause = last ? clause + 1 : clause;
  place.bytes = last ? 0 : place.bytes + audio.length;
}

/** @param speech begins with the clause of `place`; what was delivered of it is left out. */
async function* resume(speech: AsyncIterable<Speech>, { clause: from, bytes }: Place): AsyncGenerator<Speech> {
  let skip = bytes;
  for await (const { clause, audio, last } of speech) {
    const rest = audio.subarray(clause === 0 ? Math.min(skip, audio.length) : 0);
    skip -= audio.length - rest.length;
    if (rest.length > 0 || last) yield { clause: from + clause, audio: rest, last };
  }
}

/** 16-bit little-endian samples, cut anywhere, even in the middle of one. */
class PcmToMulaw {
  #half = new Uint8Array(0);

  encode(chunk: Uint8Array): Uint8Array {
    const bytes = Buffer.concat([this.#half, chunk]);
    const samples = new Int16Array(bytes.length >> 1);
    for (let at = 0; at < samples.length; at++) samples[at] = bytes.readInt16LE(at * 2);
    this.#half = bytes.subarray(samples.length * 2);
    return encodeMulaw(samples);
  }
}
