/**
 * What a process leaves behind that died, or lost its store, in the middle of a recording: whatever arrived is made a
 * playable recording, unless it may not be kept. And whatever may not be kept any more and is still there is deleted.
 */
import type { OpenRecording, RecordingLedger } from '../data/recordings.ts';
import { type Logger, safeError } from '../logger.ts';
import type { ObjectStore, Unfinished } from '../objects/store.ts';
import { pause } from '../pause.ts';
import { idsOf, RECORDINGS_PREFIX } from './keys.ts';
import { durationOf, type RecordingResult, recordingObject } from './recording.ts';

/**
 * A recording that grows sends a part of 5 MiB every 328 s, and is given up when its store is a minute behind: of one that
 * has been quiet for so long, the process is gone.
 */
export const QUIET_FOR_MS = 900_000;

export interface SweepOptions {
  readonly store: ObjectStore;
  readonly ledger: RecordingLedger;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
}

export interface Swept {
  /** Made playable. */
  readonly finished: number;
  /** Thrown away: they may not be kept, or hold nothing. */
  readonly discarded: number;
}

/** Sweeps now, and again until the signal. Never rejects: what could not be done is done the next time. */
export async function keepSweeping(options: SweepOptions & { readonly signal: AbortSignal }): Promise<void> {
  const { logger, signal } = options;
  while (!signal.aborted) {
    try {
      const swept = await sweepRecordings(options);
      if (swept.finished + swept.discarded > 0)
        logger.info({ ...swept }, 'recordings without a process were dealt with');
    } catch (error) {
      logger.warn({ ...safeError(error) }, 'recordings could not be looked after; they are the next time');
    }
    await pause(QUIET_FOR_MS, signal);
  }
}

/** Rejects when the store or the database is down. */
export async function sweepRecordings({ store, ledger }: Omit<SweepOptions, 'logger'>): Promise<Swept> {
  let finished = 0;
  let discarded = 0;
  const count = (isKept: boolean) => (isKept ? finished++ : discarded++);
  for await (const unfinished of store.unfinished(RECORDINGS_PREFIX, { quietForMs: QUIET_FOR_MS }))
    count(await finish(unfinished, store, ledger));
  for (const recording of await ledger.open()) count(await settle(recording, store, ledger));
  return { finished, discarded };
}

/** @returns whether there is a recording now */
async function finish(unfinished: Unfinished, store: ObjectStore, ledger: RecordingLedger): Promise<boolean> {
  const { key, bytes } = unfinished;
  const ids = idsOf(key);
  const mayBeKept = ids !== undefined && (await ledger.mayKeep(ids));
  if (mayBeKept && durationOf(bytes) > 0) {
    if (!(await unfinished.finish(recordingObject))) return false; // somebody was faster
    if (await ledger.settle(ids, key, kept(bytes))) return true;
    // It was taken back in this very moment.
    await store.delete([key]);
  } else await unfinished.discard();
  if (ids) await ledger.settle(ids, key, mayBeKept ? FAILED : WITHDRAWN);
  return false;
}

/** @returns whether there is a recording now */
async function settle({ ids, objectKey, isWithdrawn }: OpenRecording, store: ObjectStore, ledger: RecordingLedger) {
  if (isWithdrawn) await store.delete([objectKey]);
  const { value: found } = await store.list(objectKey)[Symbol.asyncIterator]().next();
  await ledger.settle(ids, objectKey, isWithdrawn ? WITHDRAWN : found ? kept(found.bytes) : FAILED);
  return found !== undefined;
}

const FAILED: RecordingResult = { outcome: 'failed', bytes: 0, durationMs: 0 };
const WITHDRAWN: RecordingResult = { outcome: 'withdrawn', bytes: 0, durationMs: 0 };

function kept(bytes: number): RecordingResult {
  return { outcome: 'cut', bytes, durationMs: durationOf(bytes) };
}
