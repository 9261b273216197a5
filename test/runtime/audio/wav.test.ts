import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeMulaw } from '../../../runtime/audio/mulaw.ts';
import {
  readWav,
  readWavChannels,
  STEREO_MULAW_HEADER_BYTES,
  stereoMulawHeader,
  WavError,
  writeWav,
} from '../../../runtime/audio/wav.ts';

/** A WAV file with any format claim and any chunks, to make the odd ones. */
function wav(
  format: { code: number; channels: number; rate: number; bits: number },
  data: Uint8Array,
  before = '',
): Buffer {
  const fmt = Buffer.alloc(16);
  fmt.writeUInt16LE(format.code, 0);
  fmt.writeUInt16LE(format.channels, 2);
  fmt.writeUInt32LE(format.rate, 4);
  fmt.writeUInt16LE(format.bits, 14);
  const chunk = (tag: string, body: Uint8Array) => {
    const head = Buffer.alloc(8);
    head.write(tag);
    head.writeUInt32LE(body.length, 4);
    return Buffer.concat([head, body, Buffer.alloc(body.length % 2)]);
  };
  const extra = before ? chunk('LIST', Buffer.from(before)) : Buffer.alloc(0);
  const body = Buffer.concat([Buffer.from('WAVE'), extra, chunk('fmt ', fmt), chunk('data', data)]);
  return Buffer.concat([Buffer.from('RIFF'), Buffer.alloc(4), body]);
}

describe('WAV files', () => {
  it('reads what it writes', () => {
    const samples = Int16Array.of(0, 1, -1, 32_767, -32_768);
    expect(readWav(writeWav({ sampleRateHz: 16_000, samples }))).toEqual({ sampleRateHz: 16_000, samples });
  });

  it('reads µ-law, 8-bit PCM, and a chunk of odd length before the format', () => {
    const samples = Int16Array.of(0, 132, -132);
    expect(readWav(wav({ code: 7, channels: 1, rate: 8_000, bits: 8 }, encodeMulaw(samples), 'odd')).samples).toEqual(
      samples,
    );
    expect([
      ...readWav(wav({ code: 1, channels: 1, rate: 8_000, bits: 8 }, Uint8Array.of(128, 255, 0))).samples,
    ]).toEqual([0, 32_512, -32_768]);
  });

  it('mixes two channels to one', () => {
    const interleaved = Buffer.from(Int16Array.of(100, 300, -100, -300).buffer);
    expect([...readWav(wav({ code: 1, channels: 2, rate: 8_000, bits: 16 }, interleaved)).samples]).toEqual([
      200, -200,
    ]);
  });

  it('reads to the end of a file whose recorder never filled in the length', () => {
    const file = writeWav({ sampleRateHz: 8_000, samples: Int16Array.of(1, 2, 3) });
    new DataView(file.buffer).setUint32(40, 0xffff_ffff, true);
    expect([...readWav(file).samples]).toEqual([1, 2, 3]);
  });

  it('tells two channels apart', () => {
    const interleaved = Buffer.from(Int16Array.of(100, 300, -100, -300).buffer);
    expect(readWavChannels(wav({ code: 1, channels: 2, rate: 8_000, bits: 16 }, interleaved))).toEqual({
      sampleRateHz: 8_000,
      channels: [Int16Array.of(100, -100), Int16Array.of(300, -300)],
    });
  });

  it.each([
    ['an empty file', new Uint8Array(0), 'not a WAV file'],
    ['text', new TextEncoder().encode('this is no audio at all'), 'not a WAV file'],
    [
      'a file without data',
      writeWav({ sampleRateHz: 8_000, samples: new Int16Array(0) }).subarray(0, 36),
      'no data chunk',
    ],
    [
      '24-bit PCM',
      wav({ code: 1, channels: 1, rate: 8_000, bits: 24 }, new Uint8Array(3)),
      'format 1 with 24 bits, expected',
    ],
    ['no channels', wav({ code: 1, channels: 0, rate: 8_000, bits: 16 }, new Uint8Array(2)), '0 channels'],
  ])('refuses %s, saying what it found', (_, file, message) => {
    expect(() => readWav(file)).toThrow(WavError);
    expect(() => readWav(file)).toThrow(message);
  });

  it('answers any bytes with a recording or a WavError', () => {
    const header = Buffer.from('RIFF....WAVEfmt ');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, plausible) => {
        try {
          readWav(plausible ? Buffer.concat([header, bytes]) : bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(WavError);
        }
      }),
    );
  });
});

describe('the beginning of a recording', () => {
  const sound = encodeMulaw(Int16Array.of(0, 132, 396, -132, 0, 0));
  const left = Int16Array.of(0, 396, 0);
  const right = Int16Array.of(132, -132, 0);

  it('says, chunk by chunk, what the format wants said of µ-law in two channels', () => {
    const header = Buffer.from(stereoMulawHeader(sound.length));
    expect(header).toHaveLength(STEREO_MULAW_HEADER_BYTES);
    expect([header.toString('latin1', 0, 4), header.toString('latin1', 8, 12)]).toEqual(['RIFF', 'WAVE']);
    expect(header.readUInt32LE(4)).toBe(STEREO_MULAW_HEADER_BYTES + sound.length - 8);
    const chunks: Record<string, Buffer> = {};
    for (let at = 12; at < header.length; at += 8 + header.readUInt32LE(at + 4))
      chunks[header.toString('latin1', at, at + 4)] = header.subarray(at + 8, at + 8 + header.readUInt32LE(at + 4));
    expect(Object.keys(chunks)).toEqual(['fmt ', 'fact', 'data']);
    const format = chunks['fmt ']!;
    expect([0, 2, 12, 14, 16].map((at) => format.readUInt16LE(at))).toEqual([7, 2, 2, 8, 0]);
    expect([4, 8].map((at) => format.readUInt32LE(at))).toEqual([8_000, 16_000]);
    expect(chunks.fact?.readUInt32LE(0)).toBe(sound.length / 2);
    expect(header.readUInt32LE(54)).toBe(sound.length);
  });

  it('leaves every length open that is not known, and claims no samples', () => {
    const header = Buffer.from(stereoMulawHeader());
    expect([4, 46, 54].map((at) => header.readUInt32LE(at))).toEqual([0xffff_ffff, 0, 0xffff_ffff]);
  });

  it.each([
    ['its length', sound.length],
    ['no length, where it was not known', undefined],
  ])('is read, with %s', (_, bytes) => {
    const file = Buffer.concat([stereoMulawHeader(bytes), sound]);
    expect(readWavChannels(file)).toEqual({ sampleRateHz: 8_000, channels: [left, right] });
  });

  it('is read of a file that was torn anywhere after it', () => {
    const file = Buffer.concat([stereoMulawHeader(), sound]);
    for (let length = STEREO_MULAW_HEADER_BYTES; length <= file.length; length++) {
      const samples = Math.floor((length - STEREO_MULAW_HEADER_BYTES) / 2);
      expect(readWavChannels(file.subarray(0, length)).channels).toEqual([
        left.slice(0, samples),
        right.slice(0, samples),
      ]);
    }
  });
});
