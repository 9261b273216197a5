/** One text in the place of another, in what a conversation's events hold of what was said. Pure. */
import type { Correction } from './request.ts';

/** Event → where it holds what was said, in words or as a tool took it from them. */
const SPOKEN: Readonly<Record<string, readonly string[]>> = {
  'caller-turn': ['text'],
  'caller-text-redacted': ['text'],
  'agent-turn': ['text', 'heardText'],
  'tool-called': ['input'],
  'tool-finished': ['output'],
};

export const CORRECTED_EVENTS: readonly string[] = Object.keys(SPOKEN);

export interface Corrected {
  /** The event's body, with the time of its correction. */
  readonly body: Readonly<Record<string, unknown>>;
  /** How often the text was replaced. */
  readonly replaced: number;
}

/**
 * Whole words only, in any case, with any blanks between them: "jon  smyth" is "Jon Smyth", "Smythe" is neither.
 * @param at ISO 8601, kept with the event: its words are not the ones that were recognized.
 * @returns undefined when the event holds nothing of the kind
 */
export function correct(
  event: { readonly type: string; readonly body: Readonly<Record<string, unknown>> },
  correction: Correction,
  at: string,
): Corrected | undefined {
  const pattern = patternOf(correction.replace);
  let replaced = 0;
  const inText = (text: string) =>
    text.replace(pattern, () => {
      replaced += 1;
      return correction.with;
    });
  const inValue = (value: unknown): unknown => {
    if (typeof value === 'string') return inText(value);
    if (Array.isArray(value)) return value.map(inValue);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inValue(inner)]));
  };
  const fields = (Object.hasOwn(SPOKEN, event.type) && SPOKEN[event.type]) || [];
  const changed = Object.fromEntries(
    fields.filter((field) => Object.hasOwn(event.body, field)).map((field) => [field, inValue(event.body[field])]),
  );
  return replaced === 0 ? undefined : { body: { ...event.body, ...changed, correctedAt: at }, replaced };
}

function patternOf(text: string): RegExp {
  const words = text
    .trim()
    .split(/\s+/)
    .map((word) => word.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'));
  return new RegExp(`(?<![\\p{L}\\p{N}])${words.join('\\s+')}(?![\\p{L}\\p{N}])`, 'giu');
}
