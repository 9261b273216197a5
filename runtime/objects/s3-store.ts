/** Objects in a bucket of the cell's region. */
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  type MultipartUpload,
  type Part,
  paginateListObjectsV2,
  paginateListParts,
  type S3Client,
} from '@aws-sdk/client-s3';
import { abortable } from './abortable.ts';
import { checkKey, checkPrefix } from './keys.ts';
import { createS3Client, type S3Options } from './s3-client.ts';
import { type S3Place, S3Upload } from './s3-upload.ts';
import {
  type ObjectStore,
  ObjectsNotDeletedError,
  type PutOptions,
  type Stored,
  type StoredObject,
  type Unfinished,
} from './store.ts';

/** As many as one DeleteObjects takes. */
const DELETED_AT_ONCE = 1_000;

export interface S3StoreOptions extends S3Options {
  readonly bucket: string;
  /** Before every key; empty, or ending with a slash. */
  readonly prefix: string;
}

export class S3ObjectStore implements ObjectStore {
  readonly location: string;
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;

  constructor({ bucket, prefix, ...options }: S3StoreOptions) {
    this.location = `s3://${bucket}/${prefix}`.replace(/\/$/, '');
    this.#bucket = bucket;
    this.#prefix = prefix;
    this.#client = createS3Client(options);
  }

  async put(key: string, body: AsyncIterable<Uint8Array>, options: PutOptions): Promise<Stored> {
    const upload = new S3Upload(this.#client, this.#place(key), options);
    const { signal, onFailure } = options;
    let atStore = false;
    try {
      for await (const chunk of abortable(body, signal)) {
        atStore = true;
        await upload.write(chunk);
        atStore = false;
      }
      atStore = true;
      return { bytes: await upload.complete() };
    } catch (error) {
      if (signal?.aborted || onFailure === 'discard') {
        await upload.abort().catch(() => {}); // the bucket's lifecycle does it in a day
        throw error;
      }
      // An upload that cannot be completed now is left for whoever looks for unfinished ones.
      const bytes = await (atStore ? upload.completeParts() : upload.complete()).catch(() => Promise.reject(error));
      return { bytes, cut: error };
    }
  }

  async get(key: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    const found = await this.#unlessMissing(this.#client.send(new GetObjectCommand(this.#place(key))));
    return found?.Body as AsyncIterable<Uint8Array> | undefined;
  }

  async exists(key: string): Promise<boolean> {
    return (await this.#unlessMissing(this.#client.send(new HeadObjectCommand(this.#place(key))))) !== undefined;
  }

  async *list(prefix: string): AsyncGenerator<StoredObject> {
    checkPrefix(prefix);
    const asked = { Bucket: this.#bucket, Prefix: this.#prefix + prefix };
    for await (const { Contents = [] } of paginateListObjectsV2({ client: this.#client }, asked))
      for (const { Key, Size = 0, LastModified } of Contents)
        yield { key: this.#keyOf(Key), bytes: Size, modifiedAt: LastModified! };
  }

  async delete(keys: Iterable<string> | AsyncIterable<string>): Promise<void> {
    const failed: { key: string; code: string }[] = [];
    let batch: S3Place[] = [];
    const flush = async () => {
      if (batch.length === 0) return;
      const Objects = batch.map(({ Key }) => ({ Key }));
      batch = [];
      const command = new DeleteObjectsCommand({ Bucket: this.#bucket, Delete: { Objects, Quiet: true } });
      const { Errors = [] } = await this.#client.send(command);
      for (const { Key, Code = 'unknown' } of Errors)
        if (Code !== 'NoSuchKey') failed.push({ key: this.#keyOf(Key), code: Code });
    };
    for await (const key of keys) {
      batch.push(this.#place(key));
      if (batch.length === DELETED_AT_ONCE) await flush();
    }
    await flush();
    if (failed.length > 0) throw new ObjectsNotDeletedError(failed);
  }

  async *unfinished(prefix: string, { quietForMs }: { quietForMs: number }): AsyncGenerator<Unfinished> {
    checkPrefix(prefix);
    for await (const upload of this.#uploads(this.#prefix + prefix)) {
      const parts = await this.#unlessMissing(this.#partsOf(upload));
      if (!parts) continue;
      const times = [upload.Initiated, ...parts.map(({ LastModified }) => LastModified)];
      const lastAt = Math.max(...times.map((time) => time?.getTime() ?? 0));
      if (Date.now() - lastAt >= quietForMs) yield this.#unfinished(upload, parts);
    }
  }

  check(abortSignal: AbortSignal): Promise<unknown> {
    return this.#client.send(new HeadBucketCommand({ Bucket: this.#bucket }), { abortSignal });
  }

  close(): void {
    this.#client.destroy();
  }

  #unfinished({ Key, UploadId }: MultipartUpload, parts: readonly Part[]): Unfinished {
    const upload = { Bucket: this.#bucket, Key, UploadId };
    const bytes = parts.reduce((sum, { Size = 0 }) => sum + Size, 0);
    const discard = async () => {
      await this.#unlessMissing(this.#client.send(new AbortMultipartUploadCommand(upload)));
    };
    return {
      key: this.#keyOf(Key),
      bytes,
      discard,
      finish: async () => {
        if (parts.length === 0) {
          await discard();
          return undefined;
        }
        const Parts = parts.map(({ ETag, PartNumber }) => ({ ETag, PartNumber }));
        const command = new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } });
        return (await this.#unlessMissing(this.#client.send(command))) && { bytes };
      },
    };
  }

  async *#uploads(Prefix: string): AsyncGenerator<MultipartUpload> {
    let from: { KeyMarker?: string; UploadIdMarker?: string } | undefined = {};
    while (from) {
      const command: ListMultipartUploadsCommand = new ListMultipartUploadsCommand({
        Bucket: this.#bucket,
        Prefix,
        ...from,
      });
      const { Uploads = [], IsTruncated, NextKeyMarker, NextUploadIdMarker } = await this.#client.send(command);
      yield* Uploads;
      from = IsTruncated ? { KeyMarker: NextKeyMarker, UploadIdMarker: NextUploadIdMarker } : undefined;
    }
  }

  async #partsOf({ Key, UploadId }: MultipartUpload): Promise<Part[]> {
    const all: Part[] = [];
    const asked = { Bucket: this.#bucket, Key, UploadId };
    for await (const { Parts = [] } of paginateListParts({ client: this.#client }, asked)) all.push(...Parts);
    return all;
  }

  #place(key: string): S3Place {
    checkKey(key);
    return { Bucket: this.#bucket, Key: this.#prefix + key };
  }

  #keyOf(Key: string | undefined): string {
    return (Key ?? '').slice(this.#prefix.length);
  }

  async #unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
    try {
      return await answer;
    } catch (error) {
      if (MISSING.has((error as Error).name)) return undefined;
      throw error;
    }
  }
}

/** The last one: another process has completed the upload, or thrown it away. */
const MISSING: ReadonlySet<string> = new Set(['NoSuchKey', 'NotFound', 'NoSuchUpload']);
