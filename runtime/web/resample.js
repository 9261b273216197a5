// @ts-check
/** Sample-rate conversion of a stream that arrives in pieces: a windowed sinc, good for the telephone's 4 kHz band. */

/** Zero crossings of the sinc on each side. 12 keep what would fold back into the band below µ-law's own noise. */
const CROSSINGS = 12;
/** Where the filter starts to fall, as a part of the narrower band; the rest is its transition. */
const PASSBAND = 0.9;
/** Points of the kernel's table per input sample; the nearest one is used. */
const RESOLUTION = 512;

export class Resampler {
  /** @param {number} fromHz @param {number} toHz */
  constructor(fromHz, toHz) {
    /** Input samples per output sample. */
    this.step = fromHz / toHz;
    const cutoff = Math.min(1, toHz / fromHz) * PASSBAND;
    /** How many input samples the kernel reaches to each side. */
    this.reach = Math.ceil(CROSSINGS / cutoff);
    this.kernel = makeKernel(this.reach, cutoff);
    /** Input that later output still needs. */
    this.held = new Float32Array(this.reach);
    /** Place of the next output sample, in `held` and the input that follows it. */
    this.next = this.reach;
  }

  /** Forgets the input still held back: about 2 ms. */
  reset() {
    this.held = new Float32Array(this.reach);
    this.next = this.reach;
  }

  /**
   * @param {Float32Array} samples any number of them
   * @returns {Float32Array} all output that no longer depends on input to come
   */
  push(samples) {
    const input = new Float32Array(this.held.length + samples.length);
    input.set(this.held);
    input.set(samples, this.held.length);

    const ready = Math.max(0, Math.ceil((input.length - this.reach - this.next) / this.step));
    const output = new Float32Array(ready);
    for (let i = 0; i < ready; i++) output[i] = this.sampleAt(input, this.next + i * this.step);
    this.next += ready * this.step;

    const done = Math.floor(this.next) - this.reach;
    this.held = input.slice(done);
    this.next -= done;
    return output;
  }

  /** @param {Float32Array} input @param {number} place */
  sampleAt(input, place) {
    const last = Math.floor(place) + this.reach;
    let sum = 0;
    for (let i = Math.ceil(place) - this.reach; i <= last; i++) {
      sum += (input[i] ?? 0) * (this.kernel[Math.round(Math.abs(place - i) * RESOLUTION)] ?? 0);
    }
    return sum;
  }
}

/**
 * The right half of a sinc under a Hann window, scaled so that a constant stays what it is.
 * @param {number} reach in input samples
 * @param {number} cutoff as a part of the input's band
 */
function makeKernel(reach, cutoff) {
  return Float32Array.from({ length: reach * RESOLUTION + 1 }, (_, index) => {
    const distance = index / RESOLUTION;
    const angle = Math.PI * cutoff * distance;
    const sinc = index === 0 ? 1 : Math.sin(angle) / angle;
    return cutoff * sinc * (0.5 + 0.5 * Math.cos((Math.PI * distance) / reach));
  });
}
