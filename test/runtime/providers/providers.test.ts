import { readFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Cell, type CellInput, defineCell } from '../../../regions/cell.ts';
import { type SpeechEmulatorOptions, startSpeechEmulator } from '../../../runtime/local/speech/emulator.ts';
import type { Fault } from '../../../runtime/local/speech/faults.ts';
import { noLatencies } from '../../../runtime/local/speech/latency.ts';
import { parseReplyFile } from '../../../runtime/local/speech/replies.ts';
import { createVoice } from '../../../runtime/local/voice.ts';
import { guardRegion } from '../../../runtime/observability/region-guard.ts';
import { ProviderError } from '../../../runtime/providers/errors.ts';
import {
  createProviders,
  type ProviderLimits,
  UnavailableProviderError,
  type WarmProviders,
} from '../../../runtime/providers/index.ts';
import type { ModelEvent } from '../../../runtime/providers/language-model.ts';
import type { RetryLimits } from '../../../runtime/providers/retry.ts';

const DENTAL = new URL('../../../runtime/local/demo/dental.replies.yaml', import.meta.url);
const replies = parseReplyFile(readFileSync(DENTAL, 'utf8'), 'dental.replies.yaml');

const cellOf = (changes: Partial<CellInput> = {}) =>
  defineCell({
    region: 'us-east-1',
    residency: ['US'],
    availabilityZones: ['us-east-1a', 'us-east-1b'],
    speechToText: { provider: 'transcribe' },
    languageModel: { provider: 'bedrock', modelId: 'amazon.nova-lite-v1:0' },
    textToSpeech: { provider: 'polly', voice: 'Joanna' },
    channels: { browser: true },
    ...changes,
  });
const generative: Partial<CellInput> = { textToSpeech: { provider: 'polly', engine: 'generative', voice: 'Ruth' } };

/** No machine is so busy that a service which answers would not do so in this time; a silent one is given up after it. */
const patient: RetryLimits = { budgetMs: 60_000, firstMs: 3_000, stallMs: 3_000, backoffMs: 50 };
/** There is time to wait and try again once: a second wait, of 3 s at least, does not fit. */
const oneRetry: RetryLimits = { ...patient, budgetMs: 4_400, backoffMs: 3_000 };
/** There is no time to try again. */
const noRetry: RetryLimits = { ...patient, budgetMs: 0 };

const allStages = (limits: RetryLimits): ProviderLimits => ({
  speechToText: limits,
  languageModel: limits,
  textToSpeech: limits,
  speechStream: { audioMs: limits.firstMs, keepAliveMs: 1_000, restMs: 60_000 },
});

interface ServeOptions {
  readonly cell?: Cell;
  readonly latencies?: SpeechEmulatorOptions['latencies'];
  readonly limits?: RetryLimits;
}

async function serve({ cell = cellOf(), latencies = 'none', limits = patient }: ServeOptions = {}) {
  const emulator = await startSpeechEmulator({ replies, latencies });
  const warnings: object[] = [];
  const providers = createProviders(cell, {
    endpoint: emulator.url,
    logger: { warn: (fields) => void warnings.push(fields) },
    limits: allStages(limits),
  });
  onTestFinished(async () => {
    await providers.close();
    await emulator.close();
  });
  return { emulator, providers, warnings };
}

const forever = () => new AbortController().signal;
const request = (text: string) => ({
  system: 'You are the front desk.',
  messages: [
    { role: 'assistant' as const, text: 'Bright Dental.' },
    { role: 'user' as const, text },
  ],
  tools: [],
  maxTokens: 100,
  temperature: 0.3,
});
async function* clausesOf(...clauses: string[]) {
  yield* clauses;
}

async function answer({ languageModel }: WarmProviders, text = 'What are your hours?'): Promise<string> {
  const events: ModelEvent[] = [];
  for await (const event of languageModel.reply(request(text), forever())) events.push(event);
  expect(events.at(-1)?.type).toBe('end');
  return events.map((event) => (event.type === 'text' ? event.text : '')).join('');
}

