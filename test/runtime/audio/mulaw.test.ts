import { describe, expect, it } from 'vitest';
import { decodeMulaw, encodeMulaw } from '../../../runtime/audio/mulaw.ts';

const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte);

describe('µ-law', () => {
  it.each([
    // ITU-T G.711 table 2a, scaled to 16 bits.
    [0xff, 0],
    [0xfe, 8],
    [0x80, 32_124],
    [0x00, -32_124],
    [0x7f, 0],
    [0xef, 132],
    [0x6f, -132],
  ])('decodes byte %i to %i', (byte, sample) => {
    expect(Number(decodeMulaw(Uint8Array.of(byte))[0]) + 0).toBe(sample);
  });

  it('gives every byte back that it decodes, except that negative zero becomes silence', () => {
    const again = encodeMulaw(decodeMulaw(everyByte));
    expect([...again]).toEqual([...everyByte].map((byte) => (byte === 0x7f ? 0xff : byte)));
  });

  it('encodes every 16-bit sample to within half a step of its segment', () => {
    const samples = Int16Array.from({ length: 65_536 }, (_, i) => i - 32_768);
    const heard = decodeMulaw(encodeMulaw(samples));
    const wrong = samples.filter((sample, i) => {
      const magnitude = Math.min(Math.abs(sample), 32_635);
      const stepSize = 8 << Math.max(0, Math.floor(Math.log2(magnitude + 132)) - 7);
      return Math.abs(Math.abs(heard[i]!) - magnitude) > stepSize / 2;
    });
    expect([...wrong]).toEqual([]);
  });

  it('clips rather than wraps at the loudest samples', () => {
    expect([...decodeMulaw(encodeMulaw(Int16Array.of(32_767, -32_768)))]).toEqual([32_124, -32_124]);
  });

  it('encodes digital silence as 0xff', () => {
    expect([...encodeMulaw(new Int16Array(3))]).toEqual([0xff, 0xff, 0xff]);
  });
});
