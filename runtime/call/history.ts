/** What was said, as the model gets to know it: the caller's words, and of the agent's only those that were heard. */
import type { Message, ToolCall, ToolResult } from '../providers/language-model.ts';

/** One round of the agent's turn: what it said, then the tools it called. Results may still arrive after the turn. */
export interface Round {
  text: string;
  toolCalls: readonly ToolCall[];
  readonly results: ToolResult[];
}

type Entry = { readonly caller: string } | { readonly agent: readonly Round[] };

export class History {
  readonly #entries: Entry[] = [];

  /** Oldest first. */
  get messages(): Message[] {
    return this.#entries.flatMap((entry): Message[] =>
      'caller' in entry ? [{ role: 'user', text: entry.caller }] : roundMessages(entry.agent),
    );
  }

  caller(text: string): void {
    this.#entries.push({ caller: text });
  }

  agent(rounds: readonly Round[]): void {
    this.#entries.push({ agent: rounds });
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
        results.find((result) => result.id === id) ?? {
          id,
          output: 'not finished: the caller interrupted',
          failed: true,
        },
    );
    return [
      { role: 'assistant', text, toolCalls },
      { role: 'tool', results: outcomes },
    ];
  });
}
