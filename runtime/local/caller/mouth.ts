/** The simulated caller's mouth: one frame of µ-law every 20 ms, of speech while there is some, of silence otherwise. */
import { decodeMulaw } from '../../audio/mulaw.ts';
import { FRAME_BYTES, FRAME_MS, MULAW_SILENCE } from '../../channels/channel.ts';

const AUDIBLE = 300;
const SILENCE = new Uint8Array(FRAME_BYTES).fill(MULAW_SILENCE);

export class Mouth {
  readonly #send: (frame: Uint8Array) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #startedAt = performance.now();
  #frames = 0;
  #speech: Uint8Array = new Uint8Array(0);
  #position = 0;
  #lastSound = 0;
  #spoken: (() => void) | undefined;
  /** When the last audible frame left. */
  lastSoundAt = 0;

  constructor(send: (frame: Uint8Array) => void) {
    this.#send = send;
    this.#timer = setInterval(() => this.#catchUp(), FRAME_MS / 2);
  }

  /** Speaks `audio` (µ-law, 8 kHz) from now on. Resolves when its last audible frame has left. */
  speak(audio: Uint8Array): Promise<void> {
    this.#speech = audio;
    this.#position = 0;
    this.#lastSound = decodeMulaw(audio).findLastIndex((sample) => Math.abs(sample) > AUDIBLE);
    return new Promise((resolve) => {
      this.#spoken = resolve;
    });
  }

  close(): void {
    clearInterval(this.#timer);
    this.#spoken?.();
  }

  /** A timer drifts and stalls; the audio clock does not: send as many frames as time has passed. */
  #catchUp(): void {
    const due = Math.floor((performance.now() - this.#startedAt) / FRAME_MS);
    for (; this.#frames < due; this.#frames++) this.#send(this.#next());
  }

  #next(): Uint8Array {
    if (this.#position >= this.#speech.length) return SILENCE;
    const frame = this.#speech.subarray(this.#position, this.#position + FRAME_BYTES);
    this.#position += FRAME_BYTES;
    if (this.#position > this.#lastSound && this.#spoken) {
      this.lastSoundAt = performance.now();
      this.#spoken();
      this.#spoken = undefined;
    }
    return frame.length === FRAME_BYTES ? frame : Buffer.concat([frame, SILENCE]).subarray(0, FRAME_BYTES);
  }
}
