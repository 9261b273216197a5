/**
 * A whole call on virtual time: a caller made of voice and silence, a recognizer 300 ms behind him, a model and a
 * synthesizer that take as long as they are told. Thirty seconds of conversation pass in milliseconds.
 */
import { randomUUID } from 'node:crypto';
import { vi } from 'vitest';
import { type Agent, agentSchema } from '../../runtime/agents/definition.ts';
import { ownSentences } from '../../runtime/agents/sentences.ts';
import { ToolSet } from '../../runtime/agents/tools.ts';
import { Call } from '../../runtime/call/call.ts';
import type { CallEvent, EndReason } from '../../runtime/call/events.ts';
import { History } from '../../runtime/call/history.ts';
import { PhraseBook } from '../../runtime/call/phrases.ts';
import type { CallSetup } from '../../runtime/call/setup.ts';
import type { ModelRequest } from '../../runtime/providers/language-model.ts';
import { newSession, type Session } from '../../runtime/sessions/sessions.ts';
import { isVoice, ScriptedLine } from './scripted-line.ts';
import {
  type ScriptedModelOptions,
  ScriptedRecognizer,
  type ScriptedVoiceOptions,
  scriptedModel,
  scriptedVoice,
} from './scripted-services.ts';

export interface ScriptedCallOptions extends ScriptedModelOptions, ScriptedVoiceOptions {
  readonly agent?: Partial<Parameters<typeof agentSchema.parse>[0] & object>;
  readonly partialMs?: number;
  readonly history?: History;
  /** Of a call that was cut. @default a new one */
  readonly session?: Session;
  /** The agent's own sentences are ready when the call begins. @default true */
  readonly prepared?: boolean;
  /** @default true */
  readonly canRecord?: boolean;
  readonly timing?: CallSetup['timing'];
  /** Of the tenant. @default 'US' */
  readonly residency?: string;
}

export async function startScriptedCall(options: ScriptedCallOptions = {}) {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'] });
  const agent: Agent = agentSchema.parse({
    name: 'test',
    version: '1',
    prompt: 'Be brief.',
    greeting: 'Hello.',
    ...options.agent,
  });
  const sentences = ownSentences(agent);
  const textToSpeech = scriptedVoice(options);
  const phrases = new PhraseBook(textToSpeech, { id: 'Test', language: 'en-US' });
  const preloaded = phrases.preload(options.prepared === false ? [] : sentences);
  await vi.advanceTimersByTimeAsync(sentences.length * 200);
  await preloaded;

  const events: CallEvent[] = [];
  const requests: ModelRequest[] = [];
  const recorded: ('start' | 'withdraw')[] = [];
  const startedAt = performance.now();
  let hungUpAt = Number.POSITIVE_INFINITY;
  const line = new ScriptedLine();
  const recognizer = new ScriptedRecognizer(options.partialMs);
  const session = options.session ?? { ...newSession(), history: options.history ?? new History() };
  const call = new Call(line, {
    session,
    providers: {
      speechToText: recognizer,
      languageModel: scriptedModel(options, requests),
      textToSpeech,
      close: async () => {},
    },
    agent,
    tools: new ToolSet(agent),
    phrases,
    isSpeech: isVoice,
    region: 'us-east-1',
    tenant: { id: randomUUID(), residency: options.residency ?? 'US' },
    voice: 'Test',
    sink: (event) => events.push(event),
    longestCallMs: 3_600_000,
    ...(options.canRecord !== false && {
      recording: { start: () => void recorded.push('start'), withdraw: () => void recorded.push('withdraw') },
    }),
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
    /** Virtual time, as in `performance.now()`. */
    startedAt,
    agent,
    line,
    recognizer,
    requests,
    events,
    of,
    session,
    /** What the recorder was told. */
    recorded,
    get reason() {
      return reason;
    },
    get hungUpAt() {
      return hungUpAt;
    },
    /** Time passes in silence. */
    async wait(ms: number) {
      await vi.advanceTimersByTimeAsync(ms);
    },
    /** The caller speaks for as long as the words take, and falls silent. */
    async says(text: string, ms = text.length * 60, redactedText?: string) {
      recognizer.plan(text, ms, redactedText);
      line.voiced = true;
      await vi.advanceTimersByTimeAsync(ms);
      line.voiced = false;
    },
    /** He speaks too softly for voice activity; the recognizer hears him. */
    async whispers(text: string, ms = text.length * 60) {
      recognizer.plan(text, ms);
      await vi.advanceTimersByTimeAsync(ms);
    },
    /** A sound without words. */
    async makesNoise(ms: number) {
      line.voiced = true;
      await vi.advanceTimersByTimeAsync(ms);
      line.voiced = false;
    },
    presses(digits: string) {
      for (const digit of digits) line.events.push({ type: 'dtmf', digit });
    },
    types(text: string) {
      line.events.push({ type: 'text', text });
    },
    async hangsUp() {
      hungUpAt = performance.now();
      line.end();
      await vi.advanceTimersByTimeAsync(100);
    },
  };
}
