// @ts-check
import { element } from './dom.js';

/**
 * @typedef {import('./transcript.js').Transcript} Transcript
 * @typedef {import('./transcript.js').Row} Row
 * @typedef {import('./transcript.js').AgentRow} AgentRow
 */

/** How far from its end the transcript may be scrolled and still follow what is said. */
const FOLLOW_PX = 80;

const HOW = new Map([
  ['text', 'typed'],
  ['dtmf', 'keys'],
]);

/** Keeps the page's transcript like the value; touches only rows that changed, so that each is announced once. */
export class TranscriptView {
  /**
   * @param {{ scroller: HTMLElement, log: HTMLElement, pending: HTMLElement }} places `log` is announced by screen
   *   readers, `pending` (the caller's own words under way) is not
   */
  constructor({ scroller, log, pending }) {
    this.scroller = scroller;
    this.log = log;
    this.pending = pending;
    /** @type {readonly Row[]} */
    this.shown = [];
  }

  /** @param {Transcript} transcript */
  show(transcript) {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    const follows = scrollHeight - scrollTop - clientHeight < FOLLOW_PX;

    while (this.log.children.length > transcript.rows.length) this.log.lastElementChild?.remove();
    transcript.rows.forEach((row, index) => {
      const before = this.shown[index];
      const there = this.log.children[index];
      if (!there) this.log.append(drawRow(row));
      else if (before !== row && !extendRow(there, before, row)) there.replaceWith(drawRow(row));
    });
    this.shown = transcript.rows;

    const words = transcript.partial || (transcript.callerSpeaking ? '…' : '');
    this.pending.replaceChildren(
      ...(words ? [speakerRow('caller pending', 'You', '', element('span', '', words))] : []),
    );
    if (follows) this.scroller.scrollTop = this.scroller.scrollHeight;
  }
}

/** @param {Row} row @returns {HTMLElement} */
function drawRow(row) {
  switch (row.kind) {
    case 'caller':
      return speakerRow('caller', 'You', HOW.get(row.by) ?? '', element('span', '', row.text));
    case 'agent':
      return speakerRow(`agent ${row.state}`, 'Agent', row.note, ...drawSpeech(row));
    case 'tool':
      return drawTool(row);
    case 'problem':
      return speakerRow('problem', 'Problem', row.stage, element('span', '', row.text));
    case 'keys':
      return speakerRow('caller', 'You', 'keys', element('span', 'digits', row.digits));
    case 'note':
      return element('p', 'row note', element('span', '', row.text));
  }
}

/**
 * While the agent speaks its clauses are added one by one instead of drawing the row again.
 * @param {Element} there
 * @param {Row | undefined} before
 * @param {Row} after
 */
function extendRow(there, before, after) {
  if (before?.kind !== 'agent' || after.kind !== 'agent') return false;
  if (!after.heard.startsWith(before.heard) || before.unheard !== after.unheard || before.note !== after.note) {
    return false;
  }
  there.className = `row agent ${after.state}`;
  const added = after.heard.slice(before.heard.length);
  if (added) there.querySelector('.words')?.append(element('span', 'clause', added));
  return true;
}

/** @param {AgentRow} row @returns {Node[]} */
function drawSpeech(row) {
  const heard = row.heard ? [element('span', 'clause', row.heard)] : [];
  if (!row.unheard) return heard;
  const unheard = row.unheard.trimStart();
  const struck = element('s', 'unheard', element('span', 'unseen', 'Not heard: '), unheard);
  return [...heard, document.createTextNode(row.unheard.slice(0, -unheard.length)), struck];
}

/** @param {import('./transcript.js').ToolRow} row */
function drawTool(row) {
  const state = { running: 'running', done: row.took, failed: `failed ${row.took}`.trim() }[row.state];
  const details = element(
    'details',
    '',
    element('summary', '', element('code', '', row.name), ' ', element('span', 'state', state)),
    element('pre', '', row.output ? `${row.input}\n→ ${row.output}` : row.input),
  );
  return speakerRow(`tool ${row.state}`, 'Tool', '', details);
}

/**
 * @param {string} className
 * @param {string} speaker
 * @param {string} aside
 * @param {...Node} words
 */
function speakerRow(className, speaker, aside, ...words) {
  const label = element('span', 'speaker', speaker);
  const body = element('div', 'words', ...words);
  // Writing from right to left keeps to its own line, whatever stands beside it.
  body.dir = 'auto';
  const row = element('div', `row ${className}`, label, body);
  if (aside) row.append(element('span', 'aside', aside));
  return row;
}
