/** WAV files, as speech comes in them: PCM of 8 or 16 bits, or µ-law; any number of channels, mixed to one. */
import { decodeMulaw } from './mulaw.ts';

export interface Recording {
  readonly sampleRateHz: number;
  /** One channel, 16-bit linear. */
  readonly samples: Int16Array;
}

const PCM = 1;
const MULAW = 7;
/** The real format follows at the start of a GUID. */
const EXTENSIBLE = 0xfffe;

/** Thrown for a file that is no WAV, or one of a kind that is not read here. */
export class WavError extends Error {
  override readonly name = 'WavError';
}

/** Reads a whole WAV file. Throws {@link WavError} with what was found and what would have been read. */
export function readWav(file: Uint8Array): Recording {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const tag = (at: number) => String.fromCharCode(...file.subarray(at, at + 4));
  if (file.length < 12 || tag(0) !== 'RIFF' || tag(8) !== 'WAVE')
    throw new WavError('not a WAV file: expected it to begin with RIFF and WAVE');

  let format: { code: number; channels: number; sampleRateHz: number; bits: number } | undefined;
  for (let at = 12; at + 8 <= file.length; ) {
    // Recorders that never went back to fill in the length leave 0xffffffff: the chunk then reaches to the end.
    const length = Math.min(view.getUint32(at + 4, true), file.length - at - 8);
    const body = at + 8;
    if (tag(at) === 'fmt ' && length >= 16) {
      const code = view.getUint16(body, true);
      format = {
        code: code === EXTENSIBLE && length >= 26 ? view.getUint16(body + 24, true) : code,
        channels: view.getUint16(body + 2, true),
        sampleRateHz: view.getUint32(body + 4, true),
        bits: view.getUint16(body + 14, true),
      };
    }
    if (tag(at) === 'data') {
      if (!format) throw new WavError('the WAV file has its data before its format');
      const interleaved = decode(file.subarray(body, body + length), format.code, format.bits);
      if (format.channels < 1 || format.sampleRateHz < 1)
        throw new WavError(`the WAV file claims ${format.channels} channels at ${format.sampleRateHz} Hz`);
      return { sampleRateHz: format.sampleRateHz, samples: mix(interleaved, format.channels) };
    }
    at = body + length + (length % 2);
  }
  throw new WavError('the WAV file holds no audio: it has no data chunk');
}

/** A WAV file of one channel, 16-bit PCM. */
export function writeWav({ sampleRateHz, samples }: Recording): Uint8Array {
  const file = new Uint8Array(44 + samples.length * 2);
  const view = new DataView(file.buffer);
  const tag = (at: number, text: string) => file.set(new TextEncoder().encode(text), at);
  tag(0, 'RIFF');
  view.setUint32(4, file.length - 8, true);
  tag(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, PCM, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, sampleRateHz, true);
  view.setUint32(28, sampleRateHz * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  tag(36, 'data');
  view.setUint32(40, samples.length * 2, true);
  for (const [i, sample] of samples.entries()) view.setInt16(44 + 2 * i, sample, true);
  return file;
}

function decode(data: Uint8Array, code: number, bits: number): Int16Array {
  if (code === MULAW && bits === 8) return decodeMulaw(data);
  if (code === PCM && bits === 8) return Int16Array.from(data, (byte) => (byte - 128) << 8);
  if (code === PCM && bits === 16) {
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    return Int16Array.from({ length: data.length >> 1 }, (_, i) => view.getInt16(2 * i, true));
  }
  throw new WavError(`the WAV file has format ${code} with ${bits} bits, expected PCM (1) of 8 or 16, or µ-law (7)`);
}

function mix(interleaved: Int16Array, channels: number): Int16Array {
  if (channels === 1) return interleaved;
  return Int16Array.from({ length: Math.floor(interleaved.length / channels) }, (_, i) => {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += interleaved[i * channels + channel]!;
    return Math.round(sum / channels);
  });
}
