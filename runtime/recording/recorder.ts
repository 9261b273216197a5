/** All recordings of a process: what is being recorded, what is on its way into the store, what has to leave it again. */
import { randomUUID } from 'node:crypto';
import { RECORDING_RETENTION_DAYS, type RetentionDays } from '../../regions/retention.ts';
import type { CallEventBody } from '../call/events.ts';
import type { CallChannel } from '../channels/channel.ts';
import { type Logger, safeError } from '../logger.ts';
import type { ObjectStore } from '../objects/store.ts';
import { pause } from '../pause.ts';
import type { Session } from '../sessions/sessions.ts';
import { idsOf, recordingKey } from './keys.ts';
import { RecordedChannel } from './recorded-channel.ts';
import { Recording } from './recording.ts';

/** Deleting what must not be kept is tried again for some minutes; then it is left for the sweep. */
const DELETE_AGAIN_AFTER_MS = [1_000, 5_000, 30_000, 120_000];

export interface RecorderOptions {
  readonly store: ObjectStore;
  /** How long a tenant wants its recordings kept; undefined where it says nothing. @default nothing is said */
  readonly retentionDays?: (tenantId: string) => Promise<RetentionDays | undefined>;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
}

export interface RecordedCall {
  readonly tenantId: string;
  readonly session: Session;
  /** Takes what happens to recordings into the conversation's events. */
  readonly report: (body: CallEventBody) => void;
}

export class Recorder {
  readonly #store: ObjectStore;
  readonly #logger: RecorderOptions['logger'];
  readonly #retentionDays: NonNullable<RecorderOptions['retentionDays']>;
  readonly #closing = new AbortController();
  /** By key, those that are growing or on their way into the store. */
  readonly #recordings = new Map<string, Recording>();
  readonly #deletions = new Set<Promise<void>>();

  constructor({ store, logger, retentionDays = async () => undefined }: RecorderOptions) {
    this.#store = store;
    this.#retentionDays = retentionDays;
    this.#logger = logger;
  }

  /** Puts a recorder on the line. Nothing is recorded before the channel's `start`. */
  attend(channel: CallChannel, call: RecordedCall): RecordedChannel {
    return new RecordedChannel(channel, {
      begin: () => this.#begin(call),
      forget: () => this.#forget(call),
    });
  }

  /** Ends what is growing. Resolves when everything is stored, or after `withinMs`: the rest is left for a sweep. */
  async close(withinMs: number): Promise<void> {
    for (const recording of this.#recordings.values()) recording.end();
    const settled = [...[...this.#recordings.values()].map((recording) => recording.settled), ...this.#deletions];
    const inTime = new AbortController();
    await Promise.race([Promise.all(settled), pause(withinMs, inTime.signal)]);
    inTime.abort();
    this.#closing.abort();
    const left = this.#recordings.size + this.#deletions.size;
    if (left > 0) this.#logger.error({ recordings: left }, 'recordings could not be finished before the end');
  }

  #begin({ tenantId, session, report }: RecordedCall): Recording {
    const { conversationId } = session;
    const recordingId = randomUUID();
    const key = recordingKey({ tenantId, conversationId, recordingId }, new Date());
    session.recordings = [...(session.recordings ?? []), key];
    report({ type: 'recording-started', recordingId, objectKey: key });
    const recording = new Recording({
      key,
      store: this.#store,
      retentionDays: () => this.#daysOf(tenantId),
      onFinished: (result) => report({ type: 'recording-finished', recordingId, ...result }),
      onProblem: (error) =>
        this.#logger.warn({ conversationId, recordingId, ...safeError(error) }, 'the store failed a recording'),
    });
    this.#recordings.set(key, recording);
    void recording.settled.then(() => this.#recordings.delete(key));
    return recording;
  }

  async #daysOf(tenantId: string): Promise<RetentionDays> {
    const wanted = await this.#retentionDays(tenantId).catch((error) => {
      this.#logger.warn({ tenantId, ...safeError(error) }, 'how long a recording is to be kept could not be asked');
    });
    return wanted ?? RECORDING_RETENTION_DAYS;
  }

  /** Whatever was recorded of the conversation must go, by this call and by earlier ones that carried it. */
  #forget({ session, report }: RecordedCall): void {
    const { conversationId, recordings: keys = [] } = session;
    session.recordings = [];
    const growing = keys.flatMap((key) => this.#recordings.get(key) ?? []);
    for (const recording of growing) recording.withdraw();
    const deletion = Promise.all(growing.map((recording) => recording.settled)).then(() =>
      this.#delete(keys, conversationId, report),
    );
    this.#deletions.add(deletion);
    void deletion.then(() => this.#deletions.delete(deletion));
  }

  async #delete(keys: readonly string[], conversationId: string, report: RecordedCall['report']): Promise<void> {
    for (const waitMs of [...DELETE_AGAIN_AFTER_MS, undefined]) {
      try {
        await this.#store.delete(keys);
        const gone = { type: 'recording-finished', outcome: 'withdrawn', bytes: 0, durationMs: 0 } as const;
        for (const key of keys) report({ ...gone, recordingId: idsOf(key)!.recordingId });
        return;
      } catch (error) {
        const problem = 'a recording whose consent was withdrawn is still there';
        this.#logger.error({ conversationId, ...safeError(error) }, problem);
      }
      if (waitMs !== undefined) await pause(waitMs, this.#closing.signal);
      if (this.#closing.signal.aborted) return;
    }
  }
}
