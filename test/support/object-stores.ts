/** Every kind of object store there is, so that one suite says what all of them do. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe } from 'vitest';
import { openObjectStore } from '../../runtime/objects/open.ts';
import type { ObjectStore } from '../../runtime/objects/store.ts';
import { type S3Server, startS3Server } from './s3-server.ts';

export const BUCKET = 'voicecell-recordings';

export interface TestStore {
  readonly store: ObjectStore;
  /** The same place, as another process finds it. */
  again(): ObjectStore;
  /** Of the folder store. */
  readonly folder?: string;
  /** Of the store in S3. */
  readonly server?: S3Server;
}

/** Runs a suite on each kind of store, with an empty one for every test. */
export function describeStores(name: string, suite: (store: () => TestStore) => void): void {
  const kinds = { 'a folder': folderForTest, S3: bucketForTest };
  for (const [kind, open] of Object.entries(kinds))
    describe(`${name} (${kind})`, () => {
      let current: TestStore & { close(): Promise<unknown> };
      beforeEach(async () => {
        current = await open();
      });
      afterEach(() => current.close());
      suite(() => current);
    });
}

export async function folderForTest() {
  const folder = await mkdtemp(join(tmpdir(), 'voicecell-objects-'));
  const again = () => openObjectStore(folder, { region: 'us-east-1' });
  return { store: again(), again, folder, close: () => rm(folder, { recursive: true, force: true }) };
}

export async function bucketForTest() {
  const server = await startS3Server(BUCKET);
  const limits = { requestMs: 5_000, attempts: 2 };
  const opened: ObjectStore[] = [];
  const again = () => {
    const store = openObjectStore(`s3://${BUCKET}/all`, { region: 'us-east-1', endpoint: server.url, limits });
    opened.push(store);
    return store;
  };
  const close = async () => {
    for (const store of opened) store.close();
    await server.close();
  };
  return { store: again(), again, server, close };
}

/** Whatever there is to iterate over, all of it. */
export async function allOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
