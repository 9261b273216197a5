/**
 * Amazon Transcribe's StartStreamTranscription: audio events in, transcript events out, at once on one HTTP/2 stream.
 * What is heard in the audio is `recognizer.ts`'s; here are the service's limits, its errors and its clock.
 */
import { createVoiceActivityDetector } from '../../audio/vad.ts';
import { StreamedAnswer } from './answer.ts';
import { EventStreamError, SignedEventReader } from './event-stream.ts';
import type { Strike } from './faults.ts';
import { bodyOf, ClientGone, type Request, type Response, writeHead } from './http.ts';
import { drawLatency, type Latencies } from './latency.ts';
import { isAudible, PcmFrames } from './pcm-frames.ts';
import type { Random } from './random.ts';
import { FRAME_MS, Recognizer } from './recognizer.ts';
import { ResultSender } from './result-sender.ts';
import type { CallScript } from './script.ts';
import { answerHeaders, readSettings, type TranscribeSettings, transcribeError } from './transcribe-wire.ts';

export interface TranscribeLimits {
  readonly concurrentStreams: number;
  /** A stream without audio for this long is closed. */
  readonly idleMs: number;
}

/** Service quota L-0599F82B, before anyone has asked for more; the idle limit is not adjustable. */
export const transcribeLimits: TranscribeLimits = { concurrentStreams: 25, idleMs: 15_000 };

export interface TranscribeOptions {
  readonly limits: TranscribeLimits;
  readonly latencies: Latencies;
  readonly random: (label: string) => Random;
  /** The script of the call that a session belongs to. */
  readonly scriptOf: (sessionId: string) => CallScript;
}

const LONGEST_CHUNK_BYTES = 32_000;
const VAD_AGGRESSIVENESS = 2;

export class EmulatedTranscribe {
  readonly stats = { streams: 0, openStreams: 0, refusedStreams: 0, partials: 0, finals: 0 };
  readonly #options: TranscribeOptions;
  readonly #answers = new Map<string, StreamedAnswer>();

  constructor(options: TranscribeOptions) {
    this.#options = options;
  }

  /** Throws a ServiceError while nothing has been answered yet. */
  async handle(request: Request, response: Response, strike: Strike | undefined): Promise<void> {
    if (strike?.name === 'refuse')
      throw transcribeError(
        403,
        'AccessDeniedException',
        'User: emulated is not authorized to perform: transcribe:StartStreamTranscription',
      );
    const settings = readSettings(request);
    writeHead(response, 200, answerHeaders(request, settings));
    const answer = new StreamedAnswer(response, strike);
    if (!this.#admit(answer, strike)) return;

    const { sessionId } = settings;
    const taken = 'A new stream started with the same session ID. The current stream has been terminated.';
    this.#answers.get(sessionId)?.fail(transcribeError(409, 'ConflictException', taken));
    this.#answers.set(sessionId, answer);
    this.stats.streams++;
    this.stats.openStreams++;
    void answer.closed.then(() => {
      this.stats.openStreams--;
      if (this.#answers.get(sessionId) === answer) this.#answers.delete(sessionId);
    });
    await this.#transcribe(request, settings, answer);
  }

  /** The service accepts a stream before it counts it: this refusal is an event, not a status. */
  #admit(answer: StreamedAnswer, strike: Strike | undefined): boolean {
    const { concurrentStreams } = this.#options.limits;
    if (strike?.name !== 'throttle' && this.stats.openStreams < concurrentStreams) return true;
    this.stats.refusedStreams++;
    const message = `You have reached your limit of concurrent streams, ${concurrentStreams}. Try again later.`;
    answer.fail(transcribeError(429, 'LimitExceededException', message));
    return false;
  }

  async #transcribe(request: Request, settings: TranscribeSettings, answer: StreamedAnswer): Promise<void> {
    const { idleMs } = this.#options.limits;
    const recognizer = this.#recognizer(settings);
    const detector = await createVoiceActivityDetector({ aggressiveness: VAD_AGGRESSIVENESS });
    const frames = new PcmFrames(settings.sampleRateHz);
    const results = new ResultSender(recognizer, settings, answer, this.stats);
    const idle = `Your request timed out because no new audio was received for ${idleMs / 1_000} seconds.`;
    const idleTimer = setTimeout(() => answer.fail(transcribeError(400, 'BadRequestException', idle)), idleMs);
    try {
      for await (const pcm of audioOf(request)) {
        if (answer.isOver) break;
        idleTimer.refresh();
        const arrivalMs = Date.now();
        const heard = frames.cut(pcm);
        for (const frame of heard)
          recognizer.hear({ isVoiced: detector.isSpeech(frame), isAudible: isAudible(frame) }, arrivalMs);
        results.afterAudio(heard.length * FRAME_MS);
      }
      recognizer.end(Date.now());
      await results.sendRest();
      answer.end();
    } catch (error) {
      if (error instanceof EventStreamError) answer.fail(transcribeError(400, 'BadRequestException', error.message));
      else if (!(error instanceof ClientGone)) throw error;
    } finally {
      clearTimeout(idleTimer);
      results.stop();
      detector.close();
    }
  }

  #recognizer({ sessionId, stability = 'low' }: TranscribeSettings): Recognizer {
    const { latencies, random, scriptOf } = this.#options;
    const draws = random(sessionId);
    return new Recognizer(scriptOf(sessionId), {
      partialMs: () => drawLatency(latencies.partial, draws),
      finalMs: () => drawLatency(latencies.final, draws),
      stableAfterMs: latencies.stableAfterMs[stability],
    });
  }
}

/** The chunks of audio until the client ends them, by an empty one or by ending its events. */
async function* audioOf(request: Request): AsyncGenerator<Uint8Array> {
  const reader = new SignedEventReader();
  for await (const piece of bodyOf(request)) {
    for (const { type, body } of reader.read(piece)) {
      if (type !== 'AudioEvent') throw new EventStreamError(`an event of type ${type}, expected AudioEvent`);
      if (body.length > LONGEST_CHUNK_BYTES)
        throw new EventStreamError('Your stream is too big. Reduce the frame size and try your request again.');
      if (body.length === 0) return;
      yield body;
    }
    if (reader.hasEnded) return;
  }
}
