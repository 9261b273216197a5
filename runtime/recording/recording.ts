/**
 * One recording on its way into the store. The call hands over frames and goes on; they wait here until the store takes
 * them, and when it does not the recording ends, not the call.
 */
import type { RetentionDays } from '../../regions/retention.ts';
import { STEREO_MULAW_HEADER_BYTES, stereoMulawHeader } from '../audio/wav.ts';
import type { CallEventBody } from '../call/events.ts';
import { AsyncQueue } from '../call/queue.ts';
import type { ObjectStore } from '../objects/store.ts';

export type RecordingResult = Omit<Extract<CallEventBody, { type: 'recording-finished' }>, 'type' | 'recordingId'>;

/** Written a second at a time: what is lost of a recording whose process is killed. */
const CHUNK_BYTES = 16_000;
/** A store that is a minute behind has failed: 960 kB. */
const MOST_WAITING_CHUNKS = 60;
const BYTES_PER_MS = 16;

export interface RecordingOptions {
  readonly key: string;
  readonly store: ObjectStore;
  /** Asked once, while the first frames wait. Never rejects. */
  readonly retentionDays: () => Promise<RetentionDays>;
  /** Told how it ended, unless it was withdrawn before. */
  readonly onFinished: (result: RecordingResult) => void;
  /** For the log: the store failed. */
  readonly onProblem: (error: unknown) => void;
}

/** What a recording is stored with, wherever it is finished. */
export const recordingObject = {
  contentType: 'audio/wav',
  beginning: (bytes: number) => stereoMulawHeader(soundBytes(bytes)),
};

/** Of an object of `bytes`: a write that was torn may have left half a sample. */
function soundBytes(bytes: number): number {
  const sound = Math.max(0, bytes - STEREO_MULAW_HEADER_BYTES);
  return sound - (sound % 2);
}

export function durationOf(bytes: number): number {
  return Math.round(soundBytes(bytes) / BYTES_PER_MS);
}

export class Recording {
  /** Resolves when nothing of it is under way any more: it is stored, or given up, or withdrawn. Never rejects. */
  readonly settled: Promise<void>;
  readonly #options: RecordingOptions;
  readonly #chunks = new AsyncQueue<Uint8Array>();
  readonly #withdrawal = new AbortController();
  #chunk = new Uint8Array(CHUNK_BYTES);
  #filled = 0;
  #isGrowing = true;
  #isBehind = false;

  /** Begins at once. */
  constructor(options: RecordingOptions) {
    this.#options = options;
    this.settled = this.#store();
  }

  /** It takes frames. */
  get isGrowing(): boolean {
    return this.#isGrowing;
  }

  /** A stereo frame; ignored when it is over. Never waits, never throws. */
  write(frame: Uint8Array): void {
    if (!this.#isGrowing) return;
    this.#chunk.set(frame, this.#filled);
    this.#filled += frame.length;
    if (this.#filled < CHUNK_BYTES) return;
    this.#handOver();
    this.#isBehind = this.#chunks.length >= MOST_WAITING_CHUNKS;
    if (this.#isBehind) this.#stop();
  }

  /** Keeps what there is. */
  end(): void {
    if (!this.#isGrowing) return;
    this.#handOver();
    this.#stop();
  }

  /** Stops at once. What has arrived is thrown away; what was stored already is not its business any more. */
  withdraw(): void {
    this.#stop();
    this.#withdrawal.abort(new Error('consent was withdrawn'));
  }

  #handOver(): void {
    if (this.#filled > 0) this.#chunks.push(this.#chunk.subarray(0, this.#filled));
    this.#chunk = new Uint8Array(CHUNK_BYTES);
    this.#filled = 0;
  }

  #stop(): void {
    this.#isGrowing = false;
    this.#chunks.end();
  }

  async *#body(): AsyncGenerator<Uint8Array> {
    yield stereoMulawHeader();
    yield* this.#chunks;
  }

  async #store(): Promise<void> {
    const { store, key, retentionDays, onFinished, onProblem } = this.#options;
    const { signal } = this.#withdrawal;
    try {
      const how = {
        ...recordingObject,
        retentionDays: await retentionDays(),
        onFailure: 'keep-what-came',
        signal,
      } as const;
      const { bytes, cut } = await store.put(key, this.#body(), how);
      if (cut !== undefined) onProblem(cut);
      const outcome = cut !== undefined || this.#isBehind ? 'cut' : 'complete';
      if (!signal.aborted) onFinished({ outcome, bytes, durationMs: durationOf(bytes) });
    } catch (error) {
      if (signal.aborted) return;
      onProblem(error);
      onFinished({ outcome: 'failed', bytes: 0, durationMs: 0 });
    } finally {
      this.#isGrowing = false;
    }
  }
}
