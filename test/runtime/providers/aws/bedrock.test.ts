import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BedrockLanguageModel, defaultBedrockLimits } from '../../../../runtime/providers/aws/bedrock.ts';
import { createAwsClients } from '../../../../runtime/providers/aws/clients.ts';
import { ProviderError } from '../../../../runtime/providers/errors.ts';
import type { ModelEvent, ModelRequest } from '../../../../runtime/providers/language-model.ts';
import { skippingWaits, stopClock, timePassesFor, timePassesUntil } from '../../../support/stopped-clock.ts';
import {
  beginEvents,
  event,
  exception,
  refuse,
  type ScriptedRequest,
  startScriptedService,
} from './scripted-service.ts';

const cleanUps: (() => unknown)[] = [];
beforeEach(stopClock);
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  vi.useRealTimers();
});

const limits = { budgetMs: 1_500, firstMs: 300, stallMs: 300, backoffMs: 10 };
const request: ModelRequest = {
  system: 'You answer the phone.',
  messages: [{ role: 'user', text: 'hello' }],
  tools: [{ name: 'find_slot', description: 'finds a slot', inputSchema: { type: 'object', properties: {} } }],
  maxTokens: 50,
  temperature: 0.2,
};

async function modelOf(answer: (request: ScriptedRequest) => unknown) {
  const service = await startScriptedService(answer);
  const clients = createAwsClients('us-east-1', { endpoint: service.url });
  const closing = new AbortController();
  cleanUps.push(service.close, clients.destroy, () => closing.abort());
  const model = new BedrockLanguageModel(clients.bedrock, {
    modelId: 'test.model-v1:0',
    closing: closing.signal,
    limits,
    logger: skippingWaits,
  });
  return { model, service, closing };
}

async function collect(reply: AsyncIterable<ModelEvent>): Promise<ModelEvent[]> {
  const events: ModelEvent[] = [];
  for await (const item of reply) events.push(item);
  return events;
}

async function failureOf(reply: AsyncIterable<ModelEvent>): Promise<{ failure: string; before: ModelEvent[] }> {
  const before: ModelEvent[] = [];
  try {
    for await (const item of reply) before.push(item);
  } catch (error) {
    if (error instanceof ProviderError) return { failure: error.failure, before };
    throw error;
  }
  throw new Error('expected a ProviderError, found a complete reply');
}

const forever = () => new AbortController().signal;
const say = (text: string) => event('contentBlockDelta', { contentBlockIndex: 0, delta: { text } });
const stop = event('messageStop', { stopReason: 'end_turn' });
const metadata = event('metadata', {
  usage: { inputTokens: 12, outputTokens: 3, totalTokens: 15 },
  metrics: { latencyMs: 1 },
});

function answerHello(scripted: ScriptedRequest): void {
  beginEvents(scripted);
  for (const part of [event('messageStart', { role: 'assistant' }), say('Hello'), say(' there.'), stop, metadata])
    scripted.stream.write(part);
  scripted.stream.end();
}
const hello: ModelEvent[] = [
  { type: 'text', text: 'Hello' },
  { type: 'text', text: ' there.' },
  { type: 'end', reason: 'end_turn', inputTokens: 12, outputTokens: 3 },
];

