/**
 * A whole call on virtual time: a caller made of voice and silence, a recognizer 300 ms behind him, a model and a
 * synthesizer that take as long as they are told. Thirty seconds of conversation pass in milliseconds.
 */
import { vi } from 'vitest';
import { type Agent, agentSchema } from '../../runtime/agents/definition.ts';
import { ToolSet } from '../../runtime/agents/tools.ts';
import { Call } from '../../runtime/call/call.ts';
import type { CallEvent, EndReason } from '../../runtime/call/events.ts';
import { History } from '../../runtime/call/history.ts';
import { PhraseBook } from '../../runtime/call/phrases.ts';
import { AsyncQueue } from '../../runtime/call/queue.ts';
import type { CallSetup } from '../../runtime/call/setup.ts';
import { type CallChannel, type ChannelEvent, type Farewell, FRAME_BYTES } from '../../runtime/channels/channel.ts';
import type { LanguageModel, ModelEvent, ModelRequest } from '../../runtime/providers/language-model.ts';
import type { SpeechToText, Transcript } from '../../runtime/providers/speech-to-text.ts';
import type { Speech, TextToSpeech } from '../../runtime/providers/text-to-speech.ts';

const VOICE = 0x00;
const SILENCE = 0xff;
/** The scripted synthesizer speaks this many characters a second. */
const CHARS_PER_SECOND = 20;

export interface ScriptedCallOptions {
  readonly agent?: Partial<Parameters<typeof agentSchema.parse>[0] & object>;
  /** What the model says to the messages it is given. */
  readonly model?: (request: ModelRequest) => readonly ModelEvent[] | string | Error;
  readonly firstTokenMs?: number;
  readonly tokenMs?: number;
  readonly firstSpeechMs?: number;
  /** Set to make the synthesizer fail from then on; phrases made before stay. */
  readonly speechFails?: () => Error | undefined;
  readonly partialMs?: number;
  readonly history?: History;
  readonly timing?: CallSetup['timing'];
}

const later = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

export async function startScriptedCall(options: ScriptedCallOptions = {}) {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'] });
  const agent: Agent = agentSchema.parse({
    name: 'test',
    version: '1',
    prompt: 'Be brief.',
    greeting: 'Hello.',
    ...options.agent,
  });
  const events: CallEvent[] = [];
  const line = new ScriptedLine();
  const recognizer = new ScriptedRecognizer(options.partialMs ?? 300);
  const requests: ModelRequest[] = [];
  const languageModel = scriptedModel(options, requests);
  const textToSpeech = scriptedVoice(options);
  const phrases = new PhraseBook(textToSpeech, { id: 'Test', language: 'en-US' });
  const preloaded = phrases.preload([
    agent.greeting,
    ...Object.values(agent.sentences),
    ...agent.openers.question,
    ...agent.openers.statement,
  ]);
  await vi.advanceTimersByTimeAsync(2_000);
  await preloaded;

  const call = new Call(line, {
    conversationId: '00000000-0000-4000-8000-000000000001',
    providers: { speechToText: recognizer, languageModel, textToSpeech, close: async () => {} },
    agent,
    tools: new ToolSet(agent),
    phrases,
    isSpeech: (frame) => frame[0] === VOICE,
    region: 'us-east-1',
    voice: 'Test',
    sink: (event) => events.push(event),
    longestCallMs: 3_600_000,
    history: options.history ?? new History(),
    timing: options.timing,
  });
  let reason: EndReason | undefined;
  void call.ended.then((ended) => {
    reason = ended;
  });

  const of = <Type extends CallEvent['type']>(type: Type) =>
    events.filter((event): event is Extract<CallEvent, { type: Type }> => event.type === type);

  return {
    call,
    agent,
    line,
    recognizer,
    requests,
    events,
    of,
    get reason() {
      return reason;
    },
    /** Time passes in silence. */
    async wait(ms: number) {
      await vi.advanceTimersByTimeAsync(ms);
    },
    /** The caller speaks for as long as the words take, and falls silent. */
    async says(text: string, ms = text.length * 60) {
      recognizer.plan(text, ms);
      line.voiced = true;
      await vi.advanceTimersByTimeAsync(ms);
      line.voiced = false;
    },
    /** A sound without words. */
    async makesNoise(ms: number) {
      line.voiced = true;
      await vi.advanceTimersByTimeAsync(ms);
      line.voiced = false;
    },
    async hangsUp() {
      line.end();
      await vi.advanceTimersByTimeAsync(100);
    },
  };
}

