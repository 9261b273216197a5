/**
 * What Transcribe reports → what the call is told, across any number of reopened streams. A reopened stream hears the
 * unfinished segment again under a new id, word by word, perhaps cut differently; the call sees one segment that goes
 * on: same id, times that never go back, no final twice. Where finals are redacted, their words are those of the last
 * partial, which is not: the call hears what the caller said.
 */
import type { Item, Result } from '@aws-sdk/client-transcribe-streaming';
import type { Transcript } from '../speech-to-text.ts';
import { RedactedFinals } from './redacted-finals.ts';
import type { StreamTimeline } from './transcribe-timeline.ts';

/** Two hearings of the same audio may place its last word this far apart. */
const SAME_WORD_MS = 200;

interface OpenSegment {
  readonly id: string;
  /** The stream's own id; undefined while a reopened stream has not reported it yet. */
  resultId: string | undefined;
  readonly endMs: number;
  readonly text: string;
}

export class TranscribeSegments {
  #timeline: StreamTimeline | undefined;
  #open: OpenSegment | undefined;
  #segments = 0;
  /** Until a reopened stream gets here it tells nothing new. */
  #catchUpMs = 0;
  /** Finished parts of the unfinished segment that a reopened stream reported on its way there. */
  #held = '';
  #heldRedacted = '';
  #finals = new RedactedFinals(false);
  #finishedMs = 0;
  #reachedMs = 0;

  /** Where the last final ended: audio before this is done with. */
  get finishedMs(): number {
    return this.#finishedMs;
  }
  /** The latest word told so far; grows with every piece of news. */
  get reachedMs(): number {
    return this.#reachedMs;
  }

  /** What follows comes from a new stream. */
  streamOpened(timeline: StreamTimeline, { redacts }: { readonly redacts: boolean }): void {
    this.#timeline = timeline;
    this.#finals = new RedactedFinals(redacts);
    this.#held = '';
    this.#heldRedacted = '';
    this.#catchUpMs = this.#open ? this.#open.endMs - SAME_WORD_MS : 0;
    if (this.#open) this.#open.resultId = undefined;
  }

  take(result: Result): Transcript | undefined {
    const { ResultId, IsPartial, EndTime, Alternatives } = result;
    const { Transcript: told = '', Items: items = [] } = Alternatives?.[0] ?? {};
    const { text, redactedText } = this.#finals.take(result, told, items, this.#held ? undefined : this.#open?.text);
    const timeline = this.#timeline;
    if (!text.trim() || !timeline) return undefined;
    const lastWord = items.findLast((item) => item.Type === 'pronunciation');
    const wordEndMs = timeline.toCallMs(toMs(lastWord?.EndTime ?? EndTime));
    if (wordEndMs < this.#catchUpMs) {
      if (!IsPartial) {
        this.#held = join(this.#held, text);
        this.#heldRedacted = join(this.#heldRedacted, redactedText ?? text);
      }
      return undefined;
    }
    this.#catchUpMs = 0;
    if (this.#open?.resultId !== undefined && this.#open.resultId !== ResultId) this.#open = undefined;

    const whole = join(this.#held, text);
    const redacted = redactedText === undefined ? {} : { redactedText: join(this.#heldRedacted, redactedText) };
    const id = this.#open?.id ?? String(this.#segments++);
    const endMs = Math.max(wordEndMs, this.#open?.endMs ?? 0);
    const stable = IsPartial ? countWords(this.#held) + stableWords(text, items) : countWords(whole);
    this.#reachedMs = Math.max(this.#reachedMs, endMs);
    if (IsPartial) this.#open = { id, resultId: ResultId, endMs, text: whole };
    else {
      this.#open = undefined;
      this.#held = '';
      this.#heldRedacted = '';
      this.#finishedMs = Math.max(this.#finishedMs, timeline.toCallMs(toMs(EndTime)));
    }
    return { segmentId: id, text: whole, ...redacted, stableWords: stable, isFinal: !IsPartial, endMs };
  }
}

/**
 * How many leading words of `text` are stable. Items are words and punctuation marks; a word is stable no matter what
 * mark may yet follow it. Languages that set no spaces have one word a segment, stable when all of it is.
 */
function stableWords(text: string, items: readonly Item[]): number {
  let at = 0;
  for (const { Type, Content = '', Stable } of items) {
    const start = text.indexOf(Content, at);
    if (start < 0) break;
    if (Type === 'pronunciation' && !Stable) return countWords(text.slice(0, start).match(/^.*\s/su)?.[0] ?? '');
    at = start + Content.length;
  }
  // Words beyond the items would be a surprise; they are not stable.
  return items.length === 0 ? 0 : countWords(text.slice(0, at));
}

function countWords(text: string): number {
  return text.split(/\s+/).filter(Boolean).length;
}

function join(before: string, after: string): string {
  return before ? `${before} ${after}` : after;
}

function toMs(seconds = 0): number {
  return Math.round(seconds * 1000);
}
