/** A call from the browser phone, as the conversation sees it. */
import { WebSocket } from 'ws';
import type { CallEvent } from '../call/events.ts';
import { type Logger, safeError } from '../logger.ts';
import { parsePhoneMessage } from './browser/messages.ts';
import type { CallChannel, CallDetails, ChannelEvent, Farewell } from './channel.ts';
import { CLOSE, MOST_VIOLATIONS } from './door.ts';
import { Inbound } from './inbound.ts';
import { send } from './outbound.ts';

/** Speaks a typed line in the caller's stead: µ-law, 8 kHz. */
export type SpeakTyped = (callId: string, text: string) => Promise<Uint8Array>;

export interface BrowserChannelOptions {
  readonly socket: WebSocket;
  readonly details: CallDetails;
  readonly logger: Logger;
  /** Without it a typed line reaches the conversation as text. */
  readonly speakTyped?: SpeakTyped;
}

export class BrowserChannel implements CallChannel {
  readonly details: CallDetails;
  readonly #socket: WebSocket;
  readonly #logger: Logger;
  readonly #speakTyped: SpeakTyped | undefined;
  readonly #inbound: Inbound;
  /** Typed lines are spoken one after the other, in the order they were typed. */
  #typed: Promise<void> = Promise.resolve();
  #violations = 0;
  #over = false;

  constructor(options: BrowserChannelOptions) {
    this.details = options.details;
    this.#socket = options.socket;
    this.#logger = options.logger.child({ callId: options.details.callId });
    this.#speakTyped = options.speakTyped;
    this.#inbound = new Inbound(() => {
      this.#logger.error('the conversation does not read its events');
      this.#socket.close(CLOSE.internalError);
    });
    this.#socket.on('message', (data: Buffer, isBinary) => this.#receive(data, isBinary));
    this.#socket.on('close', () => this.#end());
  }

  get events(): AsyncIterable<ChannelEvent> {
    return this.#inbound.events;
  }

  sendAudio(audio: Uint8Array): void {
    this.#send(audio);
  }

  sendMark(name: string): void {
    this.#send(JSON.stringify({ type: 'mark', name }));
  }

  clear(): void {
    this.#send(JSON.stringify({ type: 'clear' }));
  }

  show(event: CallEvent): void {
    // Shown to the end: the call's last events come after the conversation has let go of the channel.
    send(this.#socket, JSON.stringify({ type: 'event', event }));
  }

  leave(farewell: Farewell): void {
    if (this.#over) return;
    this.#send(JSON.stringify({ type: 'farewell', farewell }));
    this.#end();
  }

  /** Closes the socket once nothing more is to be shown. */
  close(): void {
    this.#end();
    this.#socket.close(CLOSE.normal);
  }

  #receive(data: Buffer, isBinary: boolean): void {
    if (this.#over || this.#socket.readyState !== WebSocket.OPEN) return;
    const message = parsePhoneMessage(data, isBinary);
    if (message.type === 'audio') this.#inbound.audio(message.audio);
    else if (message.type === 'dtmf' || message.type === 'mark') this.#inbound.push(message);
    else if (message.type === 'text') this.#type(message.text);
    // The phone stays a moment to be shown how the call ended.
    else if (message.type === 'hang-up') this.#end();
    else this.#violation(message.problem);
  }

  #type(text: string): void {
    this.#typed = this.#typed.then(async () => {
      if (this.#over) return;
      if (!this.#speakTyped) return this.#inbound.push({ type: 'text', text });
      try {
        this.#inbound.inject(await this.#speakTyped(this.details.callId, text));
      } catch (error) {
        this.#logger.warn({ ...safeError(error) }, 'a typed line could not be spoken and is passed on as text');
        this.#inbound.push({ type: 'text', text });
      }
    });
  }

  #violation(problem: string): void {
    this.#violations += 1;
    this.#logger.warn({ problem }, 'phone socket out of protocol');
    if (this.#violations >= MOST_VIOLATIONS) this.#socket.close(CLOSE.policyViolation, 'too many violations');
  }

  #send(message: string | Uint8Array): void {
    if (this.#over) return;
    if (send(this.#socket, message) === 'not-reading') this.#logger.warn('the phone does not read its socket');
  }

  #end(): void {
    this.#over = true;
    this.#inbound.end();
  }
}
