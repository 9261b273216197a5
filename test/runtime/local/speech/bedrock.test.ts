import {
  type ContentBlock,
  ConverseStreamCommand,
  type ConverseStreamCommandInput,
  type ConverseStreamOutput,
  type Message,
} from '@aws-sdk/client-bedrock-runtime';
import { describe, expect, it } from 'vitest';
import { parseReplyFile } from '../../../../runtime/local/speech/replies.ts';
import { collect, type Services, startServices } from './clients.ts';

const REPLIES = parseReplyFile(
  `
rules:
  - { name: two-tools, says: both, reply: "Sure, both.", calls: [{ tool: look, input: { day: [1, x] } }, { tool: book }] }
  - { name: looked, result: look, reply: "Good, I looked." }
  - { name: hello, says: hello, reply: "Hello, how are you today?" }
default: { reply: "Pardon?" }
`,
  'test',
);

const says = (text: string): Message => ({ role: 'user', content: [{ text }] });
const answers = (...content: ContentBlock[]): Message => ({ role: 'assistant', content });
const tools = (...names: string[]): ConverseStreamCommandInput['toolConfig'] => ({
  tools: names.map((name) => ({ toolSpec: { name, inputSchema: { json: { type: 'object' } } } })),
});
const use = (toolUseId: string, name = 'look'): ContentBlock => ({ toolUse: { toolUseId, name, input: {} } });
const result = (toolUseId: string, more: object = {}): ContentBlock => ({
  toolResult: { toolUseId, content: [{ json: { ok: true } }], ...more },
});

async function converse(
  { bedrock }: Services,
  messages: Message[],
  rest: Partial<ConverseStreamCommandInput> = {},
): Promise<ConverseStreamOutput[]> {
  const { stream } = await bedrock.send(new ConverseStreamCommand({ modelId: 'some.model-v1:0', messages, ...rest }));
  return collect(stream!);
}

const textOf = (events: ConverseStreamOutput[]) =>
  events.map(({ contentBlockDelta }) => contentBlockDelta?.delta?.text ?? '').join('');

