/** Objects in the buckets that were deployed, by the store that the process uses. */
import { GetObjectTaggingCommand, HeadObjectCommand, ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openObjectStore } from '../../../runtime/objects/open.ts';
import { type ObjectStore, PART_BYTES, type PutOptions } from '../../../runtime/objects/store.ts';
import { recordingKey } from '../../../runtime/recording/keys.ts';
import type { DeployedCell } from '../cell/deployed-cell.ts';

const IDS = {
  tenantId: '3f0c8a52-6a2e-5f0e-9c53-1d2b7a3f4e10',
  conversationId: '8d9f2b34-0a51-4c7e-8b19-6c2f5d7e9a01',
  recordingId: 'c1a7e6d0-92b4-4f58-a3c6-0e7d1b5f8a92',
};
const key = recordingKey(IDS, new Date());
const options: PutOptions = { contentType: 'audio/wav', retentionDays: 30, onFailure: 'keep-what-came' };
const LONG_BYTES = 2 * PART_BYTES + 12_345;

async function* bytes(count: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < count; at += 16_000) yield Buffer.alloc(Math.min(16_000, count - at), at / 16_000);
}

export function expectRecordings(deployed: DeployedCell): void {
  const { account } = deployed;

  describe('its store of recordings', () => {
    let store: ObjectStore;
    let Bucket: string;
    beforeAll(async () => {
      Bucket = deployed.idOf('Buckets/Recordings');
      const credentials = { accessKeyId: account.id, secretAccessKey: 'any' };
      store = openObjectStore(`s3://${Bucket}`, { region: account.region, endpoint: account.endpoint, credentials });
      await store.put(key, bytes(LONG_BYTES), options);
    });
    afterAll(async () => {
      await store.delete([key, `${key}.short`]);
      store.close();
    });

    it('takes a recording in parts, and gives it back', async () => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of (await store.get(key))!) chunks.push(chunk);
      const expected: Uint8Array[] = [];
      for await (const chunk of bytes(LONG_BYTES)) expected.push(chunk);
      expect(Buffer.concat(chunks).equals(Buffer.concat(expected))).toBe(true);
    });

    it('has them carry how long they may be kept', async () => {
      // One in parts carries it too, but the emulator forgets that: see lost.ts.
      const Key = `${key}.short`;
      await store.put(Key, bytes(100), options);
      const { TagSet } = await account.s3.send(new GetObjectTaggingCommand({ Bucket, Key }));
      expect(TagSet).toEqual([{ Key: 'retention-days', Value: '30' }]);
    });

    it("encrypts them with the cell's own key, though no request names it", async () => {
      const { ServerSideEncryption, SSEKMSKeyId } = await account.s3.send(new HeadObjectCommand({ Bucket, Key: key }));
      expect(ServerSideEncryption).toBe('aws:kms');
      expect(SSEKMSKeyId).toContain(deployed.idOf('Keys/Recordings'));
    });

    it('lists them by tenant', async () => {
      const found = [];
      for await (const { key, bytes } of store.list(`recordings/${IDS.tenantId}/`)) found.push([key, bytes]);
      expect(found[0]).toEqual([key, LONG_BYTES]);
    });

    it('leaves no upload behind, and finds one that somebody left', async () => {
      const unfinished = async () => {
        const found = [];
        for await (const upload of store.unfinished('recordings/', { quietForMs: 0 })) found.push(upload);
        return found;
      };
      expect(await unfinished()).toEqual([]);
      const leaving = new AbortController();
      async function* left() {
        yield* bytes(PART_BYTES + 1);
        const { Uploads = [] } = await account.s3.send(new ListMultipartUploadsCommand({ Bucket }));
        expect(Uploads).toHaveLength(1);
        const [upload] = await unfinished();
        expect(await upload?.finish()).toEqual({ bytes: PART_BYTES });
        leaving.abort(new Error('somebody else has finished it'));
        yield* bytes(1);
      }
      const put = store.put(`${key}.short`, left(), { ...options, signal: leaving.signal });
      await expect(put).rejects.toThrow('somebody else has finished it');
      expect(await unfinished()).toEqual([]);
      expect(await store.exists(`${key}.short`)).toBe(true);
    });

    it('deletes them', async () => {
      await store.delete([key, `${key}.short`]);
      expect(await store.exists(key)).toBe(false);
      expect(await store.get(key)).toBeUndefined();
    });
  });
}
