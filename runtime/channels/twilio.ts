/** A telephone call through Twilio Media Streams, as the conversation sees it. */
import type { WebSocket } from 'ws';
import type { CallEvent } from '../call/events.ts';
import type { CallChannel, CallDetails, ChannelEvent, Farewell } from './channel.ts';
import { CLOSE } from './door.ts';
import { Inbound } from './inbound.ts';
import { send } from './outbound.ts';
import { clearMessage, markMessage, mediaMessage } from './twilio/messages.ts';
import type { Verdict } from './twilio/protocol.ts';

export interface TwilioChannelOptions {
  readonly socket: WebSocket;
  readonly streamSid: string;
  readonly details: CallDetails;
  /** Keeps the farewell for `/twilio/continue`, which asks for it as soon as the socket is closed. Never rejects. */
  readonly onFarewell: (farewell: Farewell) => Promise<void>;
  /** The conversation to resume should this socket break. */
  readonly onConversation: (conversationId: string) => void;
  /** Something the operator should know. Never holds what was said. */
  readonly onProblem: (problem: string) => void;
}

export class TwilioChannel implements CallChannel {
  readonly details: CallDetails;
  readonly #options: TwilioChannelOptions;
  readonly #inbound: Inbound;
  #over = false;

  constructor(options: TwilioChannelOptions) {
    this.#options = options;
    this.details = options.details;
    this.#inbound = new Inbound(() => {
      options.onProblem('the conversation does not read its events');
      options.socket.close(CLOSE.internalError);
    });
    options.socket.on('close', () => this.#end());
  }

  get events(): AsyncIterable<ChannelEvent> {
    return this.#inbound.events;
  }

  /** What the protocol let through, after `start`. */
  receive(message: Verdict): void {
    if (message.event === 'media') this.#inbound.audio(message.audio, message.timestampMs);
    else if (message.event === 'mark') this.#inbound.push({ type: 'mark', name: message.name });
    else if (message.event === 'dtmf') this.#inbound.push({ type: 'dtmf', digit: message.digit });
    else if (message.event === 'stop') {
      this.#end();
      this.#options.socket.close(CLOSE.normal);
    }
  }

  sendAudio(audio: Uint8Array): void {
    this.#send(mediaMessage(this.#options.streamSid, audio));
  }

  sendMark(name: string): void {
    this.#send(markMessage(this.#options.streamSid, name));
  }

  clear(): void {
    this.#send(clearMessage(this.#options.streamSid));
  }

  show(event: CallEvent): void {
    if (event.type === 'call-started') this.#options.onConversation(event.conversationId);
  }

  leave(farewell: Farewell): void {
    // A socket that broke before the farewell leaves the caller waiting: the call is attached again instead.
    if (this.#over) return;
    this.#end();
    void this.#options.onFarewell(farewell).then(() => this.#options.socket.close(CLOSE.normal));
  }

  #send(message: string): void {
    if (this.#over) return;
    if (send(this.#options.socket, message) === 'not-reading') this.#options.onProblem('the socket is not being read');
  }

  #end(): void {
    this.#over = true;
    this.#inbound.end();
  }
}