async function speak({ textToSpeech }: WarmProviders, clauses: string[], id = 'Joanna') {
  const spoken: number[] = [];
  for await (const { clause, audio } of textToSpeech.speak(clausesOf(...clauses), { id, language: 'en-US' }, forever()))
    spoken[clause] = (spoken[clause] ?? 0) + audio.length;
  return spoken;
}

const FRAME = 160;
const silentFrame = new Uint8Array(FRAME).fill(0xff);

/** Speaks lines into a call, faster than life, and is silent until they are understood; then hangs up. */
async function transcribe({ speechToText }: WarmProviders, lines: string[]): Promise<string> {
  const call = speechToText.open({ callId: 'call', language: 'en-US', signal: forever() });
  const finals: string[] = [];
  let endMs = 0;
  let failed = false;
  const read = (async () => {
    for await (const transcript of call) {
      expect(transcript.endMs).toBeGreaterThanOrEqual(endMs);
      endMs = transcript.endMs;
      if (transcript.isFinal) finals.push(transcript.text);
    }
  })();
  read.catch(() => {
    failed = true;
  });
  const voice = await createVoice({ voice: 'kal' });
  for (const line of lines) {
    const audio = await voice.speak(line);
    for (let at = 0; at < audio.length; at += FRAME) call.write(audio.subarray(at, at + FRAME));
    for (let frame = 0; frame < 60; frame++) call.write(silentFrame);
  }
  const silence = setInterval(() => call.write(silentFrame), 20);
  await expect.poll(() => failed || finals.join(' ').length >= lines.join(' ').length).toBe(true);
  clearInterval(silence);
  call.close();
  await read;
  return finals.join(' ');
}

async function failureOf(action: Promise<unknown>): Promise<string> {
  const error = await action.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ProviderError);
  return (error as ProviderError).failure;
}

describe('the providers of a cell', () => {
  it('hear, think and speak, and let nothing out of the cell', async () => {
    const guard = guardRegion(cellOf());
    onTestFinished(() => guard.remove());
    const { emulator, providers } = await serve();
    await providers.warm();
    emulator.script('call', ['What are your hours?']);
    const heard = await transcribe(providers, ['What are your hours?']);
    expect(heard).toBe('What are your hours?');
    const reply = await answer(providers, heard);
    expect(reply.length).toBeGreaterThan(10);
    const spoken = await speak(providers, [reply, 'Anything else?']);
    expect(spoken).toHaveLength(2);
    for (const bytes of spoken) expect(bytes).toBeGreaterThan(4_000);
    expect(guard.refused).toBe(0);
  });

  it('are named for what they are', async () => {
    const { providers } = await serve();
    const { speechToText, languageModel, textToSpeech } = providers;
    expect([speechToText.name, languageModel.name, textToSpeech.name]).toEqual(['transcribe', 'bedrock', 'polly']);
  });

  it('that are not built in are refused, all of them at once', () => {
    const cell = cellOf({
      speechToText: { provider: 'deepgram' },
      languageModel: { provider: 'openai', modelId: 'gpt' },
      textToSpeech: { provider: 'cartesia', voice: 'someone' },
    });
    const attempt = () => createProviders(cell);
    expect(attempt).toThrow(UnavailableProviderError);
    expect(attempt).toThrow(
      [
        'the cell of us-east-1 cannot serve calls:',
        '  - speechToText.provider is "deepgram", expected transcribe: no other is built in',
        '  - languageModel.provider is "openai", expected bedrock: no other is built in',
        '  - textToSpeech.provider is "cartesia", expected polly: no other is built in',
      ].join('\n'),
    );
  });

  it('call the services of their own region when no other endpoint is given, and are refused outside it', async () => {
    const hosts: string[] = [];
    const guard = guardRegion(cellOf({ region: 'eu-central-1' }), { onRefused: ({ host }) => hosts.push(host) });
    onTestFinished(() => guard.remove());
    const providers = createProviders(cellOf(), {
      credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
      limits: allStages(noRetry),
    });
    onTestFinished(() => providers.close());
    expect(await failureOf(answer(providers))).toBe('refused');
    expect(await failureOf(speak(providers, ['hello']))).toBe('refused');
    // The client hides why the connection of a two-way stream failed.
    expect(await failureOf(transcribe(providers, ['hello']))).toBe('unavailable');
    expect([...new Set(hosts)]).toEqual([
      'bedrock-runtime.us-east-1.amazonaws.com',
      'polly.us-east-1.amazonaws.com',
      'transcribestreaming.us-east-1.amazonaws.com',
    ]);
  });

  it('may be warmed up while nobody answers', async () => {
    const providers = createProviders(cellOf(), { endpoint: 'http://127.0.0.1:9' });
    onTestFinished(() => providers.close());
    await expect(providers.warm()).resolves.toBeUndefined();
  });

  it('end what is under way when they close', async () => {
    const { emulator, providers } = await serve();
    for (const stage of ['language-model', 'text-to-speech'] as const)
      emulator.inject({ stage, name: 'stall', afterEvents: 0 });
    const call = providers.speechToText.open({ callId: 'call', language: 'en-US', signal: forever() });
    const hearing = (async () => {
      for await (const _ of call);
    })();
    const thinking = (async () => {
      for await (const _ of providers.languageModel.reply(request('hello'), forever()));
    })();
    const speaking = speak(providers, ['hello']);
    await expect.poll(() => emulator.stats().polly.requests).toBe(1);
    await providers.close();
    await Promise.all([hearing, thinking, speaking]);
  });
});

