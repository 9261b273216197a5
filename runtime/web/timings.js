// @ts-check
import { number, record, text } from './untrusted.js';
import { barsOf, responseGapMs } from './waterfall.js';

/**
 * Which replies were measured, in order.
 *
 * @typedef {object} Timing
 * @property {number} turn
 * @property {import('./waterfall.js').Bar[]} bars
 * @property {number | undefined} gapMs
 * @property {'hit' | 'miss' | undefined} speculation whether the reply prepared before the turn's end could be used
 *
 * @typedef {{ replies: readonly Timing[], speculations: ReadonlyMap<number, 'hit' | 'miss'> }} Timings
 */

/** @type {Timings} */
export const NO_TIMINGS = { replies: [], speculations: new Map() };

/**
 * @param {Timings} timings
 * @param {Record<string, unknown>} event a `CallEvent`, unchecked
 * @returns {Timings} the same object when the event changes nothing
 */
export function advanceTimings(timings, event) {
  const turn = number(event.turn);
  if (turn === undefined) return timings;
  if (event.type === 'speculation') {
    const outcome = event.outcome === 'hit' ? 'hit' : 'miss';
    return { ...timings, speculations: new Map(timings.speculations).set(turn, outcome) };
  }
  if (event.type !== 'agent-turn' || text(event.kind) !== 'reply') return timings;
  const bars = barsOf(event.waterfall);
  if (bars.length === 0) return timings;
  const gapMs = responseGapMs(record(event.waterfall));
  const reply = { turn, bars, gapMs, speculation: timings.speculations.get(turn) };
  return { ...timings, replies: [...timings.replies, reply] };
}
