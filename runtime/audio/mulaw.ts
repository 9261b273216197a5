/**
 * G.711 µ-law, the telephone's own encoding: one byte a sample at 8 kHz, so 20 ms is 160 bytes.
 * Both directions are one table look-up a sample; the tables are made once, when the module loads.
 */

/** Added before the logarithm so that the smallest segment is linear (ITU-T G.711, scaled to 16 bits). */
const BIAS = 132;
/** The loudest magnitude that still fits the top segment once {@link BIAS} is added. */
const CLIP = 32_635;

const decodeTable = Int16Array.from({ length: 256 }, (_, byte) => decodeSample(byte));
/** Indexed by the sample's 16 bits read as unsigned. */
const encodeTable = Uint8Array.from({ length: 65_536 }, (_, bits) => encodeSample((bits << 16) >> 16));

/** µ-law bytes → 16-bit linear samples, same count. */
export function decodeMulaw(mulaw: Uint8Array): Int16Array {
  const samples = new Int16Array(mulaw.length);
  decodeMulawInto(mulaw, samples);
  return samples;
}

/** As {@link decodeMulaw}, into memory that is already there; `samples` must be at least as long as `mulaw`. */
export function decodeMulawInto(mulaw: Uint8Array, samples: Int16Array): void {
  for (let i = 0; i < mulaw.length; i++) samples[i] = decodeTable[mulaw[i]!]!;
}

/** 16-bit linear samples → µ-law bytes, same count. Silence (0) becomes 0xff. */
export function encodeMulaw(samples: Int16Array): Uint8Array {
  const mulaw = new Uint8Array(samples.length);
  for (let i = 0; i < samples.length; i++) mulaw[i] = encodeTable[samples[i]! & 0xffff]!;
  return mulaw;
}

function decodeSample(byte: number): number {
  const bits = ~byte & 0xff;
  const segment = (bits >> 4) & 7;
  const magnitude = ((((bits & 15) << 3) + BIAS) << segment) - BIAS;
  return bits & 0x80 ? -magnitude : magnitude;
}

function encodeSample(sample: number): number {
  const biased = Math.min(Math.abs(sample), CLIP) + BIAS;
  const segment = 31 - Math.clz32(biased >> 7);
  const step = (biased >> (segment + 3)) & 15;
  return ~((sample < 0 ? 0x80 : 0) | (segment << 4) | step) & 0xff;
}
