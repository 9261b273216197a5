/** The local voice's telephone audio in the encodings that Polly is asked for. */
import { decodeMulaw } from '../../audio/mulaw.ts';

export const OUTPUT_FORMATS = ['mulaw', 'alaw', 'pcm'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** Sample rates each format is offered at; Polly's default first. */
export const SAMPLE_RATES: Readonly<Record<OutputFormat, readonly string[]>> = {
  mulaw: ['8000'],
  alaw: ['8000'],
  pcm: ['16000', '8000'],
};

/** @param mulaw µ-law, 8 kHz. @param sampleRate as in {@link SAMPLE_RATES}. PCM is signed 16-bit, little-endian. */
export function encodeSpeech(mulaw: Uint8Array, format: OutputFormat, sampleRate: string): Uint8Array {
  if (format === 'mulaw') return mulaw;
  const samples = decodeMulaw(mulaw);
  if (format === 'alaw') return encodeAlaw(samples);
  return toLittleEndian(sampleRate === '16000' ? doubleRate(samples) : samples);
}

/** Twice the samples, the new ones halfway between the old. There is nothing above 4 kHz to put back. */
function doubleRate(samples: Int16Array): Int16Array {
  return Int16Array.from({ length: samples.length * 2 }, (_, i) => {
    const before = samples[i >> 1]!;
    return i % 2 === 0 ? before : (before + (samples[(i >> 1) + 1] ?? before)) >> 1;
  });
}

function toLittleEndian(samples: Int16Array): Uint8Array {
  const bytes = Buffer.alloc(samples.length * 2);
  for (let i = 0; i < samples.length; i++) bytes.writeInt16LE(samples[i]!, 2 * i);
  return bytes;
}

/** ITU-T G.711 A-law of 16-bit samples; every other bit is inverted on the line. */
export function encodeAlaw(samples: Int16Array): Uint8Array {
  return Uint8Array.from(samples, (sample) => {
    const sign = sample >= 0 ? 0x80 : 0;
    const magnitude = (sample >= 0 ? sample : -sample - 1) >> 4;
    const segment = Math.max(0, 31 - Math.clz32(magnitude) - 3);
    const step = (magnitude >> Math.max(0, segment - 1)) & 15;
    return (sign | (segment << 4) | step) ^ 0x55;
  });
}
