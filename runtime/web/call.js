// @ts-check
import { CallAudio } from './audio.js';
import { askToken, Line } from './line.js';
import { advanceRecording } from './recording.js';
import { advanceTimings, NO_TIMINGS } from './timings.js';
import { addNote, advance, EMPTY } from './transcript.js';
import { number, text } from './untrusted.js';

/** The agent's last words are played for at most this long after the line is gone. */
const LAST_WORDS_MS = 5_000;

/**
 * One call: the line and the sound joined, and all that is to be shown of it.
 * @typedef {'calling' | 'in-call' | 'ended'} CallState
 */
export class Call {
  /** @param {() => void} onChange after anything to be shown has changed */
  constructor(onChange) {
    this.onChange = onChange;
    /** @type {CallState} */
    this.state = 'calling';
    this.transcript = EMPTY;
    this.timings = NO_TIMINGS;
    /** @type {import('./recording.js').Recording} */
    this.recording = 'none';
    this.agent = '';
    this.region = '';
    /** Why the call could not be placed, or broke. */
    this.problem = '';
    /** Why there is no microphone although it was asked for. */
    this.microphoneProblem = '';
    this.hasMicrophone = false;
    /** Set by the cell's own last event. */
    this.cellEnded = false;
    /** @type {number | undefined} */
    this.startedAt = undefined;
    /** @type {number | undefined} */
    this.tookMs = undefined;
    /** @type {CallAudio | undefined} */
    this.audio = undefined;
    /** @type {Line | undefined} */
    this.line = undefined;
  }

  get durationMs() {
    return this.tookMs ?? (this.startedAt === undefined ? 0 : performance.now() - this.startedAt);
  }

  /**
   * From a click. Never rejects: what went wrong is in `problem`.
   * @param {string} key @param {boolean} withMicrophone
   */
  async place(key, withMicrophone) {
    try {
      this.audio = await CallAudio.open({
        onFrame: (frame) => this.line?.sendAudio(frame),
        onMark: (name) => this.line?.send({ type: 'mark', name }),
        onMicrophoneLost: () => this.microphoneFailed('The microphone was unplugged or taken away.'),
      });
      if (withMicrophone) await this.useMicrophone(true);
      const token = await askToken(key);
      if (this.state === 'calling') this.answered(await Line.open(token, this.lineHandlers()));
    } catch (error) {
      this.end(error instanceof Error ? error.message : String(error));
    }
    if (this.state === 'ended') this.audio?.close();
  }

  /** @param {Line} line */
  answered(line) {
    this.line = line;
    if (this.state === 'ended') {
      line.hangUp();
      return;
    }
    this.state = 'in-call';
    this.startedAt = performance.now();
    this.onChange();
  }

  hangUp() {
    this.line?.hangUp();
    this.audio?.close();
    this.end('');
  }

  /** @param {string} line */
  type(line) {
    this.line?.send({ type: 'text', text: line });
  }

  /** @param {string} digit */
  press(digit) {
    this.line?.send({ type: 'dtmf', digit });
  }

  /** As on any telephone. */
  stopRecording() {
    for (const key of '*2') this.press(key);
  }

  /** @param {boolean} on */
  async useMicrophone(on) {
    this.microphoneProblem = '';
    if (!on) this.audio?.closeMicrophone();
    else await this.audio?.openMicrophone().catch((error) => this.microphoneFailed(whyNoMicrophone(error)));
    this.hasMicrophone = this.audio?.microphone !== undefined;
    this.onChange();
  }

  /** @param {string} why */
  microphoneFailed(why) {
    this.hasMicrophone = false;
    this.microphoneProblem = `${why} The call goes on without it; you can type.`;
    this.onChange();
  }

  /** @returns {import('./line.js').LineHandlers} */
  lineHandlers() {
    return {
      onAudio: (mulaw) => this.audio?.play(mulaw),
      onMark: (name) => this.audio?.mark(name),
      onClear: () => this.audio?.clear(),
      onEvent: (event) => this.happened(event),
      onFarewell: (farewell) => this.bidFarewell(farewell),
      onClosed: (problem) => this.lineClosed(this.cellEnded ? '' : problem),
    };
  }

  /** @param {Record<string, unknown>} event */
  happened(event) {
    this.transcript = advance(this.transcript, event);
    this.timings = advanceTimings(this.timings, event);
    this.recording = advanceRecording(this.recording, event);
    if (event.type === 'call-started') {
      this.agent = text(event.agent);
      this.region = text(event.region);
    }
    if (event.type === 'call-ended') {
      this.cellEnded = true;
      this.tookMs = number(event.durationMs);
    }
    this.onChange();
  }

  /** @param {Record<string, unknown>} farewell */
  bidFarewell(farewell) {
    if (farewell.action === 'transfer') {
      const to = text(farewell.to);
      const note = `A telephone would now be connected to ${to}. The browser phone cannot be transferred.`;
      this.transcript = addNote(this.transcript, note);
    }
    if (farewell.action === 'say') this.transcript = addNote(this.transcript, `The cell says: ${text(farewell.text)}`);
    this.onChange();
  }

  /** @param {string} problem */
  lineClosed(problem) {
    this.end(problem);
    const { audio } = this;
    const enough = new Promise((resolve) => setTimeout(resolve, LAST_WORDS_MS));
    if (audio) Promise.race([audio.drained(), enough]).then(() => audio.close());
  }

  /** @param {string} problem empty: the call ended as it should */
  end(problem) {
    if (this.state === 'ended') return;
    this.tookMs ??= this.durationMs;
    this.audio?.closeMicrophone();
    this.state = 'ended';
    this.problem = problem;
    this.onChange();
  }
}

/** @param {unknown} error from `getUserMedia` @returns {string} */
function whyNoMicrophone(error) {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError') return 'The browser does not allow this page to use the microphone.';
  if (name === 'NotFoundError') return 'No microphone was found.';
  return 'The microphone could not be opened.';
}
