/** Keys pressed on the telephone, gathered into one turn: `#` ends it, and so does a pause. */
import type { TimerName } from './setup.ts';
import type { CallTimers } from './timers.ts';

/** More than a card's number, an account's or a telephone's; a key that is stuck ends here. */
const MOST_DIGITS = 32;

export class Keypad {
  readonly #timers: CallTimers<TimerName>;
  readonly #pauseMs: number;
  readonly #give: (digits: string) => void;
  readonly #isCommand: (keys: string) => boolean;
  #digits = '';

  /**
   * @param give is called with at least one digit
   * @param isCommand is asked of all keys pressed so far; those it has obeyed are part of no turn
   */
  constructor(
    timers: CallTimers<TimerName>,
    pauseMs: number,
    give: (digits: string) => void,
    isCommand: (keys: string) => boolean = () => false,
  ) {
    this.#timers = timers;
    this.#pauseMs = pauseMs;
    this.#give = give;
    this.#isCommand = isCommand;
  }

  /** False for a `#` without digits before it: nothing follows from that. */
  takes(key: string): boolean {
    return key !== '#' || this.#digits !== '';
  }

  press(key: string): void {
    if (key !== '#') this.#digits += key;
    if (this.#isCommand(this.#digits)) this.#forget();
    else if (key === '#' || this.#digits.length >= MOST_DIGITS) this.#finish();
    else this.#timers.set('keypad', this.#pauseMs, () => this.#finish());
  }

  #finish(): void {
    const digits = this.#digits;
    this.#forget();
    if (digits) this.#give(digits);
  }

  #forget(): void {
    this.#timers.clear('keypad');
    this.#digits = '';
  }
}
