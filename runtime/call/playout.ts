/**
 * The only place from which the caller hears anything. Audio leaves at the pace it is played, a small lead ahead, so
 * that an interruption has little to take back; a mark follows every clause, and comes back when the clause was played.
 */
import type { CallChannel } from '../channels/channel.ts';
import { FRAME_BYTES, FRAME_MS } from '../channels/channel.ts';
import { BYTES_PER_MS, type Span, type Utterance } from './utterance.ts';

/** How far ahead of real time audio is sent: enough to hide network jitter and a busy process. */
export const PLAYOUT_LEAD_MS = 200;
/** A mark that has not come back this long after its clause should have been played never will. */
const MARK_PATIENCE_MS = 1000;

export interface PlayoutListener {
  /** The first frame of a clause leaves. */
  clauseStarted(span: Span): void;
  /** The caller's side acknowledged a clause as played. */
  clausePlayed(span: Span): void;
  /** Everything was played. */
  finished(): void;
}

export class Playout {
  readonly #channel: CallChannel;
  readonly #listener: PlayoutListener;
  #utterance: Utterance | undefined;
  /** Marks carry it: those of cleared audio come back too, and mean nothing. */
  #generation = 0;
  #sent = 0;
  #started = 0;
  #marked = 0;
  #played = 0;
  #paused = false;
  /** When all audio sent so far will have been played, by our clock. */
  #playedOutAt = 0;

  constructor(channel: CallChannel, listener: PlayoutListener) {
    this.#channel = channel;
    this.#listener = listener;
  }

  get utterance(): Utterance | undefined {
    return this.#utterance;
  }
  get paused(): boolean {
    return this.#paused;
  }
  /** Something was sent, or waits to be sent, that the caller has not heard to its end. */
  get audible(): boolean {
    return this.#utterance !== undefined && !this.#paused && this.#sent > 0 && this.unheardMs() > 0;
  }

  /** Begins to play an utterance, which may still be growing. What was playing is dropped. */
  begin(utterance: Utterance, { paused = false } = {}): void {
    this.#generation++;
    this.#utterance = utterance;
    this.#sent = this.#started = this.#marked = this.#played = 0;
    this.#paused = paused;
  }

  /** Sends what is due. Called with every frame of the caller's audio, and whenever new speech arrives. */
  pump(): void {
    const utterance = this.#utterance;
    if (!utterance || this.#paused) return;
    const now = performance.now();
    const room = Math.floor((PLAYOUT_LEAD_MS - Math.max(0, this.#playedOutAt - now)) / FRAME_MS);
    const frames = Math.min(room, Math.floor((utterance.length - this.#sent) / FRAME_BYTES));
    if (frames > 0) this.#send(utterance, frames, now);
    this.#mark(utterance);
    if (utterance.complete && this.#marked === utterance.spans.length) this.#finishWhenPlayed(utterance, now);
  }

  /** A mark came back. */
  acknowledge(name: string): void {
    const [, generation, index] = /^(\d+):(\d+)$/.exec(name)?.map(Number) ?? [];
    const utterance = this.#utterance;
    if (!utterance || this.#paused || generation !== this.#generation || index === undefined) return;
    if (index >= this.#marked) return; // never sent
    for (; this.#played <= index; this.#played++) this.#listener.clausePlayed(utterance.spans[this.#played] as Span);
    this.pump();
  }

  /** Stops at once and remembers where the caller's ear was. @returns bytes heard. */
  pause(): number {
    const heard = this.heardBytes();
    if (this.#utterance && !this.#paused) {
      this.#paused = true;
      this.#generation++;
      this.#channel.clear();
      this.#playedOutAt = 0;
      this.#sent = heard;
    }
    return heard;
  }

  /** Goes on from where the caller's ear was. */
  resume(): void {
    const utterance = this.#utterance;
    if (!utterance || !this.#paused) return;
    this.#paused = false;
    this.#sent -= this.#sent % FRAME_BYTES;
    this.#marked = this.#played = utterance.spans.filter((span) => (span.end ?? Infinity) <= this.#sent).length;
    this.pump();
  }

  /** Forgets the utterance without a word to the caller's side: pause first to silence it. */
  drop(): void {
    this.#utterance = undefined;
    this.#paused = false;
  }

  /** How much of the utterance the caller has heard: what was sent, less what he cannot have played yet. */
  heardBytes(): number {
    if (!this.#utterance) return 0;
    if (this.#paused) return this.#sent;
    const ahead = Math.max(0, this.#playedOutAt - performance.now()) * BYTES_PER_MS;
    const acknowledged = this.#utterance.spans[this.#played - 1]?.end ?? 0;
    return Math.min(this.#sent, Math.max(acknowledged, Math.floor(this.#sent - ahead)));
  }

  /** ms of speech the caller has yet to hear, as far as it is known. */
  unheardMs(): number {
    return this.#utterance ? (this.#utterance.length - this.heardBytes()) / BYTES_PER_MS : 0;
  }

  #send(utterance: Utterance, frames: number, now: number): void {
    const to = this.#sent + frames * FRAME_BYTES;
    this.#channel.sendAudio(utterance.audio(this.#sent, to));
    this.#sent = to;
    this.#playedOutAt = Math.max(this.#playedOutAt, now) + frames * FRAME_MS;
    for (let span = utterance.spans[this.#started]; span && span.start < to; span = utterance.spans[this.#started]) {
      this.#started++;
      this.#listener.clauseStarted(span);
    }
  }

  #mark(utterance: Utterance): void {
    for (let span = utterance.spans[this.#marked]; span; span = utterance.spans[this.#marked]) {
      if (span.end === undefined || span.end > this.#sent) return;
      this.#channel.sendMark(`${this.#generation}:${this.#marked}`);
      this.#marked++;
    }
  }

  #finishWhenPlayed(utterance: Utterance, now: number): void {
    const acknowledged = this.#played === utterance.spans.length;
    if (!acknowledged && now < this.#playedOutAt + MARK_PATIENCE_MS) return;
    this.drop();
    this.#listener.finished();
  }
}
