/** What only a bucket does: parts, tags, pages, and what becomes of an upload whose process is gone. */
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import euCentral1 from '../../../regions/cells/eu-central-1.ts';
import usEast1 from '../../../regions/cells/us-east-1.ts';
import { cellHosts } from '../../../regions/hosts.ts';
import { openObjectStore } from '../../../runtime/objects/open.ts';
import {
  ObjectsNotDeletedError,
  PART_BYTES,
  type PutOptions,
  type Unfinished,
} from '../../../runtime/objects/store.ts';
import { guardRegion, isAllowed } from '../../../runtime/observability/region-guard.ts';
import { allOf, bucketForTest } from '../../support/object-stores.ts';

const options: PutOptions = { contentType: 'audio/wav', retentionDays: 30, onFailure: 'discard' };
const keeping: PutOptions = { ...options, onFailure: 'keep-what-came' };

let current: Awaited<ReturnType<typeof bucketForTest>>;
beforeEach(async () => {
  current = await bucketForTest();
});
afterEach(() => current.close());

async function* bytes(count: number, then?: () => Promise<unknown>): AsyncGenerator<Uint8Array> {
  for (let left = count; left > 0; left -= 64 * 1024) yield Buffer.alloc(Math.min(left, 64 * 1024), 7);
  await then?.();
}

const operations = () => current.server.requests.map(({ operation }) => operation);

async function unfinished({ quietForMs = 0, prefix = '' } = {}): Promise<Unfinished[]> {
  return allOf(current.again().unfinished(prefix, { quietForMs }));
}

/** Two parts are there, and nobody goes on. */
async function abandonedUpload(key = 'call.wav', parts = 2) {
  const { server } = current;
  server.fault = ({ operation }) =>
    operation.startsWith('Complete') || operation.startsWith('Abort') ? 'cut' : undefined;
  await current.store.put(key, bytes(parts * PART_BYTES), options).catch(() => {});
  server.fault = () => undefined;
}

