import { encodeMulaw } from '../../audio/mulaw.ts';

const FRAME_SAMPLES = 160;
const BYTES_A_SAMPLE = 2;

/**
 * Cuts a stream of PCM (signed 16-bit, little-endian, pieces of any length) into the frames that voice activity
 * detection takes: µ-law, 8 kHz, 20 ms = 160 bytes. 16 kHz is halved by averaging pairs.
 */
export class PcmFrames {
  readonly #pairing: 1 | 2;
  #pending: Buffer = Buffer.alloc(0);

  constructor(sampleRateHz: 8_000 | 16_000) {
    this.#pairing = sampleRateHz === 16_000 ? 2 : 1;
  }

  cut(bytes: Uint8Array): Uint8Array[] {
    const pcm = this.#pending.length > 0 ? Buffer.concat([this.#pending, bytes]) : Buffer.from(bytes);
    const frameBytes = FRAME_SAMPLES * BYTES_A_SAMPLE * this.#pairing;
    const frames = Math.floor(pcm.length / frameBytes);
    this.#pending = pcm.subarray(frames * frameBytes);
    return Array.from({ length: frames }, (_, i) => this.#frame(pcm, i * frameBytes));
  }

  #frame(pcm: Buffer, at: number): Uint8Array {
    const samples = new Int16Array(FRAME_SAMPLES);
    for (let i = 0; i < FRAME_SAMPLES; i++) {
      const first = at + i * BYTES_A_SAMPLE * this.#pairing;
      samples[i] =
        this.#pairing === 1
          ? pcm.readInt16LE(first)
          : (pcm.readInt16LE(first) + pcm.readInt16LE(first + BYTES_A_SAMPLE)) >> 1;
    }
    return encodeMulaw(samples);
  }
}

/** µ-law codes, inverted, count up from silence in both directions; the 25th is a sample of 276 in 32,768: -41 dB. */
const QUIETEST_CODE = 25;

/** Whether any sample of a µ-law frame is louder than the hiss of a quiet line. */
export function isAudible(frame: Uint8Array): boolean {
  return frame.some((byte) => (~byte & 0x7f) >= QUIETEST_CODE);
}
