/** A streamed answer, and what a fault does to it. */
import { encodeEvent, encodeException, encodeGarbage } from './event-stream.ts';
import type { Strike } from './faults.ts';
import { breakOff, closed, type Response, type ServiceError, write } from './http.ts';

export class StreamedAnswer {
  readonly #response: Response;
  readonly #strike: Strike | undefined;
  #sent = 0;
  #isOver = false;
  /** Settles when the answer is over, for whatever reason. */
  readonly closed: Promise<void>;

  /** @param response its head must have been written. */
  constructor(response: Response, strike: Strike | undefined) {
    this.#response = response;
    this.#strike = strike;
    this.closed = closed(response);
    void this.closed.then(() => {
      this.#isOver = true;
    });
    this.#perhapsStrike();
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Sends one event. Once the answer is over nothing is sent, and nothing thrown: returns whether it was sent. */
  event(type: string, payload: Uint8Array | object): boolean {
    return !this.#isOver && this.bytes(encodeEvent(type, payload));
  }

  /** An event without content, which faults do not count: `afterEvents` is about the answer. */
  heartbeat(type: string, payload: object): void {
    if (!this.#isOver) write(this.#response, encodeEvent(type, payload));
  }

  /** As {@link event}, for an answer that is not made of events. */
  bytes(piece: Uint8Array): boolean {
    if (this.#isOver) return false;
    write(this.#response, piece);
    this.#sent++;
    this.#perhapsStrike();
    return true;
  }

  fail({ code, body }: ServiceError): void {
    if (this.#isOver) return;
    write(this.#response, encodeException(code, body));
    this.end();
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#response.end();
  }

  #perhapsStrike(): void {
    if (!this.#strike || this.#sent !== this.#strike.afterEvents) return;
    if (this.#strike.name === 'drop-mid-stream') breakOff(this.#response);
    else if (this.#strike.name === 'malformed-event') write(this.#response, encodeGarbage());
    else if (this.#strike.name !== 'stall') return;
    // A stalled answer is left as it is: open, and silent.
    this.#isOver = this.#strike.name !== 'malformed-event';
  }
}
