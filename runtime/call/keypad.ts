/** Digits typed on the telephone, gathered into one turn: `#` ends it, and so does a pause. */
import type { TimerName } from './setup.ts';
import type { CallTimers } from './timers.ts';

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

  press(digit: string): void {
    if (digit === '#') {
      this.#finish();
      return;
    }
    this.#digits += digit;
    this.#timers.set('keypad', this.#pauseMs, () => this.#finish());
  }

  #finish(): void {
    this.#timers.clear('keypad');
    const digits = this.#digits;
    this.#digits = '';
    if (digits) this.#give(digits);
  }
}