describe('an object in a bucket', () => {
  it('is one request while it is small, and parts of 5 MiB when it is not', async () => {
    const { store, server } = current;
    await store.put('small', bytes(PART_BYTES), options);
    expect(operations()).toEqual(['PutObject']);
    await store.put('large', bytes(2 * PART_BYTES + 1), options);
    expect(operations().slice(1)).toEqual([
      'CreateMultipartUpload',
      'UploadPart',
      'UploadPart',
      'UploadPart',
      'CompleteMultipartUpload',
    ]);
    const sizes = server.requests
      .filter(({ operation }) => operation === 'UploadPart')
      .map(({ headers }) => headers['content-length']);
    expect(sizes).toEqual([String(PART_BYTES), String(PART_BYTES), '1']);
  });

  it('carries its type and how long it may live, and lies under the prefix', async () => {
    const { store, server } = current;
    await store.put('small', bytes(1), options);
    await store.put('large', bytes(PART_BYTES + 1), options);
    await store.put('for-ever', bytes(1), { ...options, retentionDays: undefined });
    const held = [...server.objects].map(([key, { contentType, tagging }]) => [key, contentType, tagging]);
    expect(held).toEqual([
      ['all/small', 'audio/wav', 'retention-days=30'],
      ['all/large', 'audio/wav', 'retention-days=30'],
      ['all/for-ever', 'audio/wav', undefined],
    ]);
  });

  it("is encrypted with the bucket's key: no request names another way", async () => {
    await current.store.put('small', bytes(1), options);
    await current.store.put('large', bytes(PART_BYTES + 1), options);
    const names = current.server.requests.flatMap(({ headers }) => Object.keys(headers));
    expect(names.filter((name) => name.includes('encryption'))).toEqual([]);
  });

  it('is not pulled faster than it is taken: one part waits, and no more', async () => {
    const { store, server } = current;
    const held: (() => void)[] = [];
    server.fault = ({ operation }) =>
      operation === 'UploadPart' ? new Promise<void>((resolve) => held.push(resolve)) : undefined;
    let pulled = 0;
    async function* counted() {
      for await (const chunk of bytes(3 * PART_BYTES)) {
        pulled += chunk.length;
        yield chunk;
      }
    }
    const put = store.put('large', counted(), options);
    for (let part = 1; part <= 3; part++) {
      await vi.waitUntil(() => held.length === part);
      // The chunk in hand is the first of the next part.
      expect(pulled).toBe(Math.min(part * PART_BYTES + 64 * 1024, 3 * PART_BYTES));
      held.at(-1)?.();
    }
    expect(await put).toEqual({ bytes: 3 * PART_BYTES });
  });

  it('survives a request that is cut', async () => {
    const { store, server } = current;
    const failed = new Set<string>();
    server.fault = ({ operation }) => {
      if (failed.has(operation)) return undefined;
      failed.add(operation);
      return 'cut';
    };
    await store.put('large', bytes(PART_BYTES + 1), options);
    expect(server.objects.get('all/large')?.body.length).toBe(PART_BYTES + 1);
    expect([...failed]).toEqual(['CreateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload']);
  });

  it('is whole when only the answer to its completion is lost', async () => {
    const { store, server } = current;
    let completed = 0;
    server.fault = ({ operation, key }) => {
      if (operation !== 'CompleteMultipartUpload' || completed++ > 0) return undefined;
      const [id, upload] = [...server.uploads][0]!;
      const parts = [...upload.parts.values()].map(({ body }) => body);
      (server.objects as Map<string, unknown>).set(key, { body: Buffer.concat(parts), modifiedAt: new Date() });
      (server.uploads as Map<string, unknown>).delete(id);
      return 'cut';
    };
    expect(await store.put('large', bytes(PART_BYTES + 1), options)).toEqual({ bytes: PART_BYTES + 1 });
  });

  it('whose way to the store breaks is kept up to its last whole part, where that is wanted', async () => {
    const { store, server } = current;
    let parts = 0;
    server.fault = ({ operation }) =>
      operation === 'UploadPart' && ++parts > 2 ? { error: 'SlowDown', status: 503 } : undefined;
    const stored = await store.put('large', bytes(4 * PART_BYTES), keeping);
    expect(stored).toMatchObject({ bytes: 2 * PART_BYTES, cut: { name: 'SlowDown' } });
    expect(server.objects.get('all/large')?.body.length).toBe(2 * PART_BYTES);
    expect(server.uploads.size).toBe(0);
  });

  it('whose way to the store breaks is thrown away, where that is wanted', async () => {
    const { store, server } = current;
    server.fault = ({ operation }) => (operation === 'UploadPart' ? { error: 'SlowDown', status: 503 } : undefined);
    await expect(store.put('large', bytes(2 * PART_BYTES), options)).rejects.toThrow();
    expect([server.objects.size, server.uploads.size]).toEqual([0, 0]);
  });

  it.each(['discard', 'keep-what-came'] as const)(
    'cannot be put where nothing can be stored at all (%s)',
    async (onFailure) => {
      current.server.fault = () => ({ error: 'AccessDenied', status: 403 });
      await expect(current.store.put('a', bytes(10), { ...options, onFailure })).rejects.toMatchObject({
        name: 'AccessDenied',
      });
      await expect(current.store.check(AbortSignal.timeout(5_000))).rejects.toThrow();
    },
  );
});

