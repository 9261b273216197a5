// @ts-check
import { element, svgElement } from './dom.js';
import { ms } from './untrusted.js';
import { describeBars, LIMIT_MS, spanOf, summarize } from './waterfall.js';

/** @typedef {import('./timings.js').Timing} Timing */

/** The picture's measures, in units of its own: about a pixel each. */
const WIDTH = 340;
const LABELS_WIDTH = 84;
const VALUES_WIDTH = 60;
const PLOT_WIDTH = WIDTH - LABELS_WIDTH - VALUES_WIDTH;
const TOP = 18;
const ROW = 20;
const BAR = 8;

const SPECULATION = { hit: 'prepared while you spoke', miss: 'prepared early, thrown away' };

/** Pictures of every reply's way to the caller, newest first, and the figures that sum them up. */
export class WaterfallView {
  /** @param {{ gaps: HTMLElement, pictures: HTMLElement }} places */
  constructor({ gaps, pictures }) {
    this.gaps = gaps;
    this.pictures = pictures;
    /** @type {readonly Timing[]} */
    this.shown = [];
  }

  /** @param {import('./timings.js').Timings} timings */
  show({ replies }) {
    if (replies === this.shown) return;
    const added = replies.length > 0 && replies[0] === this.shown[0] ? replies.slice(this.shown.length) : replies;
    if (added === replies) this.pictures.replaceChildren();
    for (const reply of added) this.pictures.prepend(drawReply(reply));
    this.gaps.replaceChildren(...drawGaps(replies));
    this.shown = replies;
  }
}

/** @param {readonly Timing[]} replies */
function drawGaps(replies) {
  const gaps = summarize(replies.flatMap(({ gapMs }) => gapMs ?? []));
  if (!gaps) return [];
  return [
    figure('Last', ms(gaps.lastMs), gaps.lastMs > LIMIT_MS),
    figure('Median', ms(gaps.medianMs), gaps.medianMs > LIMIT_MS),
    figure('Slowest', ms(gaps.slowestMs), gaps.slowestMs > LIMIT_MS),
    figure(`Over ${LIMIT_MS} ms`, `${gaps.overCount} of ${gaps.count}`, gaps.overCount > 0),
  ];
}

/** @param {string} name @param {string} value @param {boolean} over */
function figure(name, value, over) {
  return element('div', over ? 'over' : '', element('dt', '', name), element('dd', '', value));
}

/** @param {Timing} reply */
function drawReply({ turn, bars, gapMs, speculation }) {
  const gap = gapMs === undefined ? 'no audio' : ms(gapMs);
  const over = gapMs !== undefined && gapMs > LIMIT_MS;
  const caption = element(
    'figcaption',
    '',
    element('span', 'turn', `Turn ${turn}`),
    element('b', over ? 'over' : '', gap),
  );
  if (speculation) caption.append(element('span', 'speculation', SPECULATION[speculation]));
  return element('figure', 'waterfall', caption, drawBars(bars, describeBars(bars, gapMs)));
}

/** @param {readonly import('./waterfall.js').Bar[]} bars @param {string} description */
function drawBars(bars, description) {
  const { fromMs, toMs } = spanOf(bars);
  /** @param {number} atMs */
  const place = (atMs) => LABELS_WIDTH + ((atMs - fromMs) / (toMs - fromMs)) * PLOT_WIDTH;
  const height = TOP + bars.length * ROW;
  const rows = bars.flatMap(({ label, startMs, endMs }, index) => {
    const middle = TOP + index * ROW + ROW / 2;
    return [
      svgElement('text', { class: 'label', x: 0, y: middle, dy: '0.35em' }, label),
      svgElement('rect', {
        class: `bar ${endMs > LIMIT_MS ? 'over' : ''}`,
        x: place(startMs),
        y: middle - BAR / 2,
        width: Math.max(2, place(endMs) - place(startMs)),
        height: BAR,
        rx: 2,
      }),
      svgElement('text', { class: 'value', x: WIDTH, y: middle, dy: '0.35em', 'text-anchor': 'end' }, ms(endMs)),
    ];
  });
  return svgElement(
    'svg',
    { viewBox: `0 0 ${WIDTH} ${height}`, role: 'img', 'aria-label': description },
    svgElement('line', { class: 'axis', x1: place(0), x2: place(0), y1: TOP, y2: height }),
    svgElement('line', { class: 'limit', x1: place(LIMIT_MS), x2: place(LIMIT_MS), y1: TOP - 4, y2: height }),
    svgElement('text', { class: 'scale', x: place(0), y: 10, 'text-anchor': 'middle' }, '0'),
    svgElement('text', { class: 'scale', x: place(LIMIT_MS), y: 10, 'text-anchor': 'middle' }, `${LIMIT_MS} ms`),
    ...rows,
  );
}