/** Faults after which the caller notices nothing. */
const mended: Omit<Fault, 'stage'>[] = [
  { name: 'throttle' },
  { name: 'throttle', count: 2 },
  { name: 'drop-mid-stream', afterEvents: 0 },
  { name: 'malformed-event', afterEvents: 0 },
  { name: 'stall', afterEvents: 0 },
];
const title = ({ name, count = 1, afterEvents = 0 }: Omit<Fault, 'stage'>) =>
  `${count} × ${name} after ${afterEvents} events`;

describe.concurrent('a fault of the model', () => {
  it.each(mended.map((fault) => [title(fault), fault] as const))('is mended unheard: %s', async (_, fault) => {
    const { emulator, providers, warnings } = await serve();
    const sound = await answer(providers);
    emulator.inject({ stage: 'language-model', ...fault });
    expect(await answer(providers)).toBe(sound);
    expect(warnings).toHaveLength(fault.count ?? 1);
  });

  it.each([
    { name: 'throttle' as const, count: 100, failure: 'throttled' },
    { name: 'refuse' as const, failure: 'refused' },
    { name: 'drop-mid-stream' as const, afterEvents: 4, failure: 'unavailable' },
    { name: 'malformed-event' as const, afterEvents: 4, failure: 'malformed' },
    { name: 'stall' as const, afterEvents: 4, failure: 'timeout' },
  ])('surfaces when it cannot be mended: $name → $failure', async ({ failure, ...fault }) => {
    // Word by word: a connection that breaks takes along what it has not sent yet.
    const latencies = { ...noLatencies, tokensPerSecond: 50 };
    const { emulator, providers } = await serve({ latencies, limits: oneRetry });
    emulator.inject({ stage: 'language-model', ...fault });
    expect(await failureOf(answer(providers))).toBe(failure);
  });
});

