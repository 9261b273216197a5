/**
 * The simulated caller's ear: what was sent to him, played in real time as a telephone plays it. Knows when the agent
 * speaks and when it has stopped, and gives marks back at the moment the audio before them has been played.
 */
import { decodeMulaw } from '../../audio/mulaw.ts';

const BYTES_PER_MS = 8;
/** 16-bit scale: louder than this is speech. */
const AUDIBLE = 300;

export class Ear {
  readonly #acknowledge: (mark: string) => void;
  readonly #marks = new Map<string, NodeJS.Timeout>();
  #playedOutAt = 0;
  #audibleUntil: number | undefined;
  #speakingSince: number | undefined;
  #firstAudibleAt: number | undefined;

  constructor(acknowledge: (mark: string) => void) {
    this.#acknowledge = acknowledge;
  }

  /** ms of agent speech that is playing or still to be played. */
  get unplayedMs(): number {
    return Math.max(0, this.#playedOutAt - performance.now());
  }
  /** When the agent's current stretch of speech began to arrive; undefined while it is silent. */
  get speakingSince(): number | undefined {
    return this.unplayedMs > 0 ? this.#speakingSince : undefined;
  }
  /** ms since the last sound of the agent was played; Infinity if there was none yet. */
  get silentForMs(): number {
    return Math.max(0, performance.now() - (this.#audibleUntil ?? Number.NEGATIVE_INFINITY));
  }

  /** When the first sound since the last call of this arrived; then forgets it. */
  takeFirstSound(): number | undefined {
    const at = this.#firstAudibleAt;
    this.#firstAudibleAt = undefined;
    return at;
  }

  /** µ-law, 8 kHz, any length. */
  hear(audio: Uint8Array): void {
    const now = performance.now();
    if (now > this.#playedOutAt) this.#speakingSince = undefined;
    const startsAt = Math.max(this.#playedOutAt, now);
    this.#playedOutAt = startsAt + audio.length / BYTES_PER_MS;
    const samples = decodeMulaw(audio);
    const loud = samples.findLastIndex((sample) => Math.abs(sample) > AUDIBLE);
    if (loud < 0) return;
    this.#audibleUntil = startsAt + loud / BYTES_PER_MS;
    this.#speakingSince ??= now;
    this.#firstAudibleAt ??= now;
  }

  mark(name: string): void {
    this.#marks.set(
      name,
      setTimeout(() => this.#return(name), this.unplayedMs),
    );
  }

  /** What is not played yet never will be; the marks come back at once. */
  clear(): void {
    this.#silence();
    for (const name of [...this.#marks.keys()]) this.#return(name);
  }

  /** The line is cut: what is not played yet never will be, and there is nobody to give marks back to. */
  cut(): void {
    this.#silence();
    this.close();
  }

  close(): void {
    for (const timer of this.#marks.values()) clearTimeout(timer);
    this.#marks.clear();
  }

  #silence(): void {
    this.#playedOutAt = performance.now();
    if (this.#audibleUntil !== undefined) this.#audibleUntil = Math.min(this.#audibleUntil, this.#playedOutAt);
  }

  #return(name: string): void {
    clearTimeout(this.#marks.get(name));
    this.#marks.delete(name);
    this.#acknowledge(name);
  }
}
