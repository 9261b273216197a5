/** The caller's end of a scripted call: 50 frames a second in; what is sent is played in real time, and marks come back. */
import { AsyncQueue } from '../../runtime/call/queue.ts';
import { type CallChannel, type ChannelEvent, type Farewell, FRAME_BYTES } from '../../runtime/channels/channel.ts';

const VOICE = 0x00;
const SILENCE = 0xff;

/** What the scripted line's voice activity detector says. */
export const isVoice = (frame: Uint8Array) => frame[0] === VOICE;

export class ScriptedLine implements CallChannel {
  readonly details = { callId: 'CA1', channel: 'twilio', from: '+14155550111', to: '+14155550100' } as const;
  readonly events = new AsyncQueue<ChannelEvent>();
  /** Somebody speaks, or something makes a noise. */
  voiced = false;
  acknowledges = true;
  /** How long a mark is under way. */
  marksLateMs = 0;
  /** Every mark that was sent. */
  readonly marks: string[] = [];
  farewell: Farewell | undefined;
  clears = 0;
  sentBytes = 0;
  /** The most that was ever sent and not yet played. */
  longestLeadMs = 0;
  sentAfterEnd = 0;
  /** Every audio message, and its virtual time. */
  readonly sent: { readonly at: number; readonly bytes: number }[] = [];
  /** Virtual time of every voiced frame. */
  readonly voicedAt: number[] = [];
  #over = false;
  #playedOutAt = 0;
  readonly #pending = new Map<string, NodeJS.Timeout>();
  readonly #ticker = setInterval(() => {
    if (this.voiced) this.voicedAt.push(performance.now());
    this.events.push({ type: 'audio', frame: new Uint8Array(FRAME_BYTES).fill(this.voiced ? VOICE : SILENCE) });
  }, 20);

  sendAudio(audio: Uint8Array): void {
    if (audio.length === 0 || audio.length % FRAME_BYTES !== 0)
      throw new Error(`${audio.length} bytes are not whole frames`);
    if (this.#over) this.sentAfterEnd += audio.length;
    const now = performance.now();
    this.sentBytes += audio.length;
    this.sent.push({ at: now, bytes: audio.length });
    this.#playedOutAt = Math.max(this.#playedOutAt, now) + audio.length / 8;
    this.longestLeadMs = Math.max(this.longestLeadMs, this.#playedOutAt - now);
  }
  sendMark(name: string): void {
    this.marks.push(name);
    const wait = Math.max(0, this.#playedOutAt - performance.now()) + this.marksLateMs;
    this.#pending.set(
      name,
      setTimeout(() => this.#return(name), wait),
    );
  }
  clear(): void {
    this.clears++;
    this.#playedOutAt = performance.now();
    for (const name of [...this.#pending.keys()]) this.#return(name);
  }
  leave(farewell: Farewell): void {
    this.farewell ??= farewell;
    this.end();
  }
  end(): void {
    this.#over = true;
    clearInterval(this.#ticker);
    for (const timer of this.#pending.values()) clearTimeout(timer);
    this.events.end();
  }
  #return(name: string): void {
    clearTimeout(this.#pending.get(name));
    this.#pending.delete(name);
    if (this.acknowledges) this.events.push({ type: 'mark', name });
  }
}
