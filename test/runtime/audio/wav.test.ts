import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeMulaw } from '../../../runtime/audio/mulaw.ts';
import { readWav, WavError, writeWav } from '../../../runtime/audio/wav.ts';

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
