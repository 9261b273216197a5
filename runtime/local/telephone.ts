/** From any recording to what a telephone carries: 8 kHz, nothing above 3.4 kHz, an even level, µ-law. */
import { encodeMulaw } from '../audio/mulaw.ts';
import type { Recording } from '../audio/wav.ts';

const TELEPHONE_HZ = 8_000;
/** Where the filter is halfway down; what lies above half of 8 kHz would fold back as noise. */
const CUTOFF_HZ = 3_700;
/** Zero crossings of the filter on each side: flat to 3.2 kHz, 50 dB down from 4.2 kHz. */
const HALF_WIDTH_CROSSINGS = 12;
/** Peak of the louder speech, 6 dB under full scale. */
const PEAK = 16_384;

/** µ-law, 8 kHz, 8 bytes a millisecond. */
export function toTelephone(recording: Recording): Uint8Array {
  return encodeMulaw(level(resample(recording)));
}

/**
 * Windowed-sinc low-pass and resampling in one: each output sample is a weighted sum of the input around its moment.
 * A recording already at 8 kHz is left as it is.
 */
export function resample({ sampleRateHz, samples }: Recording): Int16Array {
  if (sampleRateHz === TELEPHONE_HZ) return samples;
  const step = sampleRateHz / TELEPHONE_HZ;
  const cutoff = Math.min(CUTOFF_HZ, sampleRateHz / 2) / (sampleRateHz / 2);
  const halfWidth = Math.ceil(HALF_WIDTH_CROSSINGS / cutoff);
  const phases = filterBank(step, cutoff, halfWidth);
  const output = new Int16Array(Math.floor(samples.length / step));
  for (let i = 0; i < output.length; i++) {
    const centre = Math.floor(i * step);
    const weights = phases[i % phases.length]!;
    let sum = 0;
    const first = Math.max(0, halfWidth - centre);
    const end = Math.min(weights.length, samples.length - centre + halfWidth);
    for (let k = first; k < end; k++) sum += samples[centre - halfWidth + k]! * weights[k]!;
    output[i] = Math.max(-32_768, Math.min(32_767, Math.round(sum)));
  }
  return output;
}

/** The filter at every fractional position that output samples take between two input samples, before they repeat. */
function filterBank(step: number, cutoff: number, halfWidth: number): Float64Array[] {
  const count = TELEPHONE_HZ / greatestCommonDivisor(Math.round(step * TELEPHONE_HZ), TELEPHONE_HZ);
  return Array.from({ length: count }, (_, phase) => {
    const fraction = (phase * step) % 1;
    const weights = Float64Array.from({ length: 2 * halfWidth + 1 }, (_, k) => {
      const distance = k - halfWidth - fraction;
      return sinc(distance * cutoff) * hamming(distance / (halfWidth + 1));
    });
    const gain = weights.reduce((sum, weight) => sum + weight, 0);
    return weights.map((weight) => weight / gain);
  });
}

const sinc = (x: number) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
const hamming = (x: number) => 0.54 + 0.46 * Math.cos(Math.PI * x);
const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b));

/** Brings the peak to {@link PEAK}; near-silence stays near-silence. */
function level(samples: Int16Array): Int16Array {
  const peak = samples.reduce((loudest, sample) => Math.max(loudest, Math.abs(sample)), 0);
  return peak < 1_000 ? samples : samples.map((sample) => Math.round((sample * PEAK) / peak));
}
