/**
 * Which turns the recognizer's redacted finals belong to. Turns are committed from partials and finals come later; a
 * segment can be part of two turns, and a turn of several segments. Only a turn whose segments are all its own, and all
 * final, is told: the others are for the cell's own redaction. Pure; changes nothing of what the call hears.
 */
import type { Transcript } from '../providers/speech-to-text.ts';

export interface RedactedTurn {
  readonly turn: number;
  readonly text: string;
}

interface Segment {
  words: number;
  /** Words that turns have taken, or that were none. */
  taken: number;
  /** Turns that some of its words are part of. */
  turns: number[];
  /** Some of its words are part of no spoken turn. */
  mixed: boolean;
  redactedText: string | undefined;
  /** The last turn when it was first heard of. */
  readonly since: number;
}

/** A final is a second or two late; what is older than this many turns will not come. */
const REMEMBERED_TURNS = 8;

export class RedactedTurns {
  readonly #segments = new Map<string, Segment>();
  #lastTurn = 0;

  /** @returns the turn that is complete with this. */
  heard({ segmentId, text, redactedText }: Transcript): RedactedTurn | undefined {
    const segment = this.#segments.get(segmentId) ?? this.#newSegment();
    segment.words = text.split(/\s+/).filter(Boolean).length;
    segment.redactedText = redactedText;
    this.#segments.set(segmentId, segment);
    const [turn] = segment.turns;
    return turn === undefined ? undefined : this.#complete(turn);
  }

  /** The words so far are this turn's. @returns it, if it is complete already */
  committed(turn: number): RedactedTurn | undefined {
    this.#lastTurn = turn;
    for (const [id, { since }] of this.#segments) if (since < turn - REMEMBERED_TURNS) this.#segments.delete(id);
    for (const segment of this.#take()) segment.turns.push(turn);
    return this.#complete(turn);
  }

  /** The words so far are no spoken turn's. */
  discarded(): void {
    for (const segment of this.#take()) segment.mixed = true;
  }

  #newSegment(): Segment {
    return { words: 0, taken: 0, turns: [], mixed: false, redactedText: undefined, since: this.#lastTurn };
  }

  /** The segments with words that nobody has taken yet. */
  #take(): Segment[] {
    const untaken = [...this.#segments.values()].filter(({ words, taken }) => words > taken);
    for (const segment of untaken) segment.taken = segment.words;
    return untaken;
  }

  #complete(turn: number): RedactedTurn | undefined {
    const entries = [...this.#segments].filter(([, { turns }]) => turns.includes(turn));
    const texts = entries.flatMap(([, { words, taken, turns, mixed, redactedText }]) =>
      redactedText !== undefined && turns.length === 1 && !mixed && words <= taken ? [redactedText] : [],
    );
    if (texts.length === 0 || texts.length < entries.length) return undefined;
    for (const [id] of entries) this.#segments.delete(id);
    return { turn, text: texts.join(' ') };
  }
}
