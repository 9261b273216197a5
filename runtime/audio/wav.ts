/**
 * WAV files, as speech comes in them: PCM of 8 or 16 bits, or µ-law; any number of channels. And what recordings of calls
 * begin with: µ-law as the telephone has it, nothing transcoded.
 */
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

export interface Channels {
  readonly sampleRateHz: number;
  /** 16-bit linear, all of one length. */
  readonly channels: readonly Int16Array[];
}

/** Reads a whole WAV file, its channels mixed to one. Throws as {@link readWavChannels}. */
export function readWav(file: Uint8Array): Recording {
  const { sampleRateHz, channels } = readWavChannels(file);
  return { sampleRateHz, samples: mix(channels) };
}

/** Reads a whole WAV file. Throws {@link WavError} with what was found and what would have been read. */
export function readWavChannels(file: Uint8Array): Channels {
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
      return { sampleRateHz: format.sampleRateHz, channels: separate(interleaved, format.channels) };
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

/** Length of {@link stereoMulawHeader}. */
export const STEREO_MULAW_HEADER_BYTES = 58;
const STREAMING = 0xffff_ffff;

/**
 * The beginning of a WAV file of two channels, µ-law, 8 kHz, interleaved byte by byte: format tag 7, with the `fact` chunk
 * that every format but PCM has to have.
 * @param dataBytes what follows. Unknown, the lengths are 0xffffffff, which readers take for "to the end of the file", and
 * the number of samples 0: players then work out the duration from the size of the file, and not from these lengths.
 */
export function stereoMulawHeader(dataBytes?: number): Uint8Array {
  const header = new Uint8Array(STEREO_MULAW_HEADER_BYTES);
  const view = new DataView(header.buffer);
  const tag = (at: number, text: string) => header.set(new TextEncoder().encode(text), at);
  const size = (at: number, bytes: (dataBytes: number) => number) =>
    view.setUint32(at, dataBytes === undefined ? STREAMING : Math.min(bytes(dataBytes), STREAMING), true);
  tag(0, 'RIFF');
  size(4, (data) => STEREO_MULAW_HEADER_BYTES - 8 + data);
  tag(8, 'WAVEfmt ');
  view.setUint32(16, 18, true);
  view.setUint16(20, MULAW, true);
  view.setUint16(22, 2, true); // channels
  view.setUint32(24, 8_000, true);
  view.setUint32(28, 16_000, true); // bytes a second
  view.setUint16(32, 2, true); // bytes of a sample in both channels
  view.setUint16(34, 8, true); // bits of a sample
  view.setUint16(36, 0, true); // nothing more of the format
  tag(38, 'fact');
  view.setUint32(42, 4, true);
  view.setUint32(46, dataBytes === undefined ? 0 : dataBytes >> 1, true);
  tag(50, 'data');
  size(54, (data) => data);
  return header;
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

function separate(interleaved: Int16Array, count: number): Int16Array[] {
  if (count === 1) return [interleaved];
  const length = Math.floor(interleaved.length / count);
  return Array.from({ length: count }, (_, channel) =>
    Int16Array.from({ length }, (_, i) => interleaved[i * count + channel]!),
  );
}

function mix(channels: readonly Int16Array[]): Int16Array {
  const [first, ...others] = channels as [Int16Array, ...Int16Array[]];
  if (others.length === 0) return first;
  return first.map((sample, i) => Math.round(others.reduce((sum, other) => sum + other[i]!, sample) / channels.length));
}