describe('a bucket', () => {
  it('is listed page after page', async () => {
    const { store, server } = current;
    for (let n = 0; n < 7; n++) await store.put(`a/${n}`, bytes(n), options);
    server.pageSize = 3;
    const found = await allOf(store.list('a/'));
    expect(found.map(({ key, bytes }) => [key, bytes])).toEqual([0, 1, 2, 3, 4, 5, 6].map((n) => [`a/${n}`, n]));
    expect(operations().filter((name) => name === 'ListObjectsV2')).toHaveLength(3);
  });

  it('is told of a thousand objects to delete at a time', async () => {
    const keys = Array.from({ length: 2_001 }, (_, n) => `a/${n}`);
    await current.store.delete(keys);
    expect(operations()).toEqual(['DeleteObjects', 'DeleteObjects', 'DeleteObjects']);
  });

  it('says which objects it did not delete, after the others are gone', async () => {
    const { store, server } = current;
    for (const key of ['a', 'b', 'c']) await store.put(key, bytes(1), options);
    server.fault = ({ operation, key }) =>
      operation === 'DeleteObject' && key === 'all/b' ? { error: 'AccessDenied', status: 403 } : undefined;
    const error = await store.delete(['a', 'b', 'c']).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(ObjectsNotDeletedError);
    expect(error.failed).toEqual([{ key: 'b', code: 'AccessDenied' }]);
    expect([...server.objects.keys()]).toEqual(['all/b']);
  });

  it('is reached under a name of its region, which no cell of another region may reach', async () => {
    const refused: string[] = [];
    const guard = guardRegion(usEast1, { onRefused: ({ host }) => refused.push(host) });
    onTestFinished(() => guard.remove());
    const credentials = { accessKeyId: 'none', secretAccessKey: 'none' };
    const limits = { requestMs: 5_000, attempts: 1 };
    const abroad = openObjectStore('s3://elsewhere', { region: euCentral1.region, credentials, limits });
    onTestFinished(() => abroad.close());
    await expect(abroad.check(AbortSignal.timeout(5_000))).rejects.toThrow(
      'refused to connect to elsewhere.s3.eu-central-1',
    );
    expect(refused).toEqual(['elsewhere.s3.eu-central-1.amazonaws.com']);
    expect(isAllowed(refused[0]!, cellHosts(euCentral1))).toBe(true);
  });
});

describe('an upload whose process is gone', () => {
  it('is found with what arrived, and finished', async () => {
    await abandonedUpload();
    const [upload, ...others] = await unfinished();
    expect(others).toEqual([]);
    expect(upload).toMatchObject({ key: 'call.wav', bytes: 2 * PART_BYTES });
    expect(await upload?.finish()).toEqual({ bytes: 2 * PART_BYTES });
    expect(current.server.objects.get('all/call.wav')).toMatchObject({ tagging: 'retention-days=30' });
    expect(await unfinished()).toEqual([]);
  });

  it('is thrown away', async () => {
    await abandonedUpload();
    const [upload] = await unfinished();
    await upload?.discard();
    await upload?.discard();
    expect([current.server.objects.size, current.server.uploads.size]).toEqual([0, 0]);
  });

  it('leaves nothing when nothing had arrived', async () => {
    current.server.fault = ({ operation }) => (/UploadPart|Abort/.test(operation) ? 'cut' : undefined);
    await current.store.put('call.wav', bytes(2 * PART_BYTES), options).catch(() => {});
    current.server.fault = () => undefined;
    const [upload] = await unfinished();
    expect(upload?.bytes).toBe(0);
    expect(await upload?.finish()).toBeUndefined();
    expect([current.server.objects.size, current.server.uploads.size]).toEqual([0, 0]);
  });

  it('is left alone while it may be of a process that is alive', async () => {
    await abandonedUpload();
    expect(await unfinished({ quietForMs: 60_000 })).toEqual([]);
    current.server.backdatedMs = 120_000;
    await abandonedUpload('older.wav');
    expect((await unfinished({ quietForMs: 60_000 })).map(({ key }) => key)).toEqual(['older.wav']);
  });

  it('is finished once, however many look for it', async () => {
    await abandonedUpload();
    const [[first], [second]] = [await unfinished(), await unfinished()];
    expect(await first?.finish()).toEqual({ bytes: 2 * PART_BYTES });
    expect(await second?.finish()).toBeUndefined();
  });

  it('is found among others, page after page', async () => {
    for (const key of ['recordings/a', 'recordings/b', 'recordings/c', 'other/d']) await abandonedUpload(key);
    current.server.pageSize = 1;
    const found = await unfinished({ prefix: 'recordings/' });
    expect(found.map(({ key, bytes }) => [key, bytes])).toEqual(
      ['a', 'b', 'c'].map((name) => [`recordings/${name}`, 2 * PART_BYTES]),
    );
  });
});
