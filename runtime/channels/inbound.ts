/** The caller's side of a socket, whatever its protocol: network audio in, one stream of events out. */
import { AsyncQueue } from '../call/queue.ts';
import { AudioClock } from './audio-clock.ts';
import { type ChannelEvent, FRAME_MS } from './channel.ts';
import { PacedAudio } from './paced-audio.ts';

/** Events waiting for the conversation: 40 s of audio. A conversation that far behind is lost. */
const MOST_WAITING = 2_000;

export class Inbound {
  readonly #queue = new AsyncQueue<ChannelEvent>();
  readonly #clock = new AudioClock(performance.now());
  readonly #injected = new PacedAudio();
  readonly #timer = setInterval(() => this.#tick(), FRAME_MS);
  readonly #onOverflow: () => void;

  /** @param onOverflow the conversation does not read any more. Called once; the stream has ended by then. */
  constructor(onOverflow: () => void) {
    this.#onOverflow = onOverflow;
  }

  get events(): AsyncIterable<ChannelEvent> {
    return this.#queue;
  }

  /** µ-law, 8 kHz, any length; see {@link AudioClock.audio}. While injected audio plays, the microphone is not heard. */
  audio(bytes: Uint8Array, timestampMs?: number): void {
    if (this.#injected.isPlaying) return;
    this.#pushFrames(this.#clock.audio(bytes, performance.now(), timestampMs));
  }

  /** Audio that is not the caller's voice but takes its place, at the pace of speech: a typed line, spoken. */
  inject(mulaw: Uint8Array): void {
    this.#injected.add(mulaw, performance.now());
  }

  push(event: ChannelEvent): void {
    this.#queue.push(event);
    if (this.#queue.length <= MOST_WAITING) return;
    this.end();
    this.#onOverflow();
  }

  end(): void {
    clearInterval(this.#timer);
    this.#queue.end();
  }

  #tick(): void {
    const nowMs = performance.now();
    for (const frame of this.#injected.due(nowMs)) this.#pushFrames(this.#clock.audio(frame, nowMs));
    this.#pushFrames(this.#clock.tick(nowMs));
  }

  #pushFrames(frames: Uint8Array[]): void {
    for (const frame of frames) this.push({ type: 'audio', frame });
  }
}
