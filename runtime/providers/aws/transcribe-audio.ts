/** The caller's frames → the chunks of one Transcribe stream: 16-bit PCM at 8 kHz, 80 ms = 1,280 bytes each. */
import { decodeMulawInto } from '../../audio/mulaw.ts';
import { FRAME_BYTES, FRAME_MS } from '../../channels/channel.ts';
import { pause, within } from '../waiting.ts';
import { type AudioLog, isLoud } from './audio-log.ts';
import type { StreamTimeline } from './transcribe-timeline.ts';

/**
 * The service asks for uniform chunks of 50 to 200 ms. The shorter, the sooner a word is heard, but each is signed and
 * framed: 160 µs of processor time a chunk, the dearest part of a call.
 */
const CHUNK_FRAMES = 4;
export const CHUNK_MS = CHUNK_FRAMES * FRAME_MS;
/** How much faster than it was spoken audio is replayed. */
const REPLAY_SPEED = 10;
/** Without audio the service hangs up after 15 s. Frames never stop; if they do, silence stands in for them. */
const SILENCE_AFTER_MS = 5_000;
/** Heard before the first sound of a replay, so that no first syllable is cut. */
const LEAD_IN_FRAMES = 15;

export interface ChunkSource {
  readonly log: AudioLog;
  /** Everything before this frame is finished with. */
  readonly from: number;
  readonly timeline: StreamTimeline;
  readonly signal: AbortSignal;
  /** Called with how much of each chunk was loud enough to be speech. */
  readonly onChunk: (loudMs: number) => void;
}

/** Audio from the first sound at or after `from`, then as it comes; ends with the log, or when `signal` aborts. */
export async function* pcmChunks({ log, from, timeline, signal, onChunk }: ChunkSource): AsyncGenerator<Uint8Array> {
  let streamMs = 0;
  let next = Math.max(log.firstSound(from) - LEAD_IN_FRAMES, from, log.first);
  timeline.mark(0, next * FRAME_MS);
  while (!signal.aborted) {
    if (next < log.first) {
      next = log.first; // fell a minute behind
      timeline.mark(streamMs, next * FRAME_MS);
    }
    const waiting = log.end - next;
    if (waiting >= CHUNK_FRAMES || (log.closed && waiting > 0)) {
      const frames = Array.from({ length: Math.min(waiting, CHUNK_FRAMES) }, (_, offset) => log.frame(next + offset)!);
      next += frames.length;
      streamMs += frames.length * FRAME_MS;
      onChunk(frames.filter(isLoud).length * FRAME_MS);
      yield toPcm(frames);
      if (log.end - next >= CHUNK_FRAMES) await pause(CHUNK_MS / REPLAY_SPEED, signal);
    } else if (log.closed) return;
    else if (!(await cameInTime(log, signal)) && !signal.aborted) {
      // The words' times must not move because of silence the caller did not hear.
      streamMs += CHUNK_MS;
      timeline.mark(streamMs - CHUNK_MS, next * FRAME_MS);
      timeline.mark(streamMs, next * FRAME_MS);
      yield new Uint8Array(CHUNK_FRAMES * FRAME_BYTES * 2);
    }
  }
}

async function cameInTime(log: AudioLog, signal: AbortSignal): Promise<boolean> {
  return within(log.changed(), SILENCE_AFTER_MS, signal).then(
    () => true,
    () => false,
  );
}

function toPcm(frames: readonly Uint8Array[]): Uint8Array {
  const length = frames.reduce((sum, frame) => sum + frame.length, 0);
  const samples = new Int16Array(length);
  let at = 0;
  for (const frame of frames) {
    decodeMulawInto(frame, samples.subarray(at, at + frame.length));
    at += frame.length;
  }
  return new Uint8Array(samples.buffer);
}
