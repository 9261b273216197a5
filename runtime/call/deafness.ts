/**
 * The caller spoke, and the recognizer has nothing to say about it: a stalled stream looks like that, and so does a
 * lorry passing by. He is asked to say it again; if nothing he says arrives, the call is given up rather than kept silent.
 */
import type { TimerName } from './setup.ts';
import type { CallTimers } from './timers.ts';

/** Less voice than this may have been a sound without words. */
const SPEECH_MS = 400;
/** The slowest of words are here by then, and the caller has not yet begun to wonder. */
const WORDS_WITHIN_MS = 2_000;
/** Asked twice in vain, there is no point in a third time. */
const MOST_TIMES = 2;

export interface DeafnessListener {
  /** The words may have come by another way, or the agent may be speaking. */
  stillUnheard(): boolean;
  askAgain(): void;
  giveUp(): void;
}

export class Deafness {
  readonly #timers: CallTimers<TimerName>;
  readonly #listener: DeafnessListener;
  #times = 0;

  constructor(timers: CallTimers<TimerName>, listener: DeafnessListener) {
    this.#timers = timers;
    this.#listener = listener;
  }

  voiceStarted(): void {
    this.#timers.clear('unheard');
  }

  voicePaused(voicedMs: number): void {
    if (voicedMs < SPEECH_MS) return;
    this.#timers.set('unheard', WORDS_WITHIN_MS, () => {
      if (!this.#listener.stillUnheard()) return;
      if (this.#times++ < MOST_TIMES) this.#listener.askAgain();
      else this.#listener.giveUp();
    });
  }

  /** The caller was understood. */
  relieve(): void {
    this.#times = 0;
    this.#timers.clear('unheard');
  }
}
