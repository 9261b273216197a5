/** One stretch of speech on its way to the client: words said, shown in growing partial results, frozen, made final. */

export interface SaidWord {
  readonly text: string;
  /** `,` `.` `?` and the like after the word, or empty. */
  readonly punctuation: string;
  /** Where the word is in the stream's audio: ms from the first frame. */
  readonly startMs: number;
  readonly endMs: number;
  /** The last word of what the caller meant to say: its punctuation needs no next word to be believed. */
  readonly endsLine: boolean;
}

export interface RecognizedWord extends Omit<SaidWord, 'endsLine'> {
  /** Will not change any more. */
  readonly isStable: boolean;
}

export interface Recognition {
  readonly words: readonly RecognizedWord[];
  readonly isFinal: boolean;
}

/** Latencies, drawn afresh each time. */
export interface Pace {
  partialMs(): number;
  finalMs(): number;
  /** From a word's first showing to its being stable, unless another word follows sooner. */
  readonly stableAfterMs: number;
}

export class Segment {
  readonly #pace: Pace;
  readonly #words: (SaidWord & { readonly dueMs: number })[] = [];
  #shown = 0;
  #stable = 0;
  #finalDueMs: number | undefined;

  constructor(pace: Pace) {
    this.#pace = pace;
  }

  /** Where the last word ends; 0 before any word. */
  get endMs(): number {
    return this.#words.at(-1)?.endMs ?? 0;
  }

  /** @param heardAtMs when the audio that settled the word arrived: it shows one partial-result latency later. */
  say(word: SaidWord, heardAtMs: number): void {
    const before = this.#words.at(-1)?.dueMs ?? 0;
    this.#words.push({ ...word, dueMs: Math.max(before, heardAtMs + this.#pace.partialMs()) });
  }

  /** The caller has paused: unless he goes on, the result becomes final one latency after this. */
  pause(heardAtMs: number): void {
    this.#finalDueMs = Math.max(this.#words.at(-1)!.dueMs, heardAtMs + this.#pace.finalMs());
  }

  resume(): void {
    this.#finalDueMs = undefined;
  }

  /** No more audio will come: there is nothing to wait for but the latest words. */
  finish(nowMs: number): void {
    this.#finalDueMs = Math.max(this.#words.at(-1)!.dueMs, nowMs + this.#pace.partialMs());
  }

  /** When {@link due} will next have something, if nothing more is said. */
  get nextDueMs(): number | undefined {
    const moments = [
      this.#words[this.#shown]?.dueMs,
      this.#stable < this.#shown ? this.#words[this.#stable]!.dueMs + this.#pace.stableAfterMs : undefined,
      this.#finalDueMs,
    ].filter((moment) => moment !== undefined);
    return moments.length > 0 ? Math.min(...moments) : undefined;
  }

  /** The result that has become due by now, if one has. Nothing comes after a final one. */
  due(nowMs: number): Recognition | undefined {
    const words = this.#words;
    const shown = countWhile(words, (word) => word.dueMs <= nowMs);
    // However fast the service is, a final says nothing that no partial has shown.
    if (this.#finalDueMs !== undefined && this.#finalDueMs <= nowMs && this.#shown === words.length)
      return this.#recognition(words.length, words.length, true);
    const stable = countWhile(
      words.slice(0, shown),
      (word, i) => i + 1 < shown || word.dueMs + this.#pace.stableAfterMs <= nowMs,
    );
    const hasChanged = shown > this.#shown || stable > this.#stable;
    this.#shown = shown;
    this.#stable = stable;
    return hasChanged ? this.#recognition(shown, stable, false) : undefined;
  }

  #recognition(shown: number, stable: number, isFinal: boolean): Recognition {
    const words = this.#words.slice(0, shown).map(({ text, punctuation, startMs, endMs, endsLine }, i) => ({
      text,
      punctuation: endsLine || i + 1 < shown ? punctuation : '',
      startMs,
      endMs,
      isStable: i < stable,
    }));
    return { words, isFinal };
  }
}

function countWhile<T>(items: readonly T[], holds: (item: T, index: number) => boolean): number {
  const end = items.findIndex((item, i) => !holds(item, i));
  return end < 0 ? items.length : end;
}
