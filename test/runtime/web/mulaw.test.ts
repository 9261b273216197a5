import { describe, expect, it } from 'vitest';
import * as runtime from '../../../runtime/audio/mulaw.ts';
import { decodeMulaw, encodeMulaw, MULAW_SILENCE } from '../../../runtime/web/mulaw.js';

const EVERY_CODE = Uint8Array.from({ length: 256 }, (_, code) => code);
/** µ-law has two zeros. This one is never made, only understood. */
const NEGATIVE_ZERO = 0x7f;

describe('µ-law in the browser', () => {
  it('means the same samples as in the runtime', () => {
    const here = Int16Array.from(decodeMulaw(EVERY_CODE), (sample) => sample * 32_768);
    expect(here).toEqual(runtime.decodeMulaw(EVERY_CODE));
  });

  it('gives every code back after decoding and encoding', () => {
    for (const code of EVERY_CODE) {
      const again = encodeMulaw(decodeMulaw(Uint8Array.of(code))[0] ?? Number.NaN);
      expect(again).toBe(code === NEGATIVE_ZERO ? MULAW_SILENCE : code);
    }
  });

  it('stays within half a step of any sample', () => {
    for (let sample = -0.97; sample < 0.97; sample += 0.001_3) {
      const heard = decodeMulaw(Uint8Array.of(encodeMulaw(sample)))[0] ?? Number.NaN;
      // The steps grow with the sample: a thirty-second of it, and never finer than two parts in 8,192.
      expect(Math.abs(heard - sample)).toBeLessThanOrEqual(Math.abs(sample) / 32 + 2 / 8_192);
    }
  });

  it.each([
    ['silence', 0, 0xff],
    ['the loudest sample', 1, 0x80],
    ['the most negative sample', -1, 0x00],
    ['a sample beyond full scale', 7, 0x80],
    ['an infinite sample', Number.NEGATIVE_INFINITY, 0x00],
    ['what is not a number', Number.NaN, 0xff],
  ])('encodes %s', (_, sample, code) => {
    expect(encodeMulaw(sample)).toBe(code);
  });
});
