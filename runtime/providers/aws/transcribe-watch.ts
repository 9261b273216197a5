import type { RetryLimits } from '../retry.ts';
import { WaitedTooLong } from '../waiting.ts';

/** Less loud audio than this is a click; the shortest of words, or the rest of a sentence, has more. */
const SPEECH_MS = 200;

/**
 * Notices when one stream has gone dead: not accepted in time, speech that goes in while nothing at all comes out, or an
 * end that does not come. Quiet audio proves nothing, so it is never held against the stream.
 */
export class TranscribeWatch {
  readonly #limits: RetryLimits;
  readonly #giveUp: (reason: WaitedTooLong) => void;
  #timer: NodeJS.Timeout | undefined;
  #acceptedAt: number | undefined;
  #suspectDeafness: boolean;
  #drained = false;
  #unansweredMs = 0;

  /** @param suspectDeafness false when speech that brings nothing shall be taken for noise. */
  constructor(limits: RetryLimits, suspectDeafness: boolean, giveUp: (reason: WaitedTooLong) => void) {
    this.#limits = limits;
    this.#suspectDeafness = suspectDeafness;
    this.#giveUp = giveUp;
    this.#expect(limits.firstMs, 'the stream was not accepted');
  }

  /** `performance.now()` of the service's answer to the request. */
  get acceptedAt(): number | undefined {
    return this.#acceptedAt;
  }
  /** Whether the next stream may be given up as deaf: not right after this one was, unless it had answered before. */
  get suspectDeafness(): boolean {
    return this.#suspectDeafness;
  }

  accepted(): void {
    this.#acceptedAt = performance.now();
    this.#relax();
  }

  /** An event came, whatever it says. */
  heard(): void {
    this.#unansweredMs = 0;
    this.#suspectDeafness = true;
    this.#relax();
  }

  /** A chunk went out, this much of it loud. */
  sent(loudMs: number): void {
    this.#unansweredMs += loudMs;
    if (this.#unansweredMs < SPEECH_MS || this.#timer || !this.#suspectDeafness) return;
    this.#expect(this.#limits.stallMs, 'speech was not answered', () => {
      this.#suspectDeafness = false;
    });
  }

  /** All audio is out: what is still to come, comes soon. */
  drained(): void {
    this.#drained = true;
    if (this.#acceptedAt !== undefined) this.#relax();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #relax(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#drained) this.#expect(this.#limits.stallMs, 'the stream did not end');
  }

  #expect(withinMs: number, otherwise: string, onMissed = () => {}): void {
    this.#timer = setTimeout(() => {
      onMissed();
      this.#giveUp(new WaitedTooLong(`${otherwise} within ${withinMs} ms`));
    }, withinMs);
  }
}
