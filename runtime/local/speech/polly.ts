/** Amazon Polly: SynthesizeSpeech, and the two-way StartSpeechSynthesisStream. The speech is real: `voice.ts` makes it. */
import { setTimeout as delay } from 'node:timers/promises';
import { createVoice } from '../voice.ts';
import { StreamedAnswer } from './answer.ts';
import type { Strike } from './faults.ts';
import { type Request, type Response, readJson, writeHead } from './http.ts';
import { drawLatency, type Latencies } from './latency.ts';
import { encodeSpeech } from './polly-audio.ts';
import { type PollyLimits, PollyQuota } from './polly-quota.ts';
import { pollyError, readSpeechSettings, readSpeechText, type SpeechSettings } from './polly-request.ts';
import { readStreamSettings, SpeechStream } from './polly-stream.ts';
import { ENGINES, type Engine, personOf } from './polly-voices.ts';
import type { Random } from './random.ts';

export interface PollyOptions {
  readonly limits: PollyLimits;
  readonly latencies: Latencies;
  readonly random: (label: string) => Random;
}

const LONGEST_BODY_BYTES = 64_000;
/** Half a second of µ-law. */
const PIECE_BYTES = 4_000;

export class EmulatedPolly {
  /** `requests` of either kind; `streams` are those of them that stay open for more text. */
  readonly stats = { requests: 0, streams: 0, refused: 0, characters: 0 };
  readonly #options: PollyOptions;
  readonly #quotas: ReadonlyMap<Engine, PollyQuota>;

  constructor(options: PollyOptions) {
    this.#options = options;
    this.#quotas = new Map(ENGINES.map((engine) => [engine, new PollyQuota(options.limits[engine])]));
  }

  /** Both throw a ServiceError while nothing has been answered yet. */
  async synthesizeSpeech(request: Request, response: Response, strike: Strike | undefined): Promise<void> {
    const members = await readJson(request, LONGEST_BODY_BYTES);
    const settings = readSpeechSettings(members);
    const text = readSpeechText(members);
    await this.#admitted(settings.engine, strike, async (speak) => {
      const audio = await speak(settings, text);
      const isGarbled = strike?.name === 'malformed-event';
      writeHead(response, 200, {
        'content-type': isGarbled ? 'text/html' : `audio/${settings.format}`,
        'x-amzn-requestcharacters': String(text.length),
      });
      const answer = new StreamedAnswer(response, isGarbled ? undefined : strike);
      if (isGarbled) answer.bytes(Buffer.from('<html><body>Bad gateway</body></html>'));
      else for (const piece of inPieces(audio)) answer.bytes(piece);
      answer.end();
      await answer.closed;
    });
  }

  async startSpeechSynthesisStream(request: Request, response: Response, strike: Strike | undefined): Promise<void> {
    const settings = readStreamSettings(request);
    await this.#admitted(settings.engine, strike, async (speak) => {
      writeHead(response, 200, { 'content-type': 'application/vnd.amazon.eventstream' });
      const answer = new StreamedAnswer(response, strike);
      this.stats.streams++;
      const stream = new SpeechStream(answer, async (text) => inPieces(await speak(settings, text)));
      await stream.run(request);
    });
  }

  async #admitted(
    engine: Engine,
    strike: Strike | undefined,
    serve: (speak: (settings: SpeechSettings, text: string) => Promise<Uint8Array>) => Promise<void>,
  ): Promise<void> {
    const draws = this.#options.random(`polly ${++this.stats.requests}`);
    if (strike?.name === 'refuse')
      throw pollyError('AccessDeniedException', 'User: emulated is not authorized', {}, 403);
    const quota = this.#quotas.get(engine)!;
    if (strike?.name === 'throttle' || !quota.enter(Date.now())) {
      this.stats.refused++;
      throw pollyError('ThrottlingException', 'Rate exceeded');
    }
    try {
      await serve((settings, text) => this.#speak(settings, text, draws));
    } finally {
      quota.leave();
    }
  }

  /** Ready when the service's first byte would be; making the speech usually takes less. */
  async #speak(
    { voice, voiceId, format, sampleRate }: SpeechSettings,
    text: string,
    draws: Random,
  ): Promise<Uint8Array> {
    this.stats.characters += text.length;
    const speaker = await createVoice({ voice: voice.local, seed: personOf(voiceId) });
    const firstByteMs = drawLatency(this.#options.latencies.firstAudioByte, draws);
    const [mulaw] = await Promise.all([speaker.speak(text), delay(firstByteMs)]);
    return encodeSpeech(mulaw, format, sampleRate);
  }
}

function inPieces(audio: Uint8Array): Uint8Array[] {
  return Array.from({ length: Math.ceil(audio.length / PIECE_BYTES) }, (_, i) =>
    audio.subarray(i * PIECE_BYTES, (i + 1) * PIECE_BYTES),
  );
}
