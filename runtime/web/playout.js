// @ts-check
import { decodeMulaw, MULAW_HZ } from './mulaw.js';
import { Resampler } from './resample.js';

/**
 * Audio that arrives after a silence waits this long, so that the next message may be late without a gap. The cell
 * sends about 200 ms ahead, so this only has to outlast the network's jitter at the start.
 */
const HOLD_MS = 40;

/**
 * What the agent says, queued until the loudspeaker asks for it. Marks stand in the same queue: one is reached when all
 * audio before it has been handed over, and acknowledged once the loudspeaker's own delay has passed as well.
 */
export class Playout {
  /** @param {number} rateHz of the loudspeaker */
  constructor(rateHz) {
    this.samplesPerMs = rateHz / 1000;
    this.resampler = new Resampler(MULAW_HZ, rateHz);
    /** @type {({ samples: Float32Array } | { mark: string, delayMs: number })[]} */
    this.queue = [];
    /** Marks whose audio was handed over but may not have been heard yet. @type {{ mark: string, at: number }[]} */
    this.reached = [];
    /** Samples queued. */
    this.waiting = 0;
    /** Samples of silence still to be played before the queue may start. */
    this.hold = 0;
    /** Samples handed over since the beginning, silence included. */
    this.clock = 0;
  }

  /** @param {Uint8Array} mulaw any length, 8 kHz */
  push(mulaw) {
    const samples = this.resampler.push(decodeMulaw(mulaw));
    if (samples.length === 0) return;
    if (this.waiting === 0) this.hold = HOLD_MS * this.samplesPerMs;
    this.waiting += samples.length;
    this.queue.push({ samples });
  }

  /**
   * @param {string} mark
   * @param {number} delayMs from handing a sample over to hearing it
   */
  mark(mark, delayMs) {
    this.queue.push({ mark, delayMs });
  }

  /** Throws everything away. @returns {string[]} the marks that were outstanding, oldest first */
  clear() {
    const outstanding = [
      ...this.reached.map(({ mark }) => mark),
      ...this.queue.flatMap((item) => ('mark' in item ? [item.mark] : [])),
    ];
    this.queue = [];
    this.reached = [];
    this.waiting = 0;
    this.resampler.reset();
    return outstanding;
  }

  /**
   * Fills the loudspeaker's next block, with silence where there is nothing to play.
   * @param {Float32Array} block
   * @returns {string[]} the marks heard by now
   */
  fill(block) {
    const written = this.waiting > 0 && this.hold > 0 ? 0 : this.drainInto(block);
    block.fill(0, written);
    this.hold -= block.length;
    this.clock += block.length;

    const heard = this.reached.filter(({ at }) => at <= this.clock);
    this.reached = this.reached.filter(({ at }) => at > this.clock);
    return heard.map(({ mark }) => mark);
  }

  /** @param {Float32Array} block @returns {number} samples written */
  drainInto(block) {
    let written = 0;
    while (this.queue.length > 0) {
      const head = this.queue[0];
      if (!head) break;
      if ('mark' in head) {
        this.reached.push({ mark: head.mark, at: this.clock + written + head.delayMs * this.samplesPerMs });
        this.queue.shift();
        continue;
      }
      const room = block.length - written;
      if (room === 0) break;
      block.set(head.samples.subarray(0, room), written);
      const taken = Math.min(room, head.samples.length);
      written += taken;
      this.waiting -= taken;
      if (taken === head.samples.length) this.queue.shift();
      else head.samples = head.samples.subarray(taken);
    }
    return written;
  }
}
