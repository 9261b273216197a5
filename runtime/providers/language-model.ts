/** A language model that can be heard while it is still thinking. */

export type Message =
  | { readonly role: 'user'; readonly text: string }
  | { readonly role: 'assistant'; readonly text: string; readonly toolCalls?: readonly ToolCall[] }
  | { readonly role: 'tool'; readonly results: readonly ToolResult[] };

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** As the model wrote it; checked against the tool's schema before it runs. */
  readonly input: unknown;
}

export interface ToolResult {
  readonly id: string;
  readonly output: unknown;
  readonly failed?: boolean;
}

export interface ToolDescription {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the input, made from the tool's zod schema. */
  readonly inputSchema: Readonly<Record<string, unknown>>;
}

export interface ModelRequest {
  readonly system: string;
  /**
   * Oldest first. May start with `assistant` (a greeting) and may hold two of a role in a row (an interrupted turn):
   * the provider brings it into the order its service demands.
   */
  readonly messages: readonly Message[];
  readonly tools: readonly ToolDescription[];
  readonly maxTokens: number;
  readonly temperature: number;
}

export type ModelEvent =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'tool-call'; readonly call: ToolCall }
  | { readonly type: 'end'; readonly reason: string; readonly inputTokens: number; readonly outputTokens: number };

export interface LanguageModel {
  readonly name: string;
  /** Throws a {@link ProviderError}; an aborted `signal` ends the iteration without one. */
  reply(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelEvent>;
}
