// @ts-check
/** G.711 µ-law, the telephone's encoding: one byte a sample, 8,000 samples a second. Samples are floats in -1…1 here. */

export const MULAW_HZ = 8_000;
/** 20 ms, what one binary message to the cell holds. */
export const FRAME_BYTES = 160;
export const MULAW_SILENCE = 0xff;

/** G.711 works on 14-bit magnitudes shifted by this bias, so that every segment starts at a power of two. */
const BIAS = 33;
const LARGEST = 8_192 - BIAS - 1;
/** Full scale of the 14-bit range. */
const SCALE = 8_192;

/** @type {Float32Array} The sample that each of the 256 codes stands for. */
const SAMPLES = Float32Array.from({ length: 256 }, (_, code) => {
  const bits = ~code & 0xff;
  const segment = (bits >> 4) & 7;
  const magnitude = ((((bits & 15) << 1) + BIAS) << segment) - BIAS;
  return (bits & 0x80 ? -magnitude : magnitude) / SCALE;
});

/**
 * @param {Uint8Array} codes
 * @returns {Float32Array}
 */
export function decodeMulaw(codes) {
  return Float32Array.from(codes, (code) => SAMPLES[code] ?? 0);
}

/**
 * Louder than full scale is clipped; a sample that is no number is silence.
 * @param {number} sample
 * @returns {number}
 */
export function encodeMulaw(sample) {
  const magnitude = Math.min(LARGEST, Math.round(Math.abs(sample) * SCALE) || 0) + BIAS;
  // The highest set bit, 5…12, names the segment; the four bits below it are the step inside.
  const segment = 26 - Math.clz32(magnitude);
  const step = (magnitude >> (segment + 1)) & 15;
  return ~((sample < 0 ? 0x80 : 0) | (segment << 4) | step) & 0xff;
}
