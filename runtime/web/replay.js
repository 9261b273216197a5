// @ts-check
/** The page: a conversation that is over, seen again as it went. */
import { fetchEvents } from './conversations.js';
import { byId } from './dom.js';
import { Tape } from './tape.js';
import { TranscriptView } from './transcript-view.js';
import { text } from './untrusted.js';
import { WaterfallView } from './waterfall-view.js';

const page = byId('replay', HTMLElement);
const status = byId('status', HTMLElement);
const problem = byId('problem', HTMLElement);
const tenant = byId('tenant', HTMLInputElement);
const conversation = byId('conversation', HTMLInputElement);
const reason = byId('reason', HTMLInputElement);
const key = byId('key', HTMLInputElement);
const controls = byId('controls', HTMLFieldSetElement);
const play = byId('play', HTMLButtonElement);
const position = byId('position', HTMLInputElement);
const clock = byId('clock', HTMLElement);
const speed = byId('speed', HTMLSelectElement);

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

let tape = new Tape([]);
let atMs = 0;
/** When the last picture was drawn; undefined while nothing plays. @type {number | undefined} */
let drawnAt;

function show() {
  const { transcript, timings } = tape.at(atMs);
  transcriptView.show(transcript);
  waterfallView.show(timings);
  position.value = String(Math.round(atMs));
  position.setAttribute('aria-valuetext', minutes(atMs));
  clock.textContent = `${minutes(atMs)} / ${minutes(tape.durationMs)}`;
  play.textContent = drawnAt === undefined ? 'Play' : 'Pause';
}

/** @param {number} now */
function draw(now) {
  if (drawnAt === undefined) return;
  atMs = Math.min(tape.durationMs, atMs + (now - drawnAt) * Number(speed.value));
  drawnAt = atMs < tape.durationMs ? now : undefined;
  show();
  if (drawnAt !== undefined) requestAnimationFrame(draw);
}

async function load() {
  page.dataset.state = 'loading';
  status.textContent = 'Loading';
  problem.textContent = '';
  controls.disabled = true;
  drawnAt = undefined;
  try {
    const events = await fetchEvents({
      tenant: tenant.value.trim(),
      conversation: conversation.value.trim(),
      reason: reason.value.trim(),
      key: key.value.trim(),
    });
    tape = new Tape(events);
    atMs = tape.durationMs;
    const started = tape.moments.find(({ event }) => event.type === 'call-started')?.event;
    byId('agent', HTMLElement).textContent = text(started?.agent) || '–';
    byId('region', HTMLElement).textContent = text(started?.region) || '–';
    position.max = String(Math.round(tape.durationMs));
    controls.disabled = tape.moments.length === 0;
    page.dataset.state = 'loaded';
    status.textContent = `${tape.moments.length} events`;
  } catch (error) {
    page.dataset.state = 'empty';
    status.textContent = 'Nothing loaded';
    problem.textContent = error instanceof Error ? error.message : String(error);
    tape = new Tape([]);
    atMs = 0;
  }
  show();
}

byId('find', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  load();
});

byId('player', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  if (drawnAt === undefined && atMs >= tape.durationMs) atMs = 0;
  drawnAt = drawnAt === undefined ? performance.now() : undefined;
  show();
  if (drawnAt !== undefined) requestAnimationFrame(draw);
});

position.addEventListener('input', () => {
  atMs = Number(position.value);
  show();
});

/** @param {number} ms */
function minutes(ms) {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

// A link says which conversation, after the `#`, which no server ever sees: replay.html#TENANT/CONVERSATION
const [linkedTenant = '', linkedConversation = ''] = location.hash.slice(1).split('/');
tenant.value = linkedTenant;
conversation.value = linkedConversation;
show();
