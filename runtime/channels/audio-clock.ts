/**
 * The audio clock: whatever the network does, the conversation gets one frame every 20 ms. Recognizers close a stream
 * without audio (Transcribe after 15 s), and the turn detector counts frames, so a gap is filled with silence.
 *
 * Pure: every method is told the time and returns the frames that are due. Its timeline begins with the stream;
 * `#positionMs` is how far it has been filled.
 *  - The sender's timestamps jump: silence for what was lost.
 *  - Nothing comes for {@link QUIET_AFTER_MS}: silence for as long as it lasts.
 *  - Audio comes late, in a burst, after silence had taken its place: it is passed on all the same, since it may hold
 *    words. The clock is then ahead, and makes up for it by leaving out every second quiet frame (never two in a row:
 *    the frames also pace what the caller hears).
 */
import { FRAME_BYTES, FRAME_MS, MULAW_SILENCE } from './channel.ts';

/** Jitter below this is not a gap. Twilio sends every 20 ms; TCP retransmits after 200 ms at the earliest. */
export const QUIET_AFTER_MS = 100;
/** As far as the timeline may run ahead of the wall clock before audio is thrown away, and the most silence at once. */
export const LARGEST_JUMP_MS = 2_000;
/** A sender who is slower than time is never followed further behind than this. */
export const LARGEST_LAG_MS = 400;
/** Ahead by less than this is the network's ordinary jitter, and left alone. */
const AHEAD_TOLERANCE_MS = 40;
const BYTES_PER_MS = FRAME_BYTES / FRAME_MS;

export class AudioClock {
  readonly #startedAtMs: number;
  #positionMs = 0;
  /** Up to this moment of the wall clock, frames were sent or are on their way. */
  #coveredUntilMs: number;
  #heardAtMs: number;
  #tickedAtMs: number;
  #leaveOutNext = true;
  #rest: Uint8Array = new Uint8Array(0);
  #droppedMs = 0;

  constructor(nowMs: number) {
    this.#startedAtMs = nowMs;
    this.#coveredUntilMs = nowMs;
    this.#heardAtMs = nowMs;
    this.#tickedAtMs = nowMs;
  }

  /** Audio thrown away because it came faster than time passes. */
  get droppedMs(): number {
    return this.#droppedMs;
  }

  /**
   * Audio arrived: µ-law, any length.
   * @param timestampMs where it belongs, in ms since the stream began, for senders that say so.
   */
  audio(bytes: Uint8Array, nowMs: number, timestampMs?: number): Uint8Array[] {
    const elapsedMs = nowMs - this.#startedAtMs;
    // A sender without timestamps is trusted to be continuous, but not to be later than a gap would be noticed.
    const belongsAtMs = timestampMs === undefined ? elapsedMs - QUIET_AFTER_MS : Math.min(timestampMs, elapsedMs);
    const frames = this.#fillSilence(belongsAtMs - this.#positionMs);
    this.#heardAtMs = nowMs;
    this.#coveredUntilMs = nowMs;

    const durationMs = bytes.length / BYTES_PER_MS;
    if (this.#positionMs + durationMs - elapsedMs > LARGEST_JUMP_MS) {
      this.#droppedMs += durationMs;
      return frames;
    }
    for (const frame of this.#cut(bytes)) {
      const isAhead = this.#positionMs - elapsedMs > AHEAD_TOLERANCE_MS;
      if (isAhead && isQuiet(frame) && this.#leaveOut()) continue;
      this.#positionMs += FRAME_MS;
      frames.push(frame);
    }
    return frames;
  }

  /** To be called every 20 ms or so. */
  tick(nowMs: number): Uint8Array[] {
    // The process itself was held up: what the caller said meanwhile waits in the socket. Read that first.
    const wasHeldUp = nowMs - this.#tickedAtMs > QUIET_AFTER_MS;
    this.#tickedAtMs = nowMs;
    if (wasHeldUp) {
      this.#heardAtMs = nowMs;
      return [];
    }
    if (nowMs - this.#heardAtMs < QUIET_AFTER_MS) {
      const behindMs = nowMs - this.#startedAtMs - this.#positionMs;
      return this.#fillSilence(behindMs > LARGEST_LAG_MS ? FRAME_MS : 0);
    }

    const missingMs = wholeFrames(nowMs - this.#coveredUntilMs);
    const aheadMs = this.#positionMs - (this.#coveredUntilMs - this.#startedAtMs);
    this.#coveredUntilMs += missingMs;
    if (missingMs === FRAME_MS && aheadMs > AHEAD_TOLERANCE_MS && this.#leaveOut()) return [];
    return this.#fillSilence(missingMs);
  }

  #leaveOut(): boolean {
    this.#leaveOutNext = !this.#leaveOutNext;
    return !this.#leaveOutNext;
  }

  /** Whole frames of silence; beyond {@link LARGEST_JUMP_MS} time passes without any. */
  #fillSilence(gapMs: number): Uint8Array[] {
    const frames: Uint8Array[] = [];
    for (let leftMs = Math.min(gapMs, LARGEST_JUMP_MS); leftMs >= FRAME_MS; leftMs -= FRAME_MS) {
      const frame = new Uint8Array(FRAME_BYTES).fill(MULAW_SILENCE);
      // Half a frame that waited for its other half belongs before the silence.
      frame.set(this.#rest);
      this.#rest = new Uint8Array(0);
      frames.push(frame);
    }
    if (gapMs > 0) this.#positionMs += wholeFrames(gapMs);
    return frames;
  }

  #cut(bytes: Uint8Array): Uint8Array[] {
    if (this.#rest.length === 0 && bytes.length === FRAME_BYTES) return [bytes];
    const all = new Uint8Array(this.#rest.length + bytes.length);
    all.set(this.#rest);
    all.set(bytes, this.#rest.length);
    const frames: Uint8Array[] = [];
    let at = 0;
    for (; at + FRAME_BYTES <= all.length; at += FRAME_BYTES) frames.push(all.subarray(at, at + FRAME_BYTES));
    this.#rest = all.subarray(at);
    return frames;
  }
}

function wholeFrames(ms: number): number {
  return ms - (ms % FRAME_MS);
}

/** True if no sample is louder than µ-law's lowest segment (-49 dB of full scale): line noise, not speech. */
function isQuiet(frame: Uint8Array): boolean {
  return frame.every((byte) => (~byte & 0x7f) < 16);
}