/** The caller's end of the line: 50 frames a second in; what is sent is played in real time, and marks come back then. */
class ScriptedLine implements CallChannel {
  readonly details = { callId: 'CA1', channel: 'twilio', from: '+14155550111', to: '+14155550100' } as const;
  readonly events = new AsyncQueue<ChannelEvent>();
  voiced = false;
  farewell: Farewell | undefined;
  clears = 0;
  sentBytes = 0;
  /** Virtual time of every audio message. */
  readonly sentAt: number[] = [];
  acknowledges = true;
  #playedOutAt = 0;
  #pending = new Map<string, NodeJS.Timeout>();
  readonly #ticker = setInterval(() => {
    this.events.push({ type: 'audio', frame: new Uint8Array(FRAME_BYTES).fill(this.voiced ? VOICE : SILENCE) });
  }, 20);

  sendAudio(audio: Uint8Array): void {
    if (audio.length % FRAME_BYTES !== 0) throw new Error(`${audio.length} bytes are not whole frames`);
    this.sentBytes += audio.length;
    this.sentAt.push(performance.now());
    this.#playedOutAt = Math.max(this.#playedOutAt, performance.now()) + audio.length / 8;
  }
  sendMark(name: string): void {
    const wait = Math.max(0, this.#playedOutAt - performance.now());
    this.#pending.set(
      name,
      setTimeout(() => this.#return(name), wait),
    );
  }
  clear(): void {
    this.clears++;
    this.#playedOutAt = performance.now();
    for (const [name, timer] of this.#pending) {
      clearTimeout(timer);
      this.#return(name);
    }
  }
  leave(farewell: Farewell): void {
    this.farewell ??= farewell;
    this.end();
  }
  end(): void {
    clearInterval(this.#ticker);
    this.events.end();
  }
  #return(name: string): void {
    this.#pending.delete(name);
    if (this.acknowledges) this.events.push({ type: 'mark', name });
  }
}

/** Shows each planned word `partialMs` after it was spoken, finals 1,136 ms after the last. */
class ScriptedRecognizer implements SpeechToText {
  readonly name = 'scripted';
  readonly #partialMs: number;
  #frames = 0;
  #segment = 0;
  #out = new AsyncQueue<Transcript>();
  constructor(partialMs: number) {
    this.#partialMs = partialMs;
  }
  open({ signal }: { signal: AbortSignal }) {
    signal.addEventListener('abort', () => this.#out.end());
    return {
      write: () => void this.#frames++,
      close: () => this.#out.end(),
      [Symbol.asyncIterator]: () => this.#out[Symbol.asyncIterator](),
    };
  }
  fail(error: Error): void {
    this.#out.fail(error);
  }
  plan(text: string, ms: number): void {
    const segmentId = `s${this.#segment++}`;
    const words = text.split(' ');
    const startMs = this.#frames * 20;
    words.forEach((_, index) => {
      const spokenMs = Math.round((ms * (index + 1)) / words.length);
      const show = (isFinal: boolean) =>
        this.#out.push({
          segmentId,
          text: words.slice(0, index + 1).join(' '),
          stableWords: isFinal ? words.length : index,
          isFinal,
          endMs: startMs + spokenMs,
        });
      setTimeout(show, spokenMs + this.#partialMs, false);
      if (index === words.length - 1) setTimeout(show, ms + 1136, true);
    });
  }
}

function scriptedModel(options: ScriptedCallOptions, requests: ModelRequest[]): LanguageModel {
  return {
    name: 'scripted',
    async *reply(request, signal) {
      requests.push(request);
      const answer = (options.model ?? (() => 'Sure, that is fine.'))(request);
      await later(options.firstTokenMs ?? 350);
      if (answer instanceof Error) throw answer;
      const events = typeof answer === 'string' ? textEvents(answer) : answer;
      for (const event of events) {
        if (signal.aborted) return;
        yield event;
        await later(options.tokenMs ?? 16);
      }
      yield { type: 'end', reason: 'end_turn', inputTokens: 100, outputTokens: events.length };
    },
  };
}

export function textEvents(text: string): ModelEvent[] {
  return (text.match(/\S+\s*/g) ?? []).map((piece) => ({ type: 'text', text: piece }));
}

function scriptedVoice(options: ScriptedCallOptions): TextToSpeech {
  return {
    name: 'scripted',
    async *speak(clauses, _voice, signal): AsyncGenerator<Speech> {
      let clause = 0;
      for await (const text of clauses) {
        const error = options.speechFails?.();
        if (error) throw error;
        await later(options.firstSpeechMs ?? 100);
        if (signal.aborted) return;
        const audio = new Uint8Array(Math.round((text.length / CHARS_PER_SECOND) * 8000)).fill(0x55);
        yield { clause, audio: audio.subarray(0, 800), last: false };
        yield { clause, audio: audio.subarray(800), last: true };
        clause++;
      }
    },
  };
}
