/** The caller's end of one media socket: what he says goes out numbered and dated, what he is sent is handed on. */
import type { Line } from './dial.ts';

export interface WireListener {
  /** µ-law, 8 kHz. */
  audio(audio: Uint8Array): void;
  mark(name: string): void;
  clear(): void;
  /** The socket is gone, whoever closed it. */
  closed(): void;
}

export class Wire {
  readonly line: Line;
  readonly #startedAt = performance.now();
  #sequence = 1;
  #chunk = 0;

  constructor(line: Line, listener: WireListener) {
    this.line = line;
    line.socket.on('message', (data) => deliver(JSON.parse(String(data)), listener));
    line.socket.on('close', () => listener.closed());
    // 'close' follows.
    line.socket.on('error', () => {});
  }

  get isOpen(): boolean {
    return this.line.socket.readyState === this.line.socket.OPEN;
  }

  frame(frame: Uint8Array): void {
    const media = {
      track: 'inbound',
      chunk: String(++this.#chunk),
      timestamp: String(Math.round(performance.now() - this.#startedAt)),
      payload: Buffer.from(frame).toString('base64'),
    };
    this.#send({ event: 'media', media });
  }

  digit(digit: string): void {
    this.#send({ event: 'dtmf', dtmf: { track: 'inbound_track', digit } });
  }

  mark(name: string): void {
    this.#send({ event: 'mark', mark: { name } });
  }

  /** The caller has hung up. */
  stop(): void {
    this.#send({ event: 'stop', stop: { callSid: this.line.callSid } });
    this.line.socket.close();
  }

  /** The socket dies without a word. */
  break(): void {
    this.line.socket.terminate();
  }

  #send(message: object): void {
    if (!this.isOpen) return;
    const { socket, streamSid } = this.line;
    socket.send(JSON.stringify({ ...message, sequenceNumber: String(++this.#sequence), streamSid }));
  }
}

interface Message {
  readonly event?: string;
  readonly media?: { readonly payload: string };
  readonly mark?: { readonly name: string };
}

function deliver({ event, media, mark }: Message, listener: WireListener): void {
  if (event === 'media' && media) listener.audio(Buffer.from(media.payload, 'base64'));
  else if (event === 'mark' && mark) listener.mark(mark.name);
  else if (event === 'clear') listener.clear();
}
