/** What Bedrock's Converse takes for a conversation, and what it says of one it does not take. Pure. */
import { z } from 'zod';
import { ServiceError } from './http.ts';

const toolUse = z.object({ toolUseId: z.string().min(1), name: z.string().min(1), input: z.unknown().optional() });

const toolResult = z.object({
  toolUseId: z.string().min(1),
  content: z.array(z.object({ text: z.string().optional(), json: z.unknown().optional() })).default([]),
  status: z.enum(['success', 'error']).optional(),
});

const contentBlock = z.object({
  text: z.string().optional(),
  toolUse: toolUse.optional(),
  toolResult: toolResult.optional(),
  cachePoint: z.unknown().optional(),
});

const message = z.object({ role: z.enum(['user', 'assistant']), content: z.array(contentBlock) });

const tool = z.object({
  toolSpec: z
    .object({
      name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
      description: z.string().min(1).optional(),
      inputSchema: z.object({ json: z.record(z.string(), z.unknown()) }),
    })
    .optional(),
  cachePoint: z.unknown().optional(),
});

const converseRequest = z.object({
  messages: z.array(message).default([]),
  system: z.array(z.object({ text: z.string().optional() })).default([]),
  inferenceConfig: z
    .object({ maxTokens: z.int().positive().optional(), temperature: z.number().min(0).max(1).optional() })
    .default({}),
  toolConfig: z.object({ tools: z.array(tool).min(1) }).optional(),
});

export type ConverseRequest = z.output<typeof converseRequest>;
export type ConverseMessage = z.output<typeof message>;
export type ToolUse = z.output<typeof toolUse>;
export type ToolResult = z.output<typeof toolResult>;

export function bedrockError(status: number, code: string, text: string): ServiceError {
  return new ServiceError(status, code, { message: text });
}

/** Throws a ValidationException, worded like the service's. */
export function readConverseRequest(body: unknown): ConverseRequest {
  const parsed = converseRequest.safeParse(body);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message: text }) => `Value at '${path.join('.')}': ${text}`);
    throw invalid(
      `${problems.length} validation error${problems.length > 1 ? 's' : ''} detected: ${problems.join('; ')}`,
    );
  }
  const problem = conversationProblem(parsed.data);
  if (problem) throw invalid(problem);
  return parsed.data;
}

/** The text of a tool's result, as the model reads it. */
export function resultText({ content }: ToolResult): string {
  return content.map(({ text, json }) => text ?? JSON.stringify(json)).join('\n');
}

const invalid = (text: string) => bedrockError(400, 'ValidationException', text);

/** The first rule that the conversation breaks, in the service's words: it reports one at a time. */
function conversationProblem({ messages, toolConfig }: ConverseRequest): string | undefined {
  if (messages[0]?.role !== 'user')
    return 'A conversation must start with a user message. Try again with a conversation that starts with a user message.';
  if (messages.at(-1)!.role !== 'user')
    return 'This model does not support assistant message prefill. The conversation must end with a user message.';
  for (const [i, { role, content }] of messages.entries()) {
    if (role === messages[i - 1]?.role)
      return 'A conversation must alternate between user and assistant roles. Make sure the conversation alternates between user and assistant roles and try again.';
    if (content.length === 0)
      return `The content field in the Message object at messages.${i} is empty. Add a ContentBlock object to the content field and try again.`;
    for (const [k, { text }] of content.entries())
      if (text !== undefined && text.trim() === '')
        return `The text field in the ContentBlock object at messages.${i}.content.${k} is blank. Add text to the text field, and try again.`;
  }
  const usesTools = messages.some(({ content }) => content.some((block) => block.toolUse ?? block.toolResult));
  if (usesTools && !toolConfig)
    return 'The toolConfig field must be defined when using toolUse and toolResult content blocks.';
  return toolProblem(messages);
}

/** Every tool call is answered in the next message, and nothing else is. */
function toolProblem(messages: readonly ConverseMessage[]): string | undefined {
  for (const [i, { content }] of messages.entries()) {
    const asked = (messages[i - 1]?.content ?? []).flatMap(({ toolUse: use }) => use?.toolUseId ?? []);
    const answered = content.flatMap(({ toolResult: result }) => result?.toolUseId ?? []);
    const missing = asked.filter((id) => !answered.includes(id));
    if (missing.length > 0)
      return `Expected toolResult blocks at messages.${i}.content for the following Ids: ${missing.join(', ')}`;
    if (answered.some((id) => !asked.includes(id)) || new Set(answered).size < answered.length)
      return `The number of toolResult blocks at messages.${i}.content exceeds the number of toolUse blocks of previous turn.`;
    for (const { toolResult: result } of content)
      if (result?.status === 'error' && result.content.length === 0)
        return `The content field at messages.${i}.content.0.toolResult cannot be empty when status value is error.`;
  }
  return undefined;
}
