/**
 * Where what is too large for a database is kept: recordings, exports, archives. A folder on this machine, or a bucket
 * of the cell's region; whoever reads and writes does not see which. Nothing is ever whole in memory.
 */
import type { RetentionDays } from '../../regions/retention.ts';

export interface PutOptions {
  readonly contentType: string;
  /** How long a bucket keeps the object at most, whatever else fails to delete it. A folder does not delete by itself. */
  readonly retentionDays?: RetentionDays;
  /** What becomes of an object whose body, or whose way to the store, breaks in the middle. */
  readonly onFailure: 'discard' | 'keep-what-came';
  /** Aborted: nothing is kept, whatever `onFailure` says, and `put` rejects. */
  readonly signal?: AbortSignal;
  /**
   * What the object's first bytes are to be, once its length is known: at most as many as the body began with. Done
   * where its beginning can still be written: in a folder always, in a bucket up to {@link PART_BYTES}.
   */
  readonly beginning?: (bytes: number) => Uint8Array;
}

export interface Stored {
  readonly bytes: number;
  /** Why the rest is missing. Only with `keep-what-came`. */
  readonly cut?: unknown;
}

export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
  readonly modifiedAt: Date;
}

/** What somebody began to write and did not end: the process died, or lost its way to the store. */
export interface Unfinished {
  readonly key: string;
  /** Arrived so far. */
  readonly bytes: number;
  /** Makes an object of what came; undefined when that was nothing, or another process was faster. */
  finish(options?: Pick<PutOptions, 'beginning'>): Promise<Stored | undefined>;
  /** Throws it away. */
  discard(): Promise<void>;
}

/** Keys are paths of letters, digits, dots, dashes, underscores and equals signs; see `checkKey`, which all methods ask. */
export interface ObjectStore {
  /** Where it is, for people: a path, or `s3://bucket/prefix`. */
  readonly location: string;
  /**
   * Writes an object, which takes the place of one that is there; until then it is not seen. Pulls from `body` only as
   * fast as it writes. Rejects when nothing was kept.
   */
  put(key: string, body: AsyncIterable<Uint8Array>, options: PutOptions): Promise<Stored>;
  /** The object's bytes, to be read to the end or left early; undefined when there is none. */
  get(key: string): Promise<AsyncIterable<Uint8Array> | undefined>;
  exists(key: string): Promise<boolean>;
  /** All objects whose key begins with `prefix`, in the order of their keys' bytes. */
  list(prefix: string): AsyncIterable<StoredObject>;
  /** Those that are not there are deleted already. Throws {@link ObjectsNotDeletedError} after trying all of them. */
  delete(keys: Iterable<string> | AsyncIterable<string>): Promise<void>;
  /** Writes under `prefix` that nobody goes on with: nothing came for `quietForMs`, or their process is known to be gone. */
  unfinished(prefix: string, options: { readonly quietForMs: number }): AsyncIterable<Unfinished>;
  /** Rejects when nothing can be stored. */
  check(signal: AbortSignal): Promise<unknown>;
  /** Gives connections back; what is under way fails. */
  close(): void;
}

/** Of the parts that a bucket takes an object in (S3 takes none smaller but the last), and so what a writer may hold. */
export const PART_BYTES = 5 * 1024 * 1024;

/** Thrown with every object that is still there. */
export class ObjectsNotDeletedError extends Error {
  override readonly name = 'ObjectsNotDeletedError';
  readonly failed: readonly { readonly key: string; readonly code: string }[];
  constructor(failed: ObjectsNotDeletedError['failed']) {
    const codes = [...new Set(failed.map(({ code }) => code))].join(', ');
    super(`${failed.length} objects could not be deleted (${codes}): delete them again`);
    this.failed = failed;
  }
}
