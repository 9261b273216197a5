/** Polly's StartSpeechSynthesisStream: text comes in as it is written, speech goes out as soon as a sentence is whole. */
import type { StreamedAnswer } from './answer.ts';
import { EventStreamError, SignedEventReader } from './event-stream.ts';
import { bodyOf, ClientGone, header, type Request, ServiceError } from './http.ts';
import {
  pollyError,
  readSpeechSettings,
  readSpeechText,
  type SpeechSettings,
  validationError,
} from './polly-request.ts';

/** Polly developer guide, bidirectional streaming: without an input event for this long, a stream is closed. */
const INBOUND_EVENT_TIMEOUT_MS = 5_000;

/** Throws as Polly does. */
export function readStreamSettings(request: Request): SpeechSettings {
  const settings = readSpeechSettings({
    Engine: header(request, 'x-amzn-engine'),
    OutputFormat: header(request, 'x-amzn-outputformat'),
    SampleRate: header(request, 'x-amzn-samplerate'),
    VoiceId: header(request, 'x-amzn-voiceid'),
  });
  if (settings.engine !== 'generative')
    throw validationError(
      `This operation does not support the selected engine: ${settings.engine}`,
      'unsupportedOperation',
    );
  return settings;
}

/** Its text is checked when it is read. */
interface TextEvent {
  readonly FlushStreamConfiguration?: { readonly Force?: boolean };
}

export class SpeechStream {
  readonly #answer: StreamedAnswer;
  readonly #speak: (text: string) => Promise<Uint8Array[]>;
  #unspoken = '';
  #characters = 0;
  /** Speech goes out in the order of its text, whichever is ready first. */
  #spoken: Promise<void> = Promise.resolve();

  /** @param speak gives the audio of a text, in pieces. */
  constructor(answer: StreamedAnswer, speak: (text: string) => Promise<Uint8Array[]>) {
    this.#answer = answer;
    this.#speak = speak;
  }

  /** Serves the stream to its end. Errors become exception events. */
  async run(request: Request): Promise<void> {
    const idleTimer = setTimeout(() => this.#answer.fail(inboundEventTimeout()), INBOUND_EVENT_TIMEOUT_MS);
    try {
      for await (const text of textsOf(request)) {
        if (this.#answer.isOver) break;
        idleTimer.refresh();
        this.#take(text);
      }
      clearTimeout(idleTimer);
      this.#say(this.#unspoken);
      await this.#spoken;
      this.#answer.event('StreamClosedEvent', { RequestCharacters: this.#characters });
      this.#answer.end();
    } catch (error) {
      // In the stream there is one exception for all that is wrong with an event, whatever a request would be told.
      if (error instanceof EventStreamError || error instanceof ServiceError)
        this.#answer.fail(validationError(error.message, 'invalidInboundEvent'));
      else if (!(error instanceof ClientGone)) throw error;
    } finally {
      clearTimeout(idleTimer);
    }
  }

  #take(event: TextEvent): void {
    const text = readSpeechText(event);
    this.#characters += text.length;
    this.#unspoken += text;
    const whole = event.FlushStreamConfiguration?.Force ? this.#unspoken : wholeSentences(this.#unspoken);
    this.#unspoken = this.#unspoken.slice(whole.length);
    this.#say(whole);
  }

  #say(text: string): void {
    if (text.trim() === '') return;
    const speech = this.#speak(text);
    // Awaited below, in its turn; until then a failure is not unhandled.
    speech.catch(() => {});
    this.#spoken = this.#spoken.then(async () => {
      for (const piece of await speech) this.#answer.event('AudioEvent', piece);
    });
    this.#spoken.catch(() => {});
  }
}

/** As much of a text as ends in a sentence that is certainly over: something follows it. */
export function wholeSentences(text: string): string {
  return /^.*[.!?…]["')\]]*(?=\s)/su.exec(text)?.[0] ?? '';
}

/** The text events until the client ends them. */
async function* textsOf(request: Request): AsyncGenerator<TextEvent> {
  const reader = new SignedEventReader();
  for await (const piece of bodyOf(request)) {
    for (const { type, body } of reader.read(piece)) {
      if (type === 'CloseStreamEvent') return;
      if (type !== 'TextEvent')
        throw new EventStreamError(`an event of type ${type}, expected TextEvent or CloseStreamEvent`);
      yield parseEvent(body);
    }
    if (reader.hasEnded) return;
  }
}

function parseEvent(body: Uint8Array): TextEvent {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    throw new EventStreamError('a text event that is no JSON');
  }
}

function inboundEventTimeout(): ServiceError {
  const details = { quotaCode: 'input-stream-inbound-event-timeout', serviceCode: 'polly' };
  const message = `No input event for ${INBOUND_EVENT_TIMEOUT_MS / 1_000} seconds`;
  return pollyError('ServiceQuotaExceededException', message, details, 402);
}
