/**
 * A conversation as it happened → the conversation ConverseStream accepts. The service, or one of the models behind it,
 * refuses each of these:
 *   - a first message that is not the user's (calls begin with a greeting), or a last one that is the assistant's
 *   - two messages of one role in a row (an interrupted turn leaves that behind)
 *   - blank text
 *   - a tool call whose results are not all in the very next message; a result nobody asked for
 *   - results and ordinary text in one message ("Conversation blocks and tool result blocks cannot be provided in the
 *     same turn": Mistral)
 *   - tool blocks while no tools are given
 */
import type {
  ContentBlock,
  Message as ConverseMessage,
  Tool,
  ToolResultBlock,
  ToolUseBlock,
} from '@aws-sdk/client-bedrock-runtime';
import type { Message, ToolCall, ToolDescription, ToolResult } from '../language-model.ts';

type JsonObject = NonNullable<ToolUseBlock['input']>;

const CALL_BEGINS = '(The call begins.)';
const CALLER_SILENT = '(The caller says nothing.)';
/** Stands between a tool's result and the caller's next words when he spoke before the result was told. */
const NOTHING_SAID = '(interrupted)';
const NO_RESULT: Omit<ToolResult, 'id'> = { output: 'no result: the call was interrupted', failed: true };

/** @param withTools false when the request offers no tools: calls and results then become notes in plain text. */
export function toConverseMessages(messages: readonly Message[], withTools: boolean): ConverseMessage[] {
  const results = new Map(
    messages
      .flatMap((message) => (message.role === 'tool' ? message.results : []))
      .map((result) => [result.id, result]),
  );
  const conversation = new Conversation();
  for (const message of messages) {
    if (message.role === 'tool') continue; // said with the call that asked for it
    conversation.say(message.role, message.text);
    const calls = message.role === 'assistant' ? (message.toolCalls ?? []) : [];
    if (calls.length === 0) continue;
    const pairs = calls.map((call) => ({ call, result: results.get(call.id) ?? { id: call.id, ...NO_RESULT } }));
    if (withTools) conversation.useTools(pairs);
    else for (const pair of pairs) conversation.say('user', note(pair));
  }
  return conversation.finish();
}

export function toConverseTools(tools: readonly ToolDescription[]): Tool[] {
  return tools.map(({ name, description, inputSchema }) => ({
    toolSpec: { name, description, inputSchema: { json: plainSchema(inputSchema) } },
  }));
}

type Role = 'user' | 'assistant';
interface CallWithResult {
  readonly call: ToolCall;
  readonly result: ToolResult;
}

/** Grows one message at a time and is acceptable after each. */
class Conversation {
  readonly #messages: { role: Role; content: ContentBlock[] }[] = [];

  say(role: Role, text: string): void {
    const words = text.trim();
    if (!words) return;
    if (this.#messages.length === 0 && role === 'assistant') this.say('user', CALL_BEGINS);
    const last = this.#messages.at(-1);
    if (last?.role !== role) {
      this.#messages.push({ role, content: [{ text: words }] });
      return;
    }
    const block = last.content.at(-1);
    if (block?.text !== undefined) block.text += `\n${words}`;
    else {
      this.#messages.push({ role: role === 'user' ? 'assistant' : 'user', content: [{ text: NOTHING_SAID }] });
      this.#messages.push({ role, content: [{ text: words }] });
    }
  }

  useTools(pairs: readonly CallWithResult[]): void {
    if (this.#messages.length === 0) this.say('user', CALL_BEGINS);
    const uses = pairs.map(
      ({ call }): ContentBlock => ({ toolUse: { toolUseId: call.id, name: call.name, input: asObject(call.input) } }),
    );
    const last = this.#messages.at(-1);
    if (last?.role === 'assistant') last.content.push(...uses);
    else this.#messages.push({ role: 'assistant', content: uses });
    this.#messages.push({ role: 'user', content: pairs.map(({ result }) => ({ toolResult: toResultBlock(result) })) });
  }

  finish(): ConverseMessage[] {
    if (this.#messages.length === 0) this.say('user', CALL_BEGINS);
    if (this.#messages.at(-1)?.role === 'assistant') this.say('user', CALLER_SILENT);
    return this.#messages as ConverseMessage[];
  }
}

function toResultBlock({ id, output, failed }: ToolResult): ToolResultBlock {
  const content = typeof output === 'string' && output.trim() ? { text: output } : { json: asObject(output) };
  return { toolUseId: id, content: [content], status: failed ? 'error' : 'success' };
}

function note({ call, result }: CallWithResult): string {
  return `(${call.name} ${result.failed ? 'failed' : 'returned'}: ${JSON.stringify(result.output) ?? 'nothing'})`;
}

/** Inputs and results have to be JSON objects; anything else is wrapped. */
function asObject(value: unknown): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  return (value === undefined ? {} : { value }) as JsonObject;
}

/** Nova accepts only these at the top of a schema: https://docs.aws.amazon.com/nova/latest/userguide/tool-use-definition.html */
function plainSchema({ type, properties, required, $defs }: ToolDescription['inputSchema']): JsonObject {
  return asObject({
    type: type ?? 'object',
    properties: properties ?? {},
    ...(required ? { required } : {}),
    ...($defs ? { $defs } : {}),
  });
}
