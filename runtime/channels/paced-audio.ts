/** Audio that is ready all at once, let out as if it were being spoken: one frame every 20 ms. Pure. */
import { FRAME_BYTES, FRAME_MS, MULAW_SILENCE } from './channel.ts';

export class PacedAudio {
  #frames: Uint8Array[] = [];
  #nextAtMs = 0;

  get isPlaying(): boolean {
    return this.#frames.length > 0;
  }

  /** µ-law, any length; the last frame is filled up with silence. */
  add(mulaw: Uint8Array, nowMs: number): void {
    if (!this.isPlaying) this.#nextAtMs = nowMs;
    for (let at = 0; at < mulaw.length; at += FRAME_BYTES) {
      const frame = new Uint8Array(FRAME_BYTES).fill(MULAW_SILENCE);
      frame.set(mulaw.subarray(at, at + FRAME_BYTES));
      this.#frames.push(frame);
    }
  }

  /** The frames whose time has come. */
  due(nowMs: number): Uint8Array[] {
    let count = 0;
    while (count < this.#frames.length && this.#nextAtMs <= nowMs) {
      count += 1;
      this.#nextAtMs += FRAME_MS;
    }
    return this.#frames.splice(0, count);
  }
}
