/**
 * When has the caller finished? Frames and transcripts in, decisions out. The clock is the audio itself: one frame is
 * 20 ms, and frames never stop; the wall's clock only tells when they come faster than time. The decision rests on the
 * end of speech and on words that no longer change, never on the recognizer's final, which comes more than a second
 * later.
 */
import { FRAME_MS } from '../channels/channel.ts';
import type { Transcript } from '../providers/speech-to-text.ts';
import { defaultEndpointing, type Endpointing, endpointingDelayMs } from './endpointing.ts';

export const defaultTurnDetection = {
  /** This much voice within {@link onsetWindowMs} starts speech: less is a click. */
  onsetVoicedMs: 60,
  onsetWindowMs: 120,
  /** This much silence ends a stretch of speech; the turn goes on. */
  pauseMs: 160,
  /**
   * The last word counts as recognized when it ends at most this long before the last voiced frame: voice activity
   * lingers on the tail of a word longer than the recognizer does.
   */
  coverageMs: 200,
  /** Words not yet stable still count once they have stood unchanged for this long. */
  unchangedMs: 60,
  /** A recognizer that never catches up delays a turn by at most this much. */
  laggardMs: 700,
  /** One that is behind, and catches up word by word, is not cut short: this long after a word the next may come. */
  lateWordMs: 300,
  /** A caller who never pauses is answered after this much speech, counted from his first words. */
  longestTurnMs: 45_000,
  /** Voice that adds no word for this long is a noise behind the caller: he has finished. Partials come within 1 s. */
  wordlessMs: 3_000,
  endpointing: defaultEndpointing as Endpointing,
} as const;

export type TurnDetection = Omit<{ readonly [Key in keyof typeof defaultTurnDetection]: number }, 'endpointing'> & {
  readonly endpointing: Endpointing;
};

export type Decision =
  | { readonly type: 'speech-started' }
  | { readonly type: 'speech-paused'; readonly voicedMs: number }
  /** The words so far changed. */
  | { readonly type: 'words'; readonly text: string }
  /** The caller pauses after what could be all he has to say: worth preparing an answer to. */
  | { readonly type: 'candidate'; readonly text: string }
  /** The turn is over. `silenceMs` passed since his last voiced frame, or since his last word where voice goes on. */
  | { readonly type: 'commit'; readonly text: string; readonly silenceMs: number };

/** One segment of the recognizer, less the words that earlier turns have taken from it. */
interface Segment {
  words: readonly string[];
  stableWords: number;
  endMs: number;
  taken: number;
}

/** How many finished segments are remembered, so that late finals of earlier turns are known for what they are. */
const REMEMBERED_SEGMENTS = 8;

export class TurnDetector {
  readonly #options: TurnDetection;
  readonly #segments = new Map<string, Segment>();
  #nowMs = 0;
  #recent: boolean[] = [];
  #speaking = false;
  #lastVoicedMs = 0;
  #lastWordMs = 0;
  #voicedMs = 0;
  #turnSpeechMs = 0;
  #text = '';
  #textChangedMs = 0;
  #candidate = '';

  constructor(options: Partial<TurnDetection> = {}) {
    this.#options = { ...defaultTurnDetection, ...options };
  }

  /** ms of audio heard so far. */
  get nowMs(): number {
    return this.#nowMs;
  }
  /** True from the onset of speech until {@link TurnDetection.pauseMs} of silence. */
  get speaking(): boolean {
    return this.#speaking;
  }
  /** ms of voice in the current stretch of speech; 0 while silent. */
  get voicedMs(): number {
    return this.#speaking ? this.#voicedMs : 0;
  }
  /** ms since the caller's last voiced frame, or since the last word that voice activity had missed. */
  get silenceMs(): number {
    return this.#nowMs - Math.max(this.#lastVoicedMs, this.#lastWordMs);
  }
  /** The words of the turn under way. */
  get text(): string {
    return this.#text;
  }

  /** One frame of 20 ms passed. */
  frame(voiced: boolean): Decision[] {
    this.#nowMs += FRAME_MS;
    const decisions: Decision[] = [];
    this.#trackSpeech(voiced, decisions);
    this.#judge(decisions);
    return decisions;
  }

