// @ts-check
import { ms, number, record } from './untrusted.js';

/**
 * The arithmetic of the waterfall: from one turn's moments to bars.
 *
 * @typedef {import('../call/events.ts').Waterfall} Waterfall
 * @typedef {{ label: string, startMs: number, endMs: number }} Bar ms after the caller's last voiced frame
 * @typedef {{ count: number, lastMs: number, medianMs: number, slowestMs: number, overCount: number }} Gaps
 */

/** The longest a caller should wait for the agent's first sound. */
export const LIMIT_MS = 800;
/** What the picture spans at least, and in what steps it grows: pictures of one scale can be compared by eye. */
const MIN_SPAN_MS = 1_000;
const SPAN_STEP_MS = 500;

/**
 * Each stage ends at its own moment and starts when the last thing it needed was there.
 * @type {readonly { moment: keyof Waterfall, label: string, needs: readonly (keyof Waterfall)[] }[]}
 */
const STAGES = [
  { moment: 'textMs', label: 'text', needs: [] },
  { moment: 'committedMs', label: 'committed', needs: ['textMs'] },
  { moment: 'firstTokenMs', label: 'first token', needs: ['modelRequestMs'] },
  { moment: 'firstClauseMs', label: 'first clause', needs: ['firstTokenMs'] },
  { moment: 'firstSpeechMs', label: 'first speech', needs: ['firstClauseMs'] },
  { moment: 'firstAudioMs', label: 'first audio', needs: ['committedMs', 'firstSpeechMs'] },
  { moment: 'firstWordsMs', label: 'own words', needs: ['committedMs', 'firstSpeechMs'] },
];

/**
 * @param {unknown} untrusted a {@link Waterfall}
 * @returns {Bar[]} in the order of the stages; a stage that did not happen has none
 */
export function barsOf(untrusted) {
  const moments = momentsOf(untrusted);
  return STAGES.flatMap(({ moment, label, needs }) => {
    const endMs = moments[moment];
    if (endMs === undefined) return [];
    // Without an opener the first audio already is the model's own words.
    if (moment === 'firstWordsMs' && endMs === moments.firstAudioMs) return [];
    const known = needs.flatMap((need) => moments[need] ?? []).filter((startMs) => startMs <= endMs);
    return [{ label, startMs: known.length > 0 ? Math.max(...known) : Math.min(0, endMs), endMs }];
  });
}

/** @param {unknown} untrusted a {@link Waterfall} @returns {number | undefined} */
export function responseGapMs(untrusted) {
  return momentsOf(untrusted).firstAudioMs;
}

/**
 * The picture's span of time. A reply that is prepared while the caller still speaks starts before zero.
 * @param {readonly Bar[]} bars
 */
export function spanOf(bars) {
  const fromMs = Math.min(0, ...bars.map(({ startMs }) => startMs));
  const lastMs = Math.max(...bars.map(({ endMs }) => endMs));
  return { fromMs, toMs: Math.max(MIN_SPAN_MS, Math.ceil(lastMs / SPAN_STEP_MS) * SPAN_STEP_MS) };
}

/**
 * The same as the picture, in words.
 * @param {readonly Bar[]} bars
 * @param {number | undefined} gapMs
 */
export function describeBars(bars, gapMs) {
  const moments = bars.map(({ label, endMs }) => `${label} at ${ms(endMs)}`).join(', ');
  if (gapMs === undefined) return `No audio was sent. ${moments}`.trim();
  const verdict = gapMs <= LIMIT_MS ? 'within' : 'over';
  return `Response gap ${ms(gapMs)}, ${verdict} the line of ${LIMIT_MS} ms. After your last word: ${moments}.`;
}

/** @param {readonly number[]} gapsMs of all turns, in order @returns {Gaps | undefined} */
export function summarize(gapsMs) {
  const sorted = gapsMs.toSorted((a, b) => a - b);
  const lastMs = gapsMs.at(-1);
  const medianMs = sorted[Math.floor((sorted.length - 1) / 2)];
  const slowestMs = sorted.at(-1);
  if (lastMs === undefined || medianMs === undefined || slowestMs === undefined) return undefined;
  return {
    count: gapsMs.length,
    lastMs,
    medianMs,
    slowestMs,
    overCount: gapsMs.filter((gapMs) => gapMs > LIMIT_MS).length,
  };
}

/** @param {unknown} untrusted @returns {Waterfall} */
function momentsOf(untrusted) {
  return Object.fromEntries(
    Object.entries(record(untrusted)).flatMap(([name, value]) => {
      const moment = number(value);
      return moment === undefined ? [] : [[name, moment]];
    }),
  );
}
