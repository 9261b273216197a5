// @ts-check
import { json, ms, number, text } from './untrusted.js';

/**
 * The transcript as a value, and how each event of the call changes it. Rows are only added or replaced in place, so a
 * row's index is its identity.
 *
 * @typedef {import('../call/events.ts').CallEvent} CallEvent
 *
 * @typedef {{ kind: 'caller', text: string, by: string }} CallerRow
 * @typedef {{ kind: 'agent', turn: number, heard: string, unheard: string, state: 'speaking' | 'stopped' | 'over',
 *   note: string }} AgentRow `unheard` is what was meant to be said and never reached the caller
 * @typedef {{ kind: 'tool', id: string, name: string, input: string, output: string,
 *   state: 'running' | 'done' | 'failed', took: string }} ToolRow
 * @typedef {{ kind: 'problem', stage: string, text: string }} ProblemRow
 * @typedef {{ kind: 'keys', digits: string }} KeysRow
 * @typedef {{ kind: 'note', text: string }} NoteRow
 * @typedef {CallerRow | AgentRow | ToolRow | ProblemRow | KeysRow | NoteRow} Row
 *
 * @typedef {object} Transcript
 * @property {readonly Row[]} rows
 * @property {boolean} callerSpeaking
 * @property {string} partial the words of a caller's turn under way
 */

/** @type {Transcript} */
export const EMPTY = { rows: [], callerSpeaking: false, partial: '' };

/** @type {Record<import('../call/events.ts').EndReason, string>} */
const ENDING_OF = {
  'caller-hung-up': 'You hung up.',
  'agent-ended': 'The agent ended the call.',
  transferred: 'The agent transferred the call.',
  idle: 'The call ended because nothing was said.',
  'maximum-duration': 'The call reached its longest duration.',
  'speech-failed': 'The call ended because a speech service failed.',
  shutdown: 'The call ended because the cell is shutting down.',
};
const ENDINGS = new Map(Object.entries(ENDING_OF));

/** @type {Record<Extract<CallEvent, { type: 'consent-answered' }>['answer'], string>} */
const ANSWER_OF = {
  yes: 'You agreed to be recorded.',
  no: 'You declined to be recorded.',
  none: 'You gave no clear answer: the call is not recorded.',
};
const ANSWERS = new Map(Object.entries(ANSWER_OF));

/** @type {Record<Extract<CallEvent, { type: 'recording-finished' }>['outcome'], string>} */
const RECORDED_OF = {
  complete: 'The recording is complete.',
  cut: 'The recording was cut short.',
  withdrawn: 'The recording was thrown away.',
  failed: 'The recording failed.',
};
const RECORDED = new Map(Object.entries(RECORDED_OF));

/**
 * @param {Transcript} transcript
 * @param {Record<string, unknown>} untrusted an event as the cell sent it
 * @returns {Transcript} the same object when the event changes nothing
 */
export function advance(transcript, untrusted) {
  // The type names the fields; what is in them is still checked one by one.
  const event = /** @type {CallEvent} */ (/** @type {unknown} */ (untrusted));
  switch (event.type) {
    case 'call-started':
      return event.resumed === true ? addNote(transcript, 'The call goes on.') : transcript;
    case 'caller-speaking':
      return { ...transcript, callerSpeaking: true };
    case 'caller-paused':
      return { ...transcript, callerSpeaking: false };
    case 'partial':
      return { ...transcript, partial: text(event.text) };
    case 'caller-turn': {
      const row = { kind: /** @type {const} */ ('caller'), text: text(event.text), by: text(event.by) };
      return add({ ...transcript, callerSpeaking: false, partial: '' }, row);
    }
    case 'agent-speaking':
      return agentSpeaks(transcript, number(event.turn) ?? -1, text(event.text));
    case 'agent-turn':
      return agentFinishes(transcript, event);
    case 'barge-in': {
      const stopped = number(event.onsetToClearMs);
      return changeAgent(transcript, event.turn, (row) => ({
        ...row,
        state: 'stopped',
        note: stopped === undefined ? 'interrupted' : `interrupted, silent within ${ms(stopped)}`,
      }));
    }
    case 'barge-in-resumed':
      return changeAgent({ ...transcript, partial: '' }, event.turn, (row) => ({
        ...row,
        state: 'speaking',
        note: '',
      }));
    case 'tool-called': {
      const { id, name, input } = event;
      return add(transcript, {
        kind: 'tool',
        id: text(id),
        name: text(name),
        input: json(input),
        output: '',
        state: 'running',
        took: '',
      });
    }
    case 'tool-finished':
      return toolFinishes(transcript, event);
    case 'dtmf':
      return addKey(transcript, text(event.digit));
    case 'consent-answered':
      return addNote(transcript, ANSWERS.get(event.answer) ?? 'Your answer was noted.');
    case 'consent-withdrawn':
      return addNote(transcript, 'You took back your consent to be recorded.');
    case 'recording-started':
      return addNote(transcript, 'The recording begins.');
    case 'recording-finished':
      return addNote(transcript, RECORDED.get(event.outcome) ?? 'The recording is over.');
    case 'problem':
      return add(transcript, {
        kind: 'problem',
        stage: text(event.stage),
        text: [text(event.message), text(event.code)].filter(Boolean).join(' · '),
      });
    case 'call-ended':
      return addNote(
        { ...transcript, callerSpeaking: false, partial: '' },
        ENDINGS.get(event.reason) ?? 'The call ended.',
      );
    default:
      return transcript;
  }
}

