// @ts-check
import { encodeMulaw, FRAME_BYTES, MULAW_HZ } from './mulaw.js';
import { Resampler } from './resample.js';

/** Cuts a microphone's stream, at whatever rate the machine has, into the cell's frames: 20 ms of µ-law at 8 kHz. */
export class FrameMaker {
  /** @param {number} fromHz */
  constructor(fromHz) {
    this.resampler = new Resampler(fromHz, MULAW_HZ);
    this.frame = new Uint8Array(FRAME_BYTES);
    this.filled = 0;
  }

  /**
   * @param {Float32Array} samples
   * @returns {Uint8Array<ArrayBuffer>[]} the frames these samples completed; mostly none or one
   */
  push(samples) {
    const frames = [];
    for (const sample of this.resampler.push(samples)) {
      this.frame[this.filled++] = encodeMulaw(sample);
      if (this.filled < FRAME_BYTES) continue;
      frames.push(this.frame);
      this.frame = new Uint8Array(FRAME_BYTES);
      this.filled = 0;
    }
    return frames;
  }
}