describe.concurrent('a fault of the voice', () => {
  const clauses = ['Good morning, this is Bright Dental.', 'How can I help you today?'];

  it.each(
    [...mended, { name: 'drop-mid-stream' as const, afterEvents: 2 }, { name: 'stall' as const, afterEvents: 2 }].map(
      (fault) => [title(fault), fault] as const,
    ),
  )('is mended unheard, clause by clause: %s', async (_, fault) => {
    const { emulator, providers, warnings } = await serve();
    const sound = await speak(providers, clauses);
    emulator.inject({ stage: 'text-to-speech', ...fault });
    expect(await speak(providers, clauses)).toEqual(sound);
    expect(warnings).toHaveLength(fault.count ?? 1);
  });

  it.each(
    [
      { name: 'throttle' as const },
      { name: 'refuse' as const },
      { name: 'drop-mid-stream' as const, afterEvents: 2 },
      { name: 'malformed-event' as const, afterEvents: 2 },
      { name: 'stall' as const, afterEvents: 2 },
    ].map((fault) => [title(fault), fault] as const),
  )('is mended unheard, on the two-way stream: %s', async (_, fault) => {
    const { emulator, providers, warnings } = await serve({ cell: cellOf(generative) });
    const sum = (spoken: number[]) => spoken.reduce((total, bytes) => total + bytes, 0);
    const sound = sum(await speak(providers, clauses, 'Ruth'));
    emulator.inject({ stage: 'text-to-speech', ...fault });
    const spoken = await speak(providers, clauses, 'Ruth');
    expect(spoken).toHaveLength(2);
    expect(sum(spoken)).toBe(sound);
    expect(warnings).toHaveLength(1);
  });

  it('leaves each clause its own audio on the two-way stream when there is none', async () => {
    const neural = await serve();
    const streamed = await serve({ cell: cellOf(generative) });
    const many = [...clauses, 'We are open from eight to six.', 'Is there anything else?'];
    const apart = await speak(neural.providers, many, 'Ruth');
    const together = await speak(streamed.providers, many, 'Ruth');
    expect(together).toEqual(apart);
    expect(streamed.emulator.stats().polly.requests).toBe(1);
  });

  it.each([
    { name: 'throttle' as const, count: 100, failure: 'throttled' },
    { name: 'refuse' as const, failure: 'refused' },
  ])('surfaces when it cannot be mended: $name → $failure', async ({ failure, ...fault }) => {
    const { emulator, providers } = await serve({ limits: oneRetry });
    emulator.inject({ stage: 'text-to-speech', ...fault });
    expect(await failureOf(speak(providers, clauses))).toBe(failure);
  });
});

describe.concurrent('a fault of the recognizer', () => {
  const lines = ['I would like to book a cleaning.', 'On Thursday, please.'];

  it.each(
    [
      { name: 'throttle' as const, count: 2 },
      { name: 'drop-mid-stream' as const, afterEvents: 0 },
      { name: 'drop-mid-stream' as const, afterEvents: 2 },
      { name: 'drop-mid-stream' as const, afterEvents: 3, count: 3 },
      { name: 'malformed-event' as const, afterEvents: 2 },
      { name: 'stall' as const, afterEvents: 0 },
      { name: 'stall' as const, afterEvents: 2 },
    ].map((fault) => [title(fault), fault] as const),
  )('loses no word and repeats none: %s', async (_, fault) => {
    const { emulator, providers, warnings } = await serve();
    emulator.script('call', lines);
    emulator.inject({ stage: 'speech-to-text', ...fault });
    expect(await transcribe(providers, lines)).toBe(lines.join(' '));
    expect(warnings.length).toBeGreaterThanOrEqual(fault.count ?? 1);
  });

  it.each([
    { name: 'throttle' as const, count: 100, failure: 'throttled' },
    { name: 'refuse' as const, failure: 'refused' },
  ])('surfaces when it cannot be mended: $name → $failure', async ({ failure, ...fault }) => {
    const { emulator, providers } = await serve({ limits: oneRetry });
    emulator.inject({ stage: 'speech-to-text', ...fault });
    expect(await failureOf(transcribe(providers, lines))).toBe(failure);
  });
});