describe('the Bedrock language model', () => {
  it('asks for the model of the cell with system prompt, tools and limits, and streams its text and usage', async () => {
    let asked: Promise<Record<string, unknown>> | undefined;
    const { model, service } = await modelOf((scripted) => {
      asked = scripted.json();
      answerHello(scripted);
    });
    expect(await collect(model.reply(request, forever()))).toEqual(hello);
    expect(service.requests[0]?.headers[':path']).toBe('/model/test.model-v1%3A0/converse-stream');
    expect(await asked).toEqual({
      system: [{ text: 'You answer the phone.' }],
      messages: [{ role: 'user', content: [{ text: 'hello' }] }],
      toolConfig: {
        tools: [
          {
            toolSpec: {
              name: 'find_slot',
              description: 'finds a slot',
              inputSchema: { json: { type: 'object', properties: {} } },
            },
          },
        ],
      },
      inferenceConfig: { maxTokens: 50, temperature: 0.2 },
    });
  });

  it('assembles tool calls that are written in parallel, and passes on input that is no JSON', async () => {
    const { model } = await modelOf((scripted) => {
      const start = (index: number, name: string) =>
        event('contentBlockStart', { contentBlockIndex: index, start: { toolUse: { toolUseId: `id${index}`, name } } });
      const input = (index: number, json: string) =>
        event('contentBlockDelta', { contentBlockIndex: index, delta: { toolUse: { input: json } } });
      const end = (index: number) => event('contentBlockStop', { contentBlockIndex: index });
      beginEvents(scripted);
      const parts = [say('One moment.'), end(0), start(1, 'find_slot'), start(2, 'note'), start(3, 'broken')];
      parts.push(input(1, '{"da'), input(2, ''), input(1, 'y":"Monday"}'), input(3, '{"cut'), end(2), end(1), end(3));
      parts.push(event('messageStop', { stopReason: 'tool_use' }), metadata);
      for (const part of parts) scripted.stream.write(part);
      scripted.stream.end();
    });
    expect(await collect(model.reply(request, forever()))).toEqual([
      { type: 'text', text: 'One moment.' },
      { type: 'tool-call', call: { id: 'id2', name: 'note', input: {} } },
      { type: 'tool-call', call: { id: 'id1', name: 'find_slot', input: { day: 'Monday' } } },
      { type: 'tool-call', call: { id: 'id3', name: 'broken', input: '{"cut' } },
      { type: 'end', reason: 'tool_use', inputTokens: 12, outputTokens: 3 },
    ]);
  });

  it('uses its connections again, after a reply that was cancelled too', async () => {
    const { model, service } = await modelOf((scripted) => {
      if (scripted.index % 2 === 0) return answerHello(scripted);
      beginEvents(scripted);
      scripted.stream.write(say('Hel'));
    });
    for (let turn = 0; turn < 6; turn++) {
      const bargeIn = new AbortController();
      for await (const item of model.reply(request, bargeIn.signal))
        if (turn % 2 === 1 && item.type === 'text') bargeIn.abort();
      await expect.poll(service.openStreams).toBe(0);
    }
    expect(service.requests).toHaveLength(6);
    // A connection is free again once its end of the stream is closed, which may be just after the next turn began.
    expect(service.connections).toBeLessThanOrEqual(2);
  });

  describe('tries again, unheard, when', () => {
    const faults: Record<string, (scripted: ScriptedRequest) => void> = {
      'it is throttled': (scripted) => refuse(scripted, 429, 'ThrottlingException'),
      'the service has an error': (scripted) => refuse(scripted, 500, 'InternalServerException'),
      'the model is being loaded': (scripted) => refuse(scripted, 429, 'ModelNotReadyException'),
      'nothing comes': () => {},
      'the connection breaks': ({ stream }) => stream.session?.destroy(),
      'the stream stalls before the first word': (scripted) => {
        beginEvents(scripted);
        scripted.stream.write(event('messageStart', { role: 'assistant' }));
      },
      'an event does not decode': (scripted) => {
        beginEvents(scripted);
        const broken = Buffer.from(say('Hi'));
        broken.writeUInt32BE(1, broken.length - 4);
        scripted.stream.end(broken);
      },
      'the first event is an exception': (scripted) => {
        beginEvents(scripted);
        scripted.stream.end(exception('throttlingException'));
      },
      'the stream ends before a word': (scripted) => {
        beginEvents(scripted);
        scripted.stream.end(event('messageStart', { role: 'assistant' }));
      },
    };
    for (const [name, fault] of Object.entries(faults))
      it(name, async () => {
        const { model, service } = await modelOf((scripted) =>
          scripted.index === 0 ? fault(scripted) : answerHello(scripted),
        );
        const reply = collect(model.reply(request, forever()));
        await timePassesUntil(() => service.requests.length === 2);
        expect(await reply).toEqual(hello);
        expect(service.requests).toHaveLength(2);
      });
  });

  describe('says what failed when trying again cannot help:', () => {
    it('throttled beyond the budget', async () => {
      const { model, service } = await modelOf((scripted) => refuse(scripted, 429, 'ThrottlingException'));
      expect(await failureOf(model.reply(request, forever()))).toEqual({ failure: 'throttled', before: [] });
      expect(service.requests.length).toBeGreaterThan(2);
    });

    it('refused, at once', async () => {
      const { model, service } = await modelOf((scripted) => refuse(scripted, 403, 'AccessDeniedException'));
      expect(await failureOf(model.reply(request, forever()))).toEqual({ failure: 'refused', before: [] });
      expect(service.requests).toHaveLength(1);
    });

    it('dropped after words that may have been spoken', async () => {
      const { model, service } = await modelOf((scripted) => {
        beginEvents(scripted);
        scripted.stream.write(say('Hel'));
      });
      const reply = model.reply(request, forever());
      expect((await reply.next()).value).toEqual({ type: 'text', text: 'Hel' });
      service.requests[0]!.stream.destroy(new Error('scripted'));
      expect(await failureOf(reply)).toEqual({ failure: 'unavailable', before: [] });
      expect(service.requests).toHaveLength(1);
    });

    it('stalled after words that may have been spoken', async () => {
      const { model } = await modelOf((scripted) => {
        beginEvents(scripted);
        scripted.stream.write(say('Hel'));
      });
      const reply = model.reply(request, forever());
      expect((await reply.next()).value).toEqual({ type: 'text', text: 'Hel' });
      expect((await timePassesFor(failureOf(reply))).failure).toBe('timeout');
    });

    it('nobody listens at the endpoint', async () => {
      const { model, service } = await modelOf(() => {});
      await service.close();
      expect((await failureOf(model.reply(request, forever()))).failure).toBe('unavailable');
    });
  });

  it('ends without an error and lets go of its stream when it is cancelled while waiting', async () => {
    const bargeIn = new AbortController();
    const { model, service } = await modelOf(() => bargeIn.abort());
    expect(await collect(model.reply(request, bargeIn.signal))).toEqual([]);
    await expect.poll(service.openStreams).toBe(0);
  });

  it('lets go of its stream when its reader leaves in the middle', async () => {
    const { model, service } = await modelOf((scripted) => {
      beginEvents(scripted);
      scripted.stream.write(say('Hel'));
    });
    for await (const _ of model.reply(request, forever())) break;
    await expect.poll(service.openStreams).toBe(0);
  });

  it('ends its replies when the providers close', async () => {
    const { model, closing } = await modelOf(() => closing.abort());
    expect(await collect(model.reply(request, forever()))).toEqual([]);
  });

  it('leaves nothing behind on the signals it was given', async () => {
    const { model, closing } = await modelOf((scripted) =>
      scripted.index === 0 ? refuse(scripted, 429, 'ThrottlingException') : answerHello(scripted),
    );
    const { signal } = new AbortController();
    await collect(model.reply(request, signal));
    for await (const _ of model.reply(request, signal)) break;
    expect([...getEventListeners(signal, 'abort'), ...getEventListeners(closing.signal, 'abort')]).toEqual([]);
  });

  it('gives the caller something to hear within three seconds by default', () => {
    expect(defaultBedrockLimits.budgetMs).toBeLessThanOrEqual(2_500);
  });
});
