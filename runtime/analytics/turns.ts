/** What was said in a call → rows from which nobody is known: redacted, and without anything that joins them. Pure. */
import { redactConversation } from '../compliance/redaction/conversation.ts';
import type { SpokenEvent } from './calls.ts';
import type { Day } from './day.ts';
import type { Group } from './groups.ts';

export interface TurnRow {
  readonly day: Day;
  readonly hour: number | null;
  readonly agent: string;
  readonly language: string;
  readonly speaker: 'caller' | 'agent';
  readonly text: string;
}

/** All of it was withheld: a language nobody wrote down. */
const WITHHELD = '[TEXT]';

/**
 * The turns of one call, in their order. What was keyed in is left out: digits are mostly numbers of somebody.
 * Where the recognizer has redacted a turn itself, its words are taken, and redacted once more with what the whole call
 * shows.
 */
export function turnRows(
  events: readonly SpokenEvent[],
  { day, group, language }: { readonly day: Day; readonly group: Group; readonly language: string },
): TurnRow[] {
  const redactedBefore = new Map(
    events.flatMap(({ type, turn, text }) => (type === 'caller-text-redacted' ? [[turn, text] as const] : [])),
  );
  const spoken = events.filter(
    ({ type, by, text }) => type !== 'caller-text-redacted' && by !== 'dtmf' && text.trim() !== '',
  );
  const turnsWith = (textOf: (event: SpokenEvent) => string) =>
    spoken.map((event) => ({
      speaker: event.type === 'caller-turn' ? ('caller' as const) : ('agent' as const),
      text: textOf(event),
    }));
  const asSaid = redactConversation(
    turnsWith(({ text }) => text),
    { language },
  );
  const before = turnsWith((event) => (event.type === 'caller-turn' && redactedBefore.get(event.turn)) || event.text);
  const redacted = redactConversation(before, { language });
  return redacted.turns.flatMap(({ text }, index) => {
    const row = {
      day,
      hour: group.hour ?? null,
      agent: group.agent,
      language,
      speaker: before[index]!.speaker,
      // What the original words gave away once is known everywhere.
      text: String(asSaid.value(text)),
    };
    return row.text === WITHHELD ? [] : [row];
  });
}