  /** The recognizer has something to say. */
  transcript(transcript: Transcript): Decision[] {
    const words = splitWords(transcript.text);
    const taken = this.#segments.get(transcript.segmentId)?.taken ?? 0;
    const { stableWords, endMs } = transcript;
    this.#segments.set(transcript.segmentId, { words, stableWords, endMs, taken: Math.min(taken, words.length) });
    this.#forgetOldSegments();

    const decisions: Decision[] = [];
    const text = this.#collect();
    if (text !== this.#text) {
      this.#text = text;
      this.#textChangedMs = this.#nowMs;
      // Words where no voice was heard: the recognizer is the only witness, and it speaks late.
      if (endMs > this.#lastVoicedMs + this.#options.coverageMs) this.#lastWordMs = this.#nowMs;
      decisions.push({ type: 'words', text });
    }
    this.#judge(decisions);
    return decisions;
  }

  /** Forgets the words so far: they were no turn (a backchannel, a turn given by other means). */
  discard(): void {
    for (const segment of this.#segments.values()) segment.taken = segment.words.length;
    this.#text = '';
    this.#candidate = '';
    this.#turnSpeechMs = 0;
  }

  #trackSpeech(voiced: boolean, decisions: Decision[]): void {
    const { onsetVoicedMs, onsetWindowMs, pauseMs } = this.#options;
    this.#recent.push(voiced);
    if (this.#recent.length > onsetWindowMs / FRAME_MS) this.#recent.shift();
    if (this.#speaking) {
      if (this.#text) this.#turnSpeechMs += FRAME_MS;
      if (voiced) {
        this.#voicedMs += FRAME_MS;
        this.#lastVoicedMs = this.#nowMs;
      } else if (this.silenceMs >= pauseMs) {
        this.#speaking = false;
        this.#recent = [];
        decisions.push({ type: 'speech-paused', voicedMs: this.#voicedMs });
      }
      return;
    }
    const recentVoicedMs = this.#recent.filter(Boolean).length * FRAME_MS;
    if (recentVoicedMs < onsetVoicedMs) return;
    this.#speaking = true;
    this.#voicedMs = recentVoicedMs;
    this.#lastVoicedMs = this.#nowMs;
    decisions.push({ type: 'speech-started' });
  }

  /** Asks, after every input, whether the turn is worth preparing for, or over. */
  #judge(decisions: Decision[]): void {
    if (!this.#text) return;
    if (this.#speaking) {
      const wordlessMs = this.#nowMs - this.#textChangedMs;
      if (wordlessMs >= this.#options.wordlessMs) this.#commit(decisions, wordlessMs);
      else if (this.#turnSpeechMs >= this.#options.longestTurnMs) this.#commit(decisions, this.silenceMs);
      return;
    }
    const covered = this.#covered();
    if (covered && this.#candidate !== this.#text) {
      this.#candidate = this.#text;
      decisions.push({ type: 'candidate', text: this.#text });
    }
    const waitMs = endpointingDelayMs(this.#text, this.#options.endpointing);
    if (this.silenceMs < waitMs) return;
    if ((covered && this.#still()) || this.#isHopeless(waitMs)) this.#commit(decisions, this.silenceMs);
  }

  /** The recognizer will not catch up. */
  #isHopeless(waitMs: number): boolean {
    const { laggardMs, lateWordMs } = this.#options;
    return this.silenceMs >= waitMs + laggardMs && this.#nowMs - this.#textChangedMs >= lateWordMs;
  }

  /** The recognizer has caught up with the voice: no word is still to come. */
  #covered(): boolean {
    const last = [...this.#segments.values()].at(-1);
    return last !== undefined && last.endMs >= this.#lastVoicedMs - this.#options.coverageMs;
  }

  /** Its words will not change any more, or have not for a while. */
  #still(): boolean {
    const last = [...this.#segments.values()].at(-1);
    const stable = last !== undefined && last.stableWords >= last.words.length;
    return stable || this.#nowMs - this.#textChangedMs >= this.#options.unchangedMs;
  }

  #commit(decisions: Decision[], silenceMs: number): void {
    decisions.push({ type: 'commit', text: this.#text, silenceMs });
    this.discard();
  }

  #collect(): string {
    const words: string[] = [];
    for (const segment of this.#segments.values()) words.push(...segment.words.slice(segment.taken));
    return words.join(' ');
  }

  #forgetOldSegments(): void {
    for (const [id, segment] of this.#segments) {
      if (this.#segments.size <= REMEMBERED_SEGMENTS) return;
      if (segment.taken < segment.words.length) return;
      this.#segments.delete(id);
    }
  }
}

function splitWords(text: string): string[] {
  return text.split(/\s+/).filter(Boolean);
}
