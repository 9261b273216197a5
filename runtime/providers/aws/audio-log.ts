/**
 * The caller's audio that the recognizer has not finished with, kept so that a reopened stream can hear it again.
 * Frames are counted from the first one ever written: frame 50 is the one from 1,000 to 1,020 ms.
 */
import { FRAME_MS } from '../../channels/channel.ts';

/** No word waits longer for its final; 480 kB a call at most, usually far less. */
const LONGEST_LOG_MS = 60_000;
/** µ-law is logarithmic: 16 steps are 6 dB. Below this no sample exceeds -48 dB of full scale. */
const QUIET = 0x10;
/** From here on somebody speaks, or something makes as much noise: -29 dB of full scale. */
const LOUD = 0x40;

export class AudioLog {
  #frames: Uint8Array[] = [];
  #first = 0;
  #closed = false;
  #waiting: (() => void)[] = [];

  /** The oldest frame that is still there. */
  get first(): number {
    return this.#first;
  }
  /** The frame that will be written next. */
  get end(): number {
    return this.#first + this.#frames.length;
  }
  get closed(): boolean {
    return this.#closed;
  }

  append(frame: Uint8Array): void {
    this.#frames.push(frame);
    if (this.#frames.length * FRAME_MS > LONGEST_LOG_MS) this.forgetBefore(this.#first + 1);
    this.#notify();
  }

  /** No frame will follow. */
  close(): void {
    this.#closed = true;
    this.#notify();
  }

  /** Undefined before {@link first} and from {@link end} on. */
  frame(index: number): Uint8Array | undefined {
    return this.#frames[index - this.#first];
  }

  forgetBefore(index: number): void {
    const count = Math.min(Math.max(index - this.#first, 0), this.#frames.length);
    this.#frames.splice(0, count);
    this.#first += count;
  }

  /** The first frame at or after `index` in which anything can be heard; {@link end} if there is none. */
  firstSound(index: number): number {
    for (let at = Math.max(index, this.#first); at < this.end; at++) if (loudness(this.frame(at)!) >= QUIET) return at;
    return this.end;
  }

  /** Resolves with the next frame, or when the log closes. */
  changed(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #notify(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

export function isLoud(frame: Uint8Array): boolean {
  return loudness(frame) >= LOUD;
}

/** The largest magnitude in µ-law's own steps, 0 to 127. */
function loudness(mulaw: Uint8Array): number {
  let loudest = 0;
  for (const byte of mulaw) loudest = Math.max(loudest, ~byte & 0x7f);
  return loudest;
}
