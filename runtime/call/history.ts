/** What was said, as the model gets to know it: the caller's words, and of the agent's only those that were heard. */
import type { Message, ToolCall, ToolResult } from '../providers/language-model.ts';

/** One round of the agent's turn: what it said, then the tools it called. Results may still arrive after the turn. */
export interface Round {
  text: string;
  toolCalls: readonly ToolCall[];
  readonly results: ToolResult[];
}

/**
 * About 30,000 tokens: an hour of talk is half of it, but tools may answer with 32 KB each. What is older than that is
 * forgotten, before a model refuses the whole.
 */
export const LONGEST_HISTORY_CHARS = 120_000;

type Entry = { readonly caller: string } | { readonly agent: readonly Round[] };

export class History {
  readonly #entries: Entry[] = [];

  /** Nothing was said yet that anybody heard. */
  get isEmpty(): boolean {
    return this.messages.length === 0;
  }

  /** Oldest first: as much of the latest as a model can be asked to read. */
  get messages(): Message[] {
    const latest: Message[][] = [];
    let chars = 0;
    for (const entry of this.#entries.toReversed()) {
      const messages = messagesOf(entry);
      chars += JSON.stringify(messages).length;
      if (chars > LONGEST_HISTORY_CHARS && latest.length > 0) break;
      latest.unshift(messages);
    }
    return latest.flat();
  }

  caller(text: string): void {
    this.#entries.push({ caller: text });
  }

  agent(rounds: readonly Round[]): void {
    this.#entries.push({ agent: rounds });
  }
}

function messagesOf(entry: Entry): Message[] {
  return 'caller' in entry ? [{ role: 'user', text: entry.caller }] : roundMessages(entry.agent);
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