/** A line of the phone's own. @param {Transcript} transcript @param {string} note */
export function addNote(transcript, note) {
  return add(transcript, { kind: 'note', text: note });
}

/**
 * Parts the agent's words at the point to which they were heard. Spaces may differ: the heard text is put together from
 * clauses.
 * @param {string} whole
 * @param {string} heard
 */
export function splitHeard(whole, heard) {
  if (whole.startsWith(heard)) return { heard, unheard: whole.slice(heard.length) };
  const words = whole.match(/\s*\S+/g) ?? [];
  const heardWords = heard.match(/\S+/g) ?? [];
  const differs = heardWords.findIndex((word, index) => words[index]?.trim() !== word);
  return { heard, unheard: words.slice(differs === -1 ? heardWords.length : differs).join('') };
}

/** @param {Transcript} transcript @param {Row} row @returns {Transcript} */
function add(transcript, row) {
  return { ...transcript, rows: [...transcript.rows, row] };
}

/** @param {Transcript} transcript @param {number} index @param {Row} row @returns {Transcript} */
function replace(transcript, index, row) {
  return index === -1 ? transcript : { ...transcript, rows: transcript.rows.with(index, row) };
}

/** @param {Transcript} transcript @param {unknown} turn the agent's turn that is not over yet */
function openAgentRow(transcript, turn) {
  return transcript.rows.findLastIndex((row) => row.kind === 'agent' && row.turn === turn && row.state !== 'over');
}

/** @param {Transcript} transcript @param {unknown} turn @param {(row: AgentRow) => AgentRow} change */
function changeAgent(transcript, turn, change) {
  const index = openAgentRow(transcript, turn);
  const row = transcript.rows[index];
  return row?.kind === 'agent' ? replace(transcript, index, change(row)) : transcript;
}

/** @param {Transcript} transcript @param {number} turn @param {string} clause */
function agentSpeaks(transcript, turn, clause) {
  if (openAgentRow(transcript, turn) === -1) {
    return add(transcript, { kind: 'agent', turn, heard: clause, unheard: '', state: 'speaking', note: '' });
  }
  return changeAgent(transcript, turn, (row) => ({ ...row, heard: joinClauses(row.heard, clause) }));
}

/** @param {string} before @param {string} clause */
function joinClauses(before, clause) {
  return /\s$/.test(before) || /^\s/.test(clause) || before === '' ? before + clause : `${before} ${clause}`;
}

/** @param {Transcript} transcript @param {Extract<CallEvent, { type: 'agent-turn' }>} event */
function agentFinishes(transcript, event) {
  const index = openAgentRow(transcript, event.turn);
  const open = transcript.rows[index];
  const note = event.interrupted === true ? 'interrupted' : '';
  /** @type {AgentRow} */
  const row = {
    kind: 'agent',
    turn: number(event.turn) ?? -1,
    ...splitHeard(text(event.text), text(event.heardText)),
    state: 'over',
    note: (open?.kind === 'agent' && open.note) || note,
  };
  if (index !== -1) return replace(transcript, index, row);
  return row.heard || row.unheard ? add(transcript, row) : transcript;
}

/** @param {Transcript} transcript @param {Extract<CallEvent, { type: 'tool-finished' }>} event */
function toolFinishes(transcript, event) {
  const index = transcript.rows.findLastIndex((row) => row.kind === 'tool' && row.id === event.id);
  const row = transcript.rows[index];
  if (row?.kind !== 'tool') return transcript;
  const took = number(event.tookMs);
  return replace(transcript, index, {
    ...row,
    output: json(event.output),
    state: event.failed === true ? 'failed' : 'done',
    took: took === undefined ? '' : ms(took),
  });
}

/** @param {Transcript} transcript @param {string} digit */
function addKey(transcript, digit) {
  const last = transcript.rows.at(-1);
  if (last?.kind !== 'keys') return add(transcript, { kind: 'keys', digits: digit });
  return replace(transcript, transcript.rows.length - 1, { kind: 'keys', digits: `${last.digits} ${digit}` });
}
