/** What was said, as the model gets to know it: the caller's words, and of the agent's only those that were heard. */
import type { Message, ToolCall, ToolResult } from '../providers/language-model.ts';

/** One round of the agent's turn: what it said, then the tools it called. */
export interface Round {
  readonly text: string;
  readonly toolCalls: readonly ToolCall[];
  readonly results: readonly ToolResult[];
}

export class History {
  readonly #messages: Message[];

  constructor(messages: readonly Message[] = []) {
    this.#messages = [...messages];
  }

  get messages(): readonly Message[] {
    return this.#messages;
  }

  caller(text: string): void {
    this.#messages.push({ role: 'user', text });
  }

  agent(rounds: readonly Round[]): void {
    this.#messages.push(...roundMessages(rounds));
  }
}

/**
 * A tool that was called but has no result (the caller interrupted, or hung up) gets a failed one: a model service
 * refuses a history in which a call is left open.
 */
export function roundMessages(rounds: readonly Round[]): Message[] {
  return rounds.flatMap(({ text, toolCalls, results }): Message[] => {
    if (toolCalls.length === 0) return text ? [{ role: 'assistant', text }] : [];
    const outcomes = toolCalls.map(
      ({ id }) =>
        results.find((result) => result.id === id) ?? { id, output: 'interrupted by the caller', failed: true },
    );
    return [
      { role: 'assistant', text, toolCalls },
      { role: 'tool', results: outcomes },
    ];
  });
}
