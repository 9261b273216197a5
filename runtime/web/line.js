// @ts-check
import { record, text } from './untrusted.js';

/**
 * The line to the cell: what the phone and the cell say to each other, and nothing about how it looks or sounds.
 *
 * @typedef {{ region: string, agent: string, emulated: boolean, phoneKeyNeeded: boolean }} CellInfo
 * @typedef {{ type: 'dtmf', digit: string } | { type: 'text', text: string } | { type: 'mark', name: string }
 *   | { type: 'hang-up' }} PhoneMessage
 *
 * @typedef {object} LineHandlers
 * @property {(mulaw: ArrayBuffer) => void} onAudio
 * @property {(name: string) => void} onMark all audio before it was sent
 * @property {() => void} onClear
 * @property {(event: Record<string, unknown>) => void} onEvent a `CallEvent`, unchecked
 * @property {(farewell: Record<string, unknown>) => void} onFarewell a `Farewell`, unchecked
 * @property {(problem: string) => void} onClosed the last thing to happen; no problem when somebody said goodbye
 */

const ANSWER_WITHIN_MS = 10_000;
/** After hanging up, the cell has this long to send the last events. */
const LINGER_MS = 1_500;
/** Close codes of RFC 6455 and its registry. */
const NORMAL = 1000;
const TRY_AGAIN_LATER = 1013;
/** Five seconds of audio that the network did not take: nobody is listening at the other end. */
const MAX_UNSENT_BYTES = 40_000;

const FULL = 'The cell takes no more calls at the moment. Try again in a minute.';
const LOST = 'The connection to the cell was lost. Call again when it is back.';

/** What the cell says about itself before a call. @returns {Promise<CellInfo>} */
export async function askInfo() {
  const info = record(await ask('/phone/info', {}));
  return {
    region: text(info.region),
    agent: text(info.agent),
    emulated: info.emulated === true,
    phoneKeyNeeded: info.phoneKeyNeeded === true,
  };
}

/**
 * The right to place one call, soon.
 * @param {string} key empty where the cell asks for none
 */
export async function askToken(key) {
  const headers = key === '' ? undefined : { Authorization: `Bearer ${key}` };
  const token = text(record(await ask('/phone/token', { method: 'POST', headers })).token);
  if (token === '')
    throw new Error('The cell answered without a token. Is this page from the same version as the cell?');
  return token;
}

/** @param {string} path @param {RequestInit} request @returns {Promise<unknown>} */
async function ask(path, request) {
  const response = await fetch(path, { ...request, signal: AbortSignal.timeout(ANSWER_WITHIN_MS) }).catch((cause) => {
    throw new Error('The cell cannot be reached. Is it running? Then try again.', { cause });
  });
  if (response.status === 401 || response.status === 403) {
    throw new Error('The cell refused the access key. Check it and call again.');
  }
  if (response.status === 429 || response.status === 503) {
    throw new Error(FULL);
  }
  if (!response.ok) throw new Error(`The cell answered with status ${response.status}. Its log says why.`);
  return response.json().catch((cause) => {
    throw new Error('The cell sent an answer that is not JSON. Does something stand between it and this page?', {
      cause,
    });
  });
}

export class Line {
  /**
   * @param {string} token
   * @param {LineHandlers} handlers
   * @returns {Promise<Line>} once the cell took the call
   */
  static open(token, handlers) {
    const url = new URL(`/phone/call?token=${encodeURIComponent(token)}`, location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(url);
    socket.binaryType = 'arraybuffer';
    return new Promise((resolve, reject) => {
      const refuse = () => {
        socket.close();
        reject(new Error('The cell did not take the call: it is full, or the permission ran out. Try again.'));
      };
      const timeout = setTimeout(refuse, ANSWER_WITHIN_MS);
      socket.onclose = refuse;
      socket.onopen = () => {
        clearTimeout(timeout);
        resolve(new Line(socket, handlers));
      };
    });
  }

  /** @param {WebSocket} socket @param {LineHandlers} handlers */
  constructor(socket, handlers) {
    this.socket = socket;
    this.handlers = handlers;
    this.saidGoodbye = false;
    this.isOver = false;
    socket.onmessage = ({ data }) => {
      if (data instanceof ArrayBuffer) handlers.onAudio(data);
      else this.receive(data);
    };
    socket.onclose = ({ code }) => this.closed(code);
  }

  /** @param {string} data */
  receive(data) {
    const message = parse(data);
    if (message.type === 'mark') this.handlers.onMark(text(message.name));
    else if (message.type === 'clear') this.handlers.onClear();
    else if (message.type === 'event') this.handlers.onEvent(record(message.event));
    else if (message.type === 'farewell') {
      this.saidGoodbye = true;
      this.handlers.onFarewell(record(message.farewell));
    }
  }

  /** @param {Uint8Array<ArrayBuffer>} frame */
  sendAudio(frame) {
    if (this.socket.bufferedAmount > MAX_UNSENT_BYTES) this.giveUp();
    else if (this.socket.readyState === WebSocket.OPEN) this.socket.send(frame);
  }

  /** @param {PhoneMessage} message */
  send(message) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  hangUp() {
    this.saidGoodbye = true;
    this.send({ type: 'hang-up' });
    setTimeout(() => this.giveUp(), LINGER_MS);
  }

  /** Closing a dead connection takes the browser a minute; the caller need not wait for it. */
  giveUp() {
    this.socket.close();
    this.closed();
  }

  /** @param {number} [code] the cell's reason, when it gave one */
  closed(code) {
    if (this.isOver) return;
    this.isOver = true;
    this.socket.onmessage = null;
    if (this.saidGoodbye || code === NORMAL) this.handlers.onClosed('');
    else this.handlers.onClosed(code === TRY_AGAIN_LATER ? FULL : LOST);
  }
}

/** @param {string} data @returns {Record<string, unknown>} empty for what is not JSON: such a message is dropped */
function parse(data) {
  try {
    return record(JSON.parse(data));
  } catch {
    return {};
  }
}
