/** Amazon Bedrock's ConverseStream: a reply from the rule file, token by token, at a model's pace. */
import { setTimeout as delay } from 'node:timers/promises';
import { StreamedAnswer } from './answer.ts';
import {
  bedrockError,
  type ConverseMessage,
  type ConverseRequest,
  readConverseRequest,
  resultText,
} from './converse-request.ts';
import type { Strike } from './faults.ts';
import { type Request, type Response, readJson, writeHead } from './http.ts';
import { drawLatency, type Latencies } from './latency.ts';
import type { Random } from './random.ts';
import { chooseReply, type Reply, type ReplyFile, type Situation } from './replies.ts';

export interface BedrockOptions {
  readonly latencies: Latencies;
  readonly random: (label: string) => Random;
  readonly replies: ReplyFile;
}

/** Converse takes larger ones, with pictures in them. */
const LONGEST_BODY_BYTES = 4 << 20;
const CHARACTERS_A_TOKEN = 4;

export class EmulatedBedrock {
  readonly stats = { requests: 0, openStreams: 0, inputTokens: 0, outputTokens: 0 };
  /** How often each rule has given the reply. */
  readonly rules: Record<string, number> = {};
  readonly #options: BedrockOptions;

  constructor(options: BedrockOptions) {
    this.#options = options;
  }

  /** Throws a ServiceError while nothing has been answered yet. */
  async handle(request: Request, response: Response, strike: Strike | undefined): Promise<void> {
    const startedMs = Date.now();
    const number = ++this.stats.requests;
    if (strike?.name === 'throttle')
      throw bedrockError(429, 'ThrottlingException', 'Too many requests, please wait before trying again.');
    if (strike?.name === 'refuse')
      throw bedrockError(
        403,
        'AccessDeniedException',
        "You don't have access to the model with the specified model ID.",
      );
    const conversation = readConverseRequest(await readJson(request, LONGEST_BODY_BYTES));

    const draws = this.#options.random(`bedrock ${number}`);
    await delay(drawLatency(this.#options.latencies.firstToken, draws));
    writeHead(response, 200, { 'content-type': 'application/vnd.amazon.eventstream' });
    const answer = new StreamedAnswer(response, strike);
    this.stats.openStreams++;
    void answer.closed.then(() => this.stats.openStreams--);
    await this.#reply(answer, conversation, number, startedMs);
  }

  async #reply(answer: StreamedAnswer, request: ConverseRequest, number: number, startedMs: number): Promise<void> {
    const reply = chooseReply(this.#options.replies, situationOf(request));
    this.rules[reply.rule] = (this.rules[reply.rule] ?? 0) + 1;

    const events = replyEvents(reply, number, request.inferenceConfig.maxTokens ?? Number.POSITIVE_INFINITY);
    const perTokenMs = 1_000 / this.#options.latencies.tokensPerSecond;
    const firstMs = Date.now();
    let tokens = 0;
    for (const { type, payload, isToken } of events) {
      if (isToken) {
        const dueMs = firstMs + tokens * perTokenMs;
        if (dueMs > Date.now()) await delay(dueMs - Date.now());
        tokens++;
      }
      if (answer.isOver) return;
      answer.event(type, payload);
    }
    const inputTokens = Math.ceil(JSON.stringify(request).length / CHARACTERS_A_TOKEN);
    this.stats.inputTokens += inputTokens;
    this.stats.outputTokens += tokens;
    answer.event('metadata', {
      usage: { inputTokens, outputTokens: tokens, totalTokens: inputTokens + tokens },
      metrics: { latencyMs: Date.now() - startedMs },
    });
    answer.end();
  }
}

interface ReplyEvent {
  readonly type: string;
  readonly payload: object;
  /** Costs a token's time. */
  readonly isToken?: boolean;
}

/** The events of a reply: its words in block 0, then a block for each tool call. */
function* replyEvents(reply: Reply, number: number, maxTokens: number): Generator<ReplyEvent> {
  yield { type: 'messageStart', payload: { role: 'assistant' } };
  let left = maxTokens;
  let contentBlockIndex = 0;
  function* block(text: string, toDelta: (piece: string) => object): Generator<ReplyEvent> {
    for (const piece of toTokens(text)) {
      if (left-- <= 0) break;
      yield { type: 'contentBlockDelta', payload: { contentBlockIndex, delta: toDelta(piece) }, isToken: true };
    }
    yield { type: 'contentBlockStop', payload: { contentBlockIndex } };
    contentBlockIndex++;
  }

  if (reply.text) yield* block(reply.text, (text) => ({ text }));
  for (const { tool, input } of reply.calls) {
    const toolUseId = `tooluse_emulated_${number}_${contentBlockIndex}`;
    const start = { toolUse: { toolUseId, name: tool } };
    yield { type: 'contentBlockStart', payload: { contentBlockIndex, start } };
    yield* block(JSON.stringify(input), (piece) => ({ toolUse: { input: piece } }));
  }
  const stopReason = left < 0 ? 'max_tokens' : reply.calls.length > 0 ? 'tool_use' : 'end_turn';
  yield { type: 'messageStop', payload: { stopReason } };
}

/** Words with the space before them, long ones in pieces: about as a model's tokens fall. */
function toTokens(text: string): string[] {
  return text.match(/\s*\S{1,8}/g) ?? [];
}

/** Results count while nothing else has been said since: a caller who interrupts a tool is answered, not the tool. */
function situationOf({ messages, toolConfig }: ConverseRequest): Situation {
  const last = messages.at(-1)!;
  const lastAssistant = messages.findLast(({ role }) => role === 'assistant');
  const uses = messages.flatMap(({ content }) => content.flatMap(({ toolUse }) => toolUse ?? []));
  const results = textOf(last) ? [] : last.content.flatMap(({ toolResult }) => toolResult ?? []);
  return {
    callerTexts: messages
      .filter(({ role }) => role === 'user')
      .map(textOf)
      .filter(Boolean),
    lastReply: lastAssistant ? textOf(lastAssistant) : '',
    results: results.map((result) => ({
      tool: uses.findLast(({ toolUseId }) => toolUseId === result.toolUseId)!.name,
      output: resultText(result),
      failed: result.status === 'error',
    })),
    calledTools: new Set(uses.map(({ name }) => name)),
    tools: new Set((toolConfig?.tools ?? []).flatMap(({ toolSpec }) => toolSpec?.name ?? [])),
  };
}

function textOf({ content }: ConverseMessage): string {
  return content
    .flatMap(({ text }) => text ?? [])
    .join(' ')
    .trim();
}
