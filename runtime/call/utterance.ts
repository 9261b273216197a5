/**
 * One uninterrupted piece of the agent's speech, and the ledger of it: which words are which bytes, how far they were
 * sent, and what the caller acknowledged as played. Transcript, history and metrics all read it: the model is told what
 * the caller heard, not what was generated.
 */
import { FRAME_BYTES, MULAW_SILENCE } from '../channels/channel.ts';

/** µ-law at 8 kHz. */
export const BYTES_PER_MS = 8;

/** Unhurried English, which voices speak at about 15 characters a second. */
const BYTES_PER_CHAR = 533;

/** `opener` and `filler` are the runtime's words, not the model's: heard by the caller, kept from the history. */
export type SpanKind = 'reply' | 'opener' | 'filler';

export interface Span {
  readonly text: string;
  /** An opener becomes the reply's when the model begins with the same words. */
  kind: SpanKind;
  /** Which round of the model's reply it belongs to; rounds are separated by tool calls. */
  readonly round: number;
  readonly start: number;
  /** Where its audio ends; undefined while more may come. */
  end: number | undefined;
  /** Its audio stops before its words do: the synthesizer broke down. */
  brokenOff: boolean;
}

export class Utterance {
  readonly spans: Span[] = [];
  #audio = new Uint8Array(16_000);
  #length = 0;
  #complete = false;

  /** Bytes of audio so far. */
  get length(): number {
    return this.#length;
  }
  /** No more audio will come. */
  get complete(): boolean {
    return this.#complete;
  }

  /** Starts the next clause. The one before it is over. */
  open(text: string, kind: SpanKind = 'reply', round = 0): Span {
    this.close();
    const span: Span = { text, kind, round, start: this.#length, end: undefined, brokenOff: false };
    this.spans.push(span);
    return span;
  }

  /** Adds audio to the clause that is open. */
  append(audio: Uint8Array): void {
    const needed = this.#length + audio.length;
    if (needed > this.#audio.length) {
      const larger = new Uint8Array(Math.max(needed, this.#audio.length * 2));
      larger.set(this.#audio.subarray(0, this.#length));
      this.#audio = larger;
    }
    this.#audio.set(audio, this.#length);
    this.#length = needed;
  }

  /** Ends the clause that is open, if any; its last frame is filled up with silence, so that all of it can be sent. */
  close(): void {
    const last = this.spans.at(-1);
    if (!last || last.end !== undefined) return;
    const missing = (FRAME_BYTES - (this.#length % FRAME_BYTES)) % FRAME_BYTES;
    this.append(new Uint8Array(missing).fill(MULAW_SILENCE));
    last.end = this.#length;
  }

  /** Ends the utterance. */
  finish(): void {
    this.close();
    this.#complete = true;
  }

  /** Ends the utterance in the middle of a clause: what there is of it is all there will be. */
  breakOff(): void {
    const last = this.spans.at(-1);
    if (last && last.end === undefined) last.brokenOff = true;
    this.finish();
  }

  /** A view, not a copy: send it before the next append. */
  audio(from: number, to: number): Uint8Array {
    return this.#audio.subarray(from, to);
  }

  /** All words. */
  text(accept: (span: Span) => boolean = () => true): string {
    return join(this.spans.filter(accept).map((span) => span.text));
  }

  /**
   * The words within the first `heardBytes` of audio. A clause that was cut counts word by word, by its share of the
   * clause's letters: synthesizers give no word times for telephone audio, and speech is roughly even.
   */
  heardText(heardBytes: number, accept: (span: Span) => boolean = () => true): string {
    return join(this.spans.filter(accept).map((span) => heardPart(span, heardBytes, this.#length)));
  }
}

function heardPart(span: Span, heardBytes: number, length: number): string {
  const { text, start, end = length } = span;
  const heard = Math.min(heardBytes, end) - start;
  if (heard <= 0) return '';
  const isWhole = span.end !== undefined && !span.brokenOff;
  if (isWhole && heardBytes >= end) return text;
  // Of a clause whose end is unknown, more may have been missing than has come.
  const wholeBytes = isWhole ? end - start : Math.max(end - start, text.length * BYTES_PER_CHAR);
  const heardChars = (text.length * heard) / wholeBytes;
  const words: string[] = [];
  let chars = 0;
  for (const word of text.split(' ')) {
    chars += word.length + 1;
    if (chars > heardChars + 1) break;
    words.push(word);
  }
  return words.join(' ');
}

function join(parts: readonly string[]): string {
  return parts.filter(Boolean).join(' ');
}
