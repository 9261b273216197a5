/**
 * Transcribe redacts complete segments only: partials are whole, and the final has `[NAME]` where they had the name. The
 * call needs the name. So a redacted final keeps the words of its last partial, and what the service made of them is
 * told beside.
 */
import type { Item, Result } from '@aws-sdk/client-transcribe-streaming';

const PLACEHOLDER = /\[[A-Z_]+\]/;

export interface ToldText {
  /** What was said. */
  readonly text: string;
  /** Of a final of a stream that redacts. */
  readonly redactedText?: string;
}

interface Partial {
  readonly resultId: string | undefined;
  readonly text: string;
  /** Where its last word ends, in seconds of the stream. */
  readonly endSeconds: number;
}

export class RedactedFinals {
  readonly #redacts: boolean;
  #partial: Partial | undefined;

  constructor(redacts: boolean) {
    this.#redacts = redacts;
  }

  /** @param known what earlier streams told of the segment: the words of a final that this stream sends at once. */
  take(
    { ResultId: resultId, IsPartial: isPartial }: Result,
    text: string,
    items: readonly Item[],
    known: string | undefined,
  ): ToldText {
    if (!this.#redacts) return { text };
    if (isPartial) {
      if (text.trim()) this.#partial = { resultId, text, endSeconds: endOf(items) };
      return { text };
    }
    const partial = this.#partial?.resultId === resultId ? this.#partial : undefined;
    this.#partial = undefined;
    if (!PLACEHOLDER.test(text)) return { text, redactedText: text };
    if (!partial) return { text: known ?? text, redactedText: text };
    const rest = itemsAfter(items, partial.endSeconds);
    return { text: rest ? `${partial.text} ${rest}` : partial.text, redactedText: text };
  }
}

function endOf(items: readonly Item[]): number {
  return items.findLast((item) => item.Type === 'pronunciation')?.EndTime ?? Number.POSITIVE_INFINITY;
}

/** Words that only the final has, because they were spoken after the last partial. */
function itemsAfter(items: readonly Item[], seconds: number): string {
  const first = items.findIndex(({ Type, StartTime = 0 }) => Type === 'pronunciation' && StartTime >= seconds);
  if (first < 0) return '';
  return items
    .slice(first)
    .map(({ Type, Content = '' }) => (Type === 'punctuation' ? Content : ` ${Content}`))
    .join('')
    .trim();
}
