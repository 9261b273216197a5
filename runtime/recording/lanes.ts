/**
 * Both sides of a call on one time line, as the caller hears it. His own frames are the clock: with each of them he hears
 * one frame of what was sent to him, in the order it was sent. What is cleared before its time has come he never hears.
 */
import { FRAME_BYTES, MULAW_SILENCE } from '../channels/channel.ts';

/** One moment of both: caller, agent, caller, agent, … a byte a sample. */
export const STEREO_FRAME_BYTES = 2 * FRAME_BYTES;

export class Lanes {
  /** Sent and not yet heard. Little more than playout's lead; the audio is its own, not copied. */
  readonly #unheard: Uint8Array[] = [];
  /** Of the first piece, what was heard already. */
  #heardBytes = 0;

  /** µ-law for the caller, any length. */
  sent(audio: Uint8Array): void {
    this.#unheard.push(audio);
  }

  cleared(): void {
    this.#unheard.length = 0;
    this.#heardBytes = 0;
  }

  /** 20 ms pass. @returns both sides of it, {@link STEREO_FRAME_BYTES}; undefined where nobody wants to know. */
  pass(callerFrame: Uint8Array, isRecorded: true): Uint8Array;
  pass(callerFrame: Uint8Array, isRecorded: boolean): Uint8Array | undefined;
  pass(callerFrame: Uint8Array, isRecorded: boolean): Uint8Array | undefined {
    const both = isRecorded ? new Uint8Array(STEREO_FRAME_BYTES).fill(MULAW_SILENCE) : undefined;
    for (let at = 0; at < FRAME_BYTES; ) {
      const piece = this.#unheard[0];
      if (!piece) break;
      const taken = Math.min(piece.length - this.#heardBytes, FRAME_BYTES - at);
      if (both) for (let i = 0; i < taken; i++) both[2 * (at + i) + 1] = piece[this.#heardBytes + i]!;
      at += taken;
      this.#heardBytes += taken;
      if (this.#heardBytes < piece.length) break;
      this.#unheard.shift();
      this.#heardBytes = 0;
    }
    if (both) for (let i = 0; i < FRAME_BYTES; i++) both[2 * i] = callerFrame[i]!;
    return both;
  }
}
