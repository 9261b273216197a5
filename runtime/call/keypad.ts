/** Keys pressed on the telephone, gathered into one turn: `#` ends it, and so does a pause. */
import type { TimerName } from './setup.ts';
import type { CallTimers } from './timers.ts';

/** More than a card's number, an account's or a telephone's; a key that is stuck ends here. */
const MOST_DIGITS = 32;

export class Keypad {
  readonly #timers: CallTimers<TimerName>;
  readonly #pauseMs: number;
  readonly #give: (digits: string) => void;
  #digits = '';

  /** @param give is called with at least one digit. */
  constructor(timers: CallTimers<TimerName>, pauseMs: number, give: (digits: string) => void) {
    this.#timers = timers;
    this.#pauseMs = pauseMs;
    this.#give = give;
  }

  /** False for a `#` without digits before it: nothing follows from that. */
  takes(key: string): boolean {
    return key !== '#' || this.#digits !== '';
  }

  press(key: string): void {
    if (key !== '#') this.#digits += key;
    if (key === '#' || this.#digits.length >= MOST_DIGITS) this.#finish();
    else this.#timers.set('keypad', this.#pauseMs, () => this.#finish());
  }

  #finish(): void {
    this.#timers.clear('keypad');
    const digits = this.#digits;
    this.#digits = '';
    if (digits) this.#give(digits);
  }
}
