// @ts-check
import { advanceTimings, NO_TIMINGS } from './timings.js';
import { advance, EMPTY } from './transcript.js';
import { number, record, text } from './untrusted.js';

/** Where nothing happens for longer than this, nobody wants to wait: a call that was taken up again much later. */
const LONGEST_SILENCE_MS = 10_000;

/**
 * A conversation's events as something that can be played: each at its moment, in ms since the first.
 *
 * @typedef {{ atMs: number, event: Record<string, unknown> }} Moment
 * @typedef {{ transcript: import('./transcript.js').Transcript, timings: import('./timings.js').Timings }} Shown
 */
export class Tape {
  /** @param {readonly unknown[]} events as the cell keeps them, in any order; what cannot be placed is left out */
  constructor(events) {
    /** @type {readonly Moment[]} */
    this.moments = place(events);
    /** @type {Shown} */
    this.shown = { transcript: EMPTY, timings: NO_TIMINGS };
    /** How many moments `shown` holds. */
    this.reached = 0;
  }

  get durationMs() {
    return this.moments.at(-1)?.atMs ?? 0;
  }

  /** What there was to be seen at a moment. Going on is cheap, going back begins anew. @param {number} atMs @returns {Shown} */
  at(atMs) {
    const last = this.moments[this.reached - 1];
    if (last && last.atMs > atMs) {
      this.shown = { transcript: EMPTY, timings: NO_TIMINGS };
      this.reached = 0;
    }
    for (let next = this.moments[this.reached]; next && next.atMs <= atMs; next = this.moments[this.reached]) {
      this.shown = {
        transcript: advance(this.shown.transcript, next.event),
        timings: advanceTimings(this.shown.timings, next.event),
      };
      this.reached++;
    }
    return this.shown;
  }
}

/** @param {readonly unknown[]} events @returns {Moment[]} */
function place(events) {
  const sound = events
    .map(record)
    .filter((event) => number(event.sequence) !== undefined && !Number.isNaN(Date.parse(text(event.at))))
    .sort((a, b) => Number(a.sequence) - Number(b.sequence));
  let atMs = 0;
  return sound.map((event, nth) => {
    const before = sound[nth - 1];
    const passedMs = before ? Date.parse(text(event.at)) - Date.parse(text(before.at)) : 0;
    // Clocks may have been set back in the middle of a call.
    atMs += Math.min(Math.max(0, passedMs), LONGEST_SILENCE_MS);
    return { atMs, event };
  });
}
