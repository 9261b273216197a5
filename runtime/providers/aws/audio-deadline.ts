import { WaitedTooLong, within } from '../waiting.ts';

/** A time limit for the service that runs only while it owes audio and somebody waits for it. */
export class AudioDeadline {
  readonly #limitMs: number;
  readonly #controller: AbortController;
  #timer: NodeJS.Timeout | undefined;
  #owed = false;
  #waiting = false;

  constructor(limitMs: number, controller: AbortController) {
    this.#limitMs = limitMs;
    this.#controller = controller;
  }

  owe(): void {
    this.#owed = true;
    this.#start();
  }

  settle(): void {
    this.#owed = false;
  }

  async meet<T>(promise: Promise<T>): Promise<T> {
    this.#waiting = true;
    this.#start();
    try {
      return await within(promise, Number.POSITIVE_INFINITY, this.#controller.signal);
    } finally {
      this.#waiting = false;
      clearTimeout(this.#timer);
      this.#timer = undefined;
    }
  }

  #start(): void {
    if (!this.#owed || !this.#waiting || this.#timer) return;
    const late = new WaitedTooLong(`no audio within ${this.#limitMs} ms`);
    this.#timer = setTimeout(() => this.#controller.abort(late), this.#limitMs);
  }
}
