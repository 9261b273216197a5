/** The three services of a scripted call, on virtual time: each says what it is told to, and takes as long. */
import { AsyncQueue } from '../../runtime/call/queue.ts';
import type { LanguageModel, ModelEvent, ModelRequest } from '../../runtime/providers/language-model.ts';
import type { SpeechToText, Transcript } from '../../runtime/providers/speech-to-text.ts';
import type { Speech, TextToSpeech, Voice } from '../../runtime/providers/text-to-speech.ts';

/** Words a recognizer is 300 ms behind with, and a final that comes when it comes. */
const PARTIAL_MS = 300;
const FINAL_MS = 1136;
const FIRST_TOKEN_MS = 350;
const TOKEN_MS = 16;
const FIRST_SPEECH_MS = 100;
/** How fast the scripted voice speaks. */
export const CHARS_PER_SECOND = 20;
const FIRST_PIECE_BYTES = 800;

export interface ScriptedAnswer {
  readonly events: readonly ModelEvent[];
  /** Comes in place of the answer's regular end. */
  readonly error?: Error;
  readonly firstTokenMs?: number;
}

export interface ScriptedSpeech {
  readonly firstSpeechMs?: number;
  /** Comes in place of the sound. */
  readonly error?: Error;
  /** Comes after the first 100 ms of the sound. */
  readonly breaksOff?: Error;
  /** There is no sound. */
  readonly silent?: boolean;
}

export type Answering = (request: ModelRequest) => readonly ModelEvent[] | string | Error | ScriptedAnswer;

/** Shows each planned word some time after it was spoken, and finals after the last. */
export class ScriptedRecognizer implements SpeechToText {
  readonly name = 'scripted';
  readonly #partialMs: number;
  readonly #out = new AsyncQueue<Transcript>();
  readonly #timers = new Set<NodeJS.Timeout>();
  /** `performance.now()` of the last frame, and the longest time between two. */
  #heardAt = performance.now();
  longestGapMs = 0;
  #frames = 0;
  #segments = 0;

  constructor(partialMs = PARTIAL_MS) {
    this.#partialMs = partialMs;
  }
  open({ signal }: { signal: AbortSignal }) {
    signal.addEventListener('abort', () => {
      this.#out.end();
      for (const timer of this.#timers) clearTimeout(timer);
    });
    return {
      write: () => {
        this.#frames++;
        this.longestGapMs = Math.max(this.longestGapMs, performance.now() - this.#heardAt);
        this.#heardAt = performance.now();
      },
      close: () => this.#out.end(),
      [Symbol.asyncIterator]: () => this.#out[Symbol.asyncIterator](),
    };
  }
  fail(error: Error): void {
    this.#out.fail(error);
  }
  /** The caller begins to speak `text`, for `ms`. @param redactedText what the final makes of it, where it redacts */
  plan(text: string, ms: number, redactedText?: string): void {
    const segmentId = `s${this.#segments++}`;
    const words = text.split(' ');
    const startMs = this.#frames * 20;
    words.forEach((_, index) => {
      const spokenMs = Math.round((ms * (index + 1)) / words.length);
      const show = (isFinal: boolean) =>
        this.#out.push({
          segmentId,
          text: words.slice(0, index + 1).join(' '),
          ...(isFinal && redactedText !== undefined && { redactedText }),
          stableWords: isFinal ? words.length : index,
          isFinal,
          endMs: startMs + spokenMs,
        });
      this.#timers.add(setTimeout(show, spokenMs + this.#partialMs, false));
      if (index === words.length - 1) this.#timers.add(setTimeout(show, ms + FINAL_MS, true));
    });
  }
}

export interface ScriptedModelOptions {
  /** What the model says to the messages it is given. */
  readonly model?: Answering;
  readonly firstTokenMs?: number;
  readonly tokenMs?: number;
}

/** @param requests grows by each that is made. */
export function scriptedModel(options: ScriptedModelOptions, requests: ModelRequest[]): LanguageModel {
  return {
    name: 'scripted',
    async *reply(request, signal) {
      requests.push(request);
      const answer = toAnswer((options.model ?? (() => 'Sure, that is fine.'))(request));
      await later(answer.firstTokenMs ?? options.firstTokenMs ?? FIRST_TOKEN_MS, signal);
      for (const event of answer.events) {
        if (signal.aborted) return;
        yield event;
        await later(options.tokenMs ?? TOKEN_MS, signal);
      }
      if (signal.aborted) return;
      if (answer.error) throw answer.error;
      yield { type: 'end', reason: 'end_turn', inputTokens: 100, outputTokens: answer.events.length };
    },
  };
}

export interface ScriptedVoiceOptions {
  readonly firstSpeechMs?: number;
  /** What goes otherwise with a clause. */
  readonly speech?: (clause: string, voice: Voice) => ScriptedSpeech | undefined;
}

export function scriptedVoice(options: ScriptedVoiceOptions): TextToSpeech {
  return {
    name: 'scripted',
    async *speak(clauses, voice, signal): AsyncGenerator<Speech> {
      let clause = 0;
      for await (const text of clauses) {
        const { error, silent, breaksOff, firstSpeechMs } = options.speech?.(text, voice) ?? {};
        await later(firstSpeechMs ?? options.firstSpeechMs ?? FIRST_SPEECH_MS, signal);
        if (signal.aborted) return;
        if (error) throw error;
        const audio = new Uint8Array(silent ? 0 : Math.round((text.length / CHARS_PER_SECOND) * 8000)).fill(0x55);
        if (!silent) yield { clause, audio: audio.subarray(0, FIRST_PIECE_BYTES), last: false };
        if (breaksOff) throw breaksOff;
        yield { clause, audio: audio.subarray(FIRST_PIECE_BYTES), last: true };
        clause++;
      }
    },
  };
}

export function textEvents(text: string): ModelEvent[] {
  return (text.match(/\S+\s*/g) ?? []).map((piece) => ({ type: 'text', text: piece }));
}

function toAnswer(answer: ReturnType<Answering>): ScriptedAnswer {
  if (answer instanceof Error) return { events: [], error: answer };
  if (typeof answer === 'string') return { events: textEvents(answer) };
  return 'events' in answer ? answer : { events: answer };
}

/** Resolves after `ms`, or when `signal` aborts. */
function later(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    if (signal.aborted) done();
    else signal.addEventListener('abort', done);
  });
}
