/**
 * A recognizer counts the audio of one stream; the call counts the audio of the caller. They differ by where the stream
 * began (it may be a reopened one), by what was left out, and by silence that was put in to keep the stream alive.
 */
export class StreamTimeline {
  readonly #marks: { streamMs: number; callMs: number }[] = [];

  /** From `streamMs` on, the stream holds the caller's audio from `callMs` on. Later marks have later times. */
  mark(streamMs: number, callMs: number): void {
    this.#marks.push({ streamMs, callMs });
  }

  toCallMs(streamMs: number): number {
    const index = this.#marks.findLastIndex((mark) => mark.streamMs <= streamMs);
    const mark = this.#marks[Math.max(index, 0)];
    if (!mark) return streamMs;
    const next = this.#marks[index + 1];
    const callMs = mark.callMs + streamMs - mark.streamMs;
    return next ? Math.min(callMs, next.callMs) : callMs;
  }
}
