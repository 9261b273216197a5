/** Amazon Bedrock, any chat model of the region, through ConverseStream. */
import {
  type BedrockRuntimeClient,
  ConverseStreamCommand,
  type ConverseStreamCommandInput,
} from '@aws-sdk/client-bedrock-runtime';
import type { LanguageModel, ModelEvent, ModelRequest, ToolCall } from '../language-model.ts';
import type { ProviderLogger } from '../logger.ts';
import { type Attempt, type RetryLimits, retrying } from '../retry.ts';
import { linkAbort, watched, within } from '../waiting.ts';
import { toConverseMessages, toConverseTools } from './bedrock-messages.ts';
import { toProviderError } from './errors.ts';

/**
 * First tokens come after 350 ms in the median; models think longer over long prompts. A stall is generous because some
 * models write a whole tool call before they show any of it.
 */
export const defaultBedrockLimits = {
  budgetMs: 2_500,
  firstMs: 1_500,
  stallMs: 2_500,
  backoffMs: 150,
} as const satisfies RetryLimits;

/** A tool call longer than this is a model gone astray. */
const LONGEST_INPUT_CHARS = 65_536;

export interface BedrockOptions {
  readonly modelId: string;
  /** Ends every reply when it aborts. */
  readonly closing: AbortSignal;
  readonly limits?: RetryLimits;
  readonly logger?: ProviderLogger;
}

export class BedrockLanguageModel implements LanguageModel {
  readonly name = 'bedrock';
  readonly #client: BedrockRuntimeClient;
  readonly #options: BedrockOptions;

  constructor(client: BedrockRuntimeClient, options: BedrockOptions) {
    this.#client = client;
    this.#options = options;
  }

  async *reply(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent> {
    const { modelId, closing, limits = defaultBedrockLimits, logger } = this.#options;
    const { controller, unlink } = linkAbort(signal, closing);
    try {
      const input = converseInput(modelId, request);
      yield* retrying<ModelEvent>({
        limits,
        signal: controller.signal,
        resumable: false,
        attempt: (attempt) => this.#converse(input, attempt),
        explain: (error) => toProviderError('language-model', this.name, error),
        onRetry: ({ failure }, waitMs) =>
          logger?.warn({ provider: this.name, failure, waitMs }, 'asking the model again'),
      });
    } finally {
      unlink();
      controller.abort();
    }
  }

  async *#converse(
    input: ConverseStreamCommandInput,
    { signal, firstMs, stallMs }: Attempt,
  ): AsyncGenerator<ModelEvent> {
    const sent = this.#client.send(new ConverseStreamCommand(input), { abortSignal: signal });
    const { stream } = await within(sent, firstMs, signal);
    const calls = new Map<number, ToolCallInWriting>();
    let reason: string | undefined;
    let usage = { inputTokens: 0, outputTokens: 0 };
    for await (const event of watched(stream!, stallMs, signal)) {
      const {
        contentBlockStart: start,
        contentBlockDelta: block,
        contentBlockStop: stop,
        messageStop,
        metadata,
      } = event;
      if (start?.start?.toolUse) {
        const { toolUseId = '', name = '' } = start.start.toolUse;
        calls.set(start.contentBlockIndex ?? 0, { id: toolUseId, name, json: '' });
      }
      if (block?.delta?.text) yield { type: 'text', text: block.delta.text };
      if (block?.delta?.toolUse) addInput(calls.get(block.contentBlockIndex ?? 0), block.delta.toolUse.input ?? '');
      if (stop) {
        const call = calls.get(stop.contentBlockIndex ?? 0);
        if (call) yield { type: 'tool-call', call: toToolCall(call) };
      }
      if (messageStop) reason = messageStop.stopReason ?? 'unknown';
      if (metadata) {
        const { inputTokens = 0, outputTokens = 0 } = metadata.usage ?? {};
        usage = { inputTokens, outputTokens };
        break; // always the last event
      }
    }
    if (reason === undefined) throw new Error('the stream ended before the message did');
    yield { type: 'end', reason, ...usage };
  }
}

function converseInput(
  modelId: string,
  { system, messages, tools, maxTokens, temperature }: ModelRequest,
): ConverseStreamCommandInput {
  return {
    modelId,
    messages: toConverseMessages(messages, tools.length > 0),
    ...(system.trim() ? { system: [{ text: system }] } : {}),
    ...(tools.length > 0 ? { toolConfig: { tools: toConverseTools(tools) } } : {}),
    inferenceConfig: { maxTokens, temperature },
  };
}

/** A tool call while the model writes it; several may be written at once, told apart by their block's index. */
interface ToolCallInWriting {
  readonly id: string;
  readonly name: string;
  json: string;
}

function addInput(call: ToolCallInWriting | undefined, json: string): void {
  if (!call) throw new TypeError('input for a tool call that was never started');
  call.json += json;
  if (call.json.length > LONGEST_INPUT_CHARS)
    throw new RangeError(`a tool input longer than ${LONGEST_INPUT_CHARS} characters`);
}

/** Input that is no JSON is passed on as it is: the tool's schema refuses it, and the model is told so. */
function toToolCall({ id, name, json }: ToolCallInWriting): ToolCall {
  if (!json.trim()) return { id, name, input: {} };
  try {
    return { id, name, input: JSON.parse(json) };
  } catch {
    return { id, name, input: json };
  }
}