describe('emulated Bedrock', () => {
  it('streams a reply: start, text in tokens, stop with its reason, usage and latency', async () => {
    const events = await converse(await startServices({ replies: REPLIES }), [says('Hello there')]);
    expect(textOf(events)).toBe('Hello, how are you today?');
    expect(events.map((event) => Object.keys(event)[0])).toEqual([
      'messageStart',
      ...Array(5).fill('contentBlockDelta'),
      'contentBlockStop',
      'messageStop',
      'metadata',
    ]);
    expect(events.at(-2)!.messageStop).toEqual({ stopReason: 'end_turn' });
    expect(events.at(-1)!.metadata).toMatchObject({
      usage: { inputTokens: expect.any(Number), outputTokens: 5 },
      metrics: { latencyMs: expect.any(Number) },
    });
  });

  it('calls tools in blocks of their own, side by side, their input in pieces of JSON', async () => {
    const events = await converse(await startServices({ replies: REPLIES }), [says('do both')], {
      toolConfig: tools('look', 'book'),
    });
    const started = events.flatMap(({ contentBlockStart }) => contentBlockStart ?? []);
    expect(started.map(({ contentBlockIndex, start }) => [contentBlockIndex, start!.toolUse!.name])).toEqual([
      [1, 'look'],
      [2, 'book'],
    ]);
    expect(new Set(started.map(({ start }) => start!.toolUse!.toolUseId)).size).toBe(2);
    const inputOf = (index: number) =>
      events
        .filter(({ contentBlockDelta }) => contentBlockDelta?.contentBlockIndex === index)
        .map(({ contentBlockDelta }) => contentBlockDelta!.delta!.toolUse!.input);
    expect(inputOf(1).length).toBeGreaterThan(1);
    expect(JSON.parse(inputOf(1).join(''))).toEqual({ day: [1, 'x'] });
    expect(JSON.parse(inputOf(2).join(''))).toEqual({});
    expect(events.at(-2)!.messageStop!.stopReason).toBe('tool_use');
  });

  it('does not call a tool that it was not given', async () => {
    const services = await startServices({ replies: REPLIES });
    expect(textOf(await converse(services, [says('do both')], { toolConfig: tools('look') }))).toBe('Pardon?');
  });

  it('answers the result of a tool, unless the caller has spoken since', async () => {
    const services = await startServices({ replies: REPLIES });
    const toolConfig = tools('look');
    const asked = [says('look'), answers(use('t1'))];
    const resulted = [...asked, { role: 'user' as const, content: [result('t1')] }];
    expect(textOf(await converse(services, resulted, { toolConfig }))).toBe('Good, I looked.');
    const interrupted = [...asked, { role: 'user' as const, content: [result('t1'), { text: 'Hello?' }] }];
    expect(textOf(await converse(services, interrupted, { toolConfig }))).toBe('Hello, how are you today?');
  });

  it('stops at the most tokens it may use', async () => {
    const services = await startServices({ replies: REPLIES });
    const events = await converse(services, [says('hello')], { inferenceConfig: { maxTokens: 2 } });
    expect(textOf(events)).toBe('Hello, how');
    expect(events.find(({ messageStop }) => messageStop)!.messageStop!.stopReason).toBe('max_tokens');
  });

  it('counts which rules replied, and never what was said', async () => {
    const services = await startServices({ replies: REPLIES });
    await converse(services, [says('hello')]);
    await converse(services, [says('my secret is 12345')]);
    expect(services.emulator.stats().bedrock).toMatchObject({ requests: 2, rules: { hello: 1, default: 1 } });
    expect(JSON.stringify(services.emulator.stats())).not.toContain('12345');
  });

  const toolConfig = tools('look');
  it.each<[string, Message[], string, Partial<ConverseStreamCommandInput>?]>([
    ['no message', [], 'must start with a user message'],
    ['an assistant first', [answers({ text: 'Hi' }), says('hello')], 'must start with a user message'],
    ['an assistant last', [says('hello'), answers({ text: 'Hi' })], 'must end with a user message'],
    ['two users in a row', [says('hello'), says('hello?')], 'must alternate between user and assistant'],
    ['an empty message', [{ role: 'user', content: [] }], 'messages.0 is empty'],
    ['a blank text', [says('  ')], 'messages.0.content.0 is blank'],
    [
      'tool blocks without tools',
      [says('look'), answers(use('t1')), { role: 'user', content: [result('t1')] }],
      'toolConfig field must be defined',
    ],
    [
      'a tool call without a result',
      [says('look'), answers(use('t1'), use('t2')), { role: 'user', content: [result('t1')] }],
      'Expected toolResult blocks at messages.2.content for the following Ids: t2',
      { toolConfig },
    ],
    [
      'a result without a tool call',
      [says('look'), answers(use('t1')), { role: 'user', content: [result('t1'), result('t2')] }],
      'exceeds the number of toolUse blocks',
      { toolConfig },
    ],
    [
      'a result out of place',
      [{ role: 'user', content: [result('t1')] }],
      'exceeds the number of toolUse blocks',
      { toolConfig },
    ],
    [
      'a failed result that says nothing',
      [says('look'), answers(use('t1')), { role: 'user', content: [result('t1', { status: 'error', content: [] })] }],
      'cannot be empty when status value is error',
      { toolConfig },
    ],
    ['a temperature out of range', [says('hello')], 'temperature', { inferenceConfig: { temperature: 3 } }],
  ])('refuses a conversation with %s, in the words of the service', async (_, messages, message, rest = {}) => {
    const services = await startServices({ replies: REPLIES });
    await expect(converse(services, messages, rest)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining(message),
      $metadata: { httpStatusCode: 400 },
    });
  });

  it('stops when the client no longer listens', async () => {
    const replies = parseReplyFile(`rules: []\ndefault: { reply: "${'word '.repeat(2_000)}" }`, 'long');
    const services = await startServices({ replies, latencies: { tokensPerSecond: 1_000 } });
    const abort = new AbortController();
    const { stream } = await services.bedrock.send(
      new ConverseStreamCommand({ modelId: 'm', messages: [says('go')] }),
      {
        abortSignal: abort.signal,
      },
    );
    const events = stream![Symbol.asyncIterator]();
    await events.next();
    expect(services.emulator.stats().bedrock.openStreams).toBe(1);
    abort.abort();
    await expect.poll(() => services.emulator.stats().bedrock.openStreams).toBe(0);
    expect(services.emulator.stats().bedrock.outputTokens).toBe(0);
  });
});
