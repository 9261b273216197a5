/** How a call arrives. The conversation knows nothing of Twilio, browsers or sockets beyond this. */
import type { CallEvent } from '../call/events.ts';

/** One frame of telephone audio: µ-law, 8 kHz, 20 ms. */
export const FRAME_MS = 20;
export const FRAME_BYTES = 160;
/** µ-law for "no sound". */
export const MULAW_SILENCE = 0xff;

export interface CallDetails {
  /** The channel's own id of the call: Twilio's CallSid, a random id in the browser. */
  readonly callId: string;
  readonly channel: 'twilio' | 'browser' | 'connect';
  /** E.164, or empty where the channel has no numbers. Personal data: never logged. */
  readonly from: string;
  readonly to: string;
  /** Set when this socket continues a call that was cut: the conversation to take up again. */
  readonly resumes?: string;
}

export type ChannelEvent =
  /** Exactly {@link FRAME_BYTES}. Gaps are already filled with silence: one comes every 20 ms, whatever the network does. */
  | { readonly type: 'audio'; readonly frame: Uint8Array }
  /** Everything sent before this mark has been played to the caller, or was thrown away by {@link CallChannel.clear}. */
  | { readonly type: 'mark'; readonly name: string }
  | { readonly type: 'dtmf'; readonly digit: string }
  /** A line typed instead of spoken (browser only). */
  | { readonly type: 'text'; readonly text: string };

/** What becomes of the call when the conversation lets go of it. */
export type Farewell =
  | { readonly action: 'hang-up' }
  | { readonly action: 'transfer'; readonly to: string }
  /** Speech is broken: the channel says the sentence itself (TwiML `<Say>`), then hangs up. */
  | { readonly action: 'say'; readonly text: string };

export interface CallChannel {
  readonly details: CallDetails;
  /** Ends when the caller hangs up or the socket dies; never throws. */
  readonly events: AsyncIterable<ChannelEvent>;
  /** µ-law, whole frames. The caller's side queues it: send little more than will be played soon. */
  sendAudio(audio: Uint8Array): void;
  /** Comes back as a `mark` event once all audio before it was played or cleared. */
  sendMark(name: string): void;
  /** Throws away what the caller's side still holds; marks outstanding come back at once. */
  clear(): void;
  /** Live view of the conversation, for channels that have one. */
  show?(event: CallEvent): void;
  /** Ends our side. `events` ends soon after. Safe to call twice. */
  leave(farewell: Farewell): void;
}
