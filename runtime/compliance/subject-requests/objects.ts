/** A person's objects: what is stored of them, and what somebody began to store and did not end. */
import type { ObjectStore } from '../../objects/store.ts';

/** A process that records writes far more often than that; it also stops by itself when it is told. */
const QUIET_MS = 10_000;

/** Throws away what a process that died, or was told to stop, left of these objects. */
export async function discardUnfinished(store: ObjectStore, keys: readonly string[]): Promise<void> {
  for (const key of keys)
    for await (const unfinished of store.unfinished(key, { quietForMs: QUIET_MS }))
      if (unfinished.key === key) await unfinished.discard();
}

/** How many of these objects are there, or are being written by nobody. */
export async function countObjects(store: ObjectStore, keys: readonly string[]): Promise<number> {
  let count = 0;
  for (const key of keys) {
    if (await store.exists(key)) count += 1;
    for await (const unfinished of store.unfinished(key, { quietForMs: QUIET_MS }))
      if (unfinished.key === key) count += 1;
  }
  return count;
}
