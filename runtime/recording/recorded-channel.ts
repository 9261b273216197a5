/** A channel with a recorder on the line: everything passes through as it came, and both sides are written down. */
import type { CallEvent } from '../call/events.ts';
import type { RecordingControl } from '../call/setup.ts';
import type { CallChannel, CallDetails, ChannelEvent, Farewell } from '../channels/channel.ts';
import { Lanes } from './lanes.ts';
import type { Recording } from './recording.ts';

export interface RecordedChannelOptions {
  /** The caller has agreed: begins a recording, which is told of by then. */
  readonly begin: () => Recording;
  /** He takes it back. */
  readonly forget: () => void;
}

export class RecordedChannel implements CallChannel, RecordingControl {
  readonly details: CallDetails;
  readonly #inner: CallChannel;
  readonly #options: RecordedChannelOptions;
  /** Runs whether or not anything is recorded: when that begins, the agent may be speaking. */
  readonly #lanes = new Lanes();
  #recording: Recording | undefined;
  #isOver = false;

  constructor(inner: CallChannel, options: RecordedChannelOptions) {
    this.details = inner.details;
    this.#inner = inner;
    this.#options = options;
  }

  get events(): AsyncIterable<ChannelEvent> {
    return this.#listen();
  }

  start(): void {
    if (!this.#isOver && !this.#recording?.isGrowing) this.#recording = this.#options.begin();
  }

  withdraw(): void {
    this.#recording = undefined;
    this.#options.forget();
  }

  sendAudio(audio: Uint8Array): void {
    this.#lanes.sent(audio);
    this.#inner.sendAudio(audio);
  }

  sendMark(name: string): void {
    this.#inner.sendMark(name);
  }

  clear(): void {
    this.#lanes.cleared();
    this.#inner.clear();
  }

  show(event: CallEvent): void {
    this.#inner.show?.(event);
  }

  leave(farewell: Farewell): void {
    this.#inner.leave(farewell);
  }

  async *#listen(): AsyncGenerator<ChannelEvent> {
    try {
      for await (const event of this.#inner.events) {
        if (event.type === 'audio') this.#hear(event.frame);
        yield event;
      }
    } finally {
      this.#isOver = true;
      this.#recording?.end();
    }
  }

  #hear(frame: Uint8Array): void {
    const both = this.#lanes.pass(frame, this.#recording?.isGrowing ?? false);
    if (both) this.#recording?.write(both);
  }
}
