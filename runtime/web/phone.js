// @ts-check
/** The page: what the caller does becomes a call, and what the call knows is shown. */
import { Call } from './call.js';
import { byId } from './dom.js';
import { askInfo } from './line.js';
import { RECORDING_NAMES } from './recording.js';
import { NO_TIMINGS } from './timings.js';
import { EMPTY } from './transcript.js';
import { TranscriptView } from './transcript-view.js';
import { WaterfallView } from './waterfall-view.js';

const phone = byId('phone', HTMLElement);
const status = byId('status', HTMLElement);
const duration = byId('duration', HTMLElement);
const presence = byId('presence', HTMLElement);
const recording = byId('recording', HTMLElement);
const stopRecording = byId('stop-recording', HTMLButtonElement);
const problem = byId('problem', HTMLElement);
const agent = byId('agent', HTMLElement);
const region = byId('region', HTMLElement);
const callForm = byId('call-form', HTMLFormElement);
const callButton = byId('call', HTMLButtonElement);
const keyField = byId('key-field', HTMLElement);
const key = byId('key', HTMLInputElement);
const microphone = byId('microphone', HTMLInputElement);
const microphoneNote = byId('microphone-note', HTMLElement);
const typedFields = byId('typed-fields', HTMLFieldSetElement);
const typedForm = byId('typed', HTMLFormElement);
const typedLine = byId('typed-line', HTMLInputElement);
const keypad = byId('keypad', HTMLFieldSetElement);

const scroller = byId('scroller', HTMLElement);
const timing = byId('timing', HTMLElement);
// Not every browser lets the keyboard scroll what it cannot focus.
for (const scrolls of [scroller, timing]) scrolls.tabIndex = 0;

const transcriptView = new TranscriptView({
  scroller,
  log: byId('log', HTMLElement),
  pending: byId('pending', HTMLElement),
});
const waterfallView = new WaterfallView({
  gaps: byId('gaps', HTMLElement),
  pictures: byId('waterfalls', HTMLElement),
});

const CLOCK_MS = 250;
/** What each state is called, and what the button does in it. */
const STATES = {
  unreachable: { name: 'No cell found', action: 'Try again' },
  ready: { name: 'Ready to call', action: 'Call' },
  calling: { name: 'Calling', action: 'Hang up' },
  'in-call': { name: 'In call', action: 'Hang up' },
  ended: { name: 'Call ended', action: 'Call again' },
};

/** @type {Call | undefined} */
let call;
/** Why the cell did not introduce itself. */
let unreachable = '';

function show() {
  const state = call?.state ?? (unreachable ? 'unreachable' : 'ready');
  const { name, action } = STATES[state];
  phone.dataset.state = state;
  say(status, name);
  say(callButton, action);
  say(presence, presenceIn(state, call?.transcript ?? EMPTY));
  const recorded = call?.recording ?? 'none';
  recording.dataset.recording = recorded;
  say(recording, RECORDING_NAMES[recorded]);
  stopRecording.hidden = recorded !== 'on' || state !== 'in-call';
  say(problem, call ? call.problem : unreachable);
  say(microphoneNote, call?.microphoneProblem ?? '');
  if (call?.agent) say(agent, call.agent);
  if (call?.region) say(region, call.region);
  if (state === 'in-call' && call) microphone.checked = call.hasMicrophone;
  typedFields.disabled = state !== 'in-call';
  keypad.disabled = state !== 'in-call';
  transcriptView.show(call?.transcript ?? EMPTY);
  waterfallView.show(call?.timings ?? NO_TIMINGS);
  showClock();
}

/** @param {keyof typeof STATES} state @param {import('./transcript.js').Transcript} transcript */
function presenceIn(state, { callerSpeaking, rows }) {
  if (state === 'ready') return 'Press Call to reach the agent';
  if (state === 'calling') return 'Waiting for the cell';
  if (state !== 'in-call') return '';
  if (callerSpeaking) return 'You are speaking';
  const speaking = rows.some((row) => row.kind === 'agent' && row.state === 'speaking');
  return speaking ? 'The agent is speaking' : 'Listening';
}

function showClock() {
  const seconds = Math.floor((call?.durationMs ?? 0) / 1000);
  say(duration, `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`);
}

/** Unchanged text is left alone: a screen reader would announce it again. @param {HTMLElement} where @param {string} words */
function say(where, words) {
  if (where.textContent !== words) where.textContent = words;
}

async function introduce() {
  try {
    const info = await askInfo();
    say(agent, info.agent || '–');
    say(region, info.region || '–');
    byId('emulated', HTMLElement).hidden = !info.emulated;
    keyField.hidden = !info.phoneKeyNeeded;
    key.required = info.phoneKeyNeeded;
    // An emulated recognizer makes nothing of a voice; the call is meant to be typed.
    microphone.checked = !info.emulated;
    unreachable = '';
  } catch (error) {
    unreachable = error instanceof Error ? error.message : String(error);
  }
  show();
}

function placeCall() {
  const placed = new Call(() => {
    // A call that was hung up may still report its last events while the next one is on.
    if (call === placed) show();
  });
  call = placed;
  placed.place(keyField.hidden ? '' : key.value.trim(), microphone.checked);
  show();
}

callForm.addEventListener('submit', (event) => {
  event.preventDefault();
  if (call && call.state !== 'ended') call.hangUp();
  else if (unreachable) introduce();
  else placeCall();
});

stopRecording.addEventListener('click', () => call?.stopRecording());

microphone.addEventListener('change', () => {
  if (call && call.state !== 'ended') call.useMicrophone(microphone.checked);
});

typedForm.addEventListener('submit', (event) => {
  event.preventDefault();
  const line = typedLine.value.trim();
  if (line) call?.type(line);
  typedLine.value = '';
});

keypad.addEventListener('click', ({ target }) => {
  const button = target instanceof Element ? target.closest('button') : null;
  if (button?.dataset.digit) call?.press(button.dataset.digit);
});

keypad.addEventListener('keydown', ({ key: digit, ctrlKey, altKey, metaKey }) => {
  if (/^[0-9*#]$/.test(digit) && !ctrlKey && !altKey && !metaKey) call?.press(digit);
});

setInterval(showClock, CLOCK_MS);
introduce();
