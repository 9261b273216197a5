/** One object on its way into a bucket: whole when it is small, else in parts. */
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { RETENTION_TAG } from '../../regions/retention.ts';
import { PartBuffer } from './part-buffer.ts';
import type { PutOptions } from './store.ts';

/** S3 takes no more parts than that, which makes 48 GiB. */
const MOST_PARTS = 10_000;

export interface S3Place {
  readonly Bucket: string;
  readonly Key: string;
}

type UploadOptions = Pick<PutOptions, 'contentType' | 'retentionDays' | 'beginning' | 'signal'>;

export class S3Upload {
  readonly #client: S3Client;
  readonly #place: S3Place;
  readonly #options: UploadOptions;
  readonly #buffer = new PartBuffer();
  readonly #parts: CompletedPart[] = [];
  #uploadId: string | undefined;
  #uploadedBytes = 0;

  constructor(client: S3Client, place: S3Place, options: UploadOptions) {
    this.#client = client;
    this.#place = place;
    this.#options = options;
  }

  /** Resolves when there is room for more. */
  async write(chunk: Uint8Array): Promise<void> {
    // A full part leaves when more comes: the last one is then never empty, and an object of one part needs no upload.
    for (let rest = chunk; rest.length > 0; ) {
      if (this.#buffer.isFull) await this.#uploadPart();
      rest = this.#buffer.add(rest);
    }
  }

  /** Makes the object of all that was written. @returns its bytes */
  async complete(): Promise<number> {
    if (this.#parts.length === 0) return this.#putWhole();
    await this.#uploadPart();
    return this.completeParts();
  }

  /** Makes the object of the parts that have arrived; rejects when there are none. @returns its bytes */
  async completeParts(): Promise<number> {
    if (this.#parts.length === 0) throw new Error('no part of the object has arrived');
    const upload = { ...this.#place, UploadId: this.#uploadId, MultipartUpload: { Parts: this.#parts } };
    try {
      await this.#client.send(new CompleteMultipartUploadCommand(upload), this.#abort());
    } catch (error) {
      if ((error as Error).name !== 'NoSuchUpload' || !(await this.#isThere())) throw error;
    }
    return this.#uploadedBytes;
  }

  /** Throws away what has arrived. */
  async abort(): Promise<void> {
    if (this.#uploadId === undefined) return;
    await this.#client.send(new AbortMultipartUploadCommand({ ...this.#place, UploadId: this.#uploadId }));
  }

  async #putWhole(): Promise<number> {
    const body = this.#buffer.view();
    const { beginning } = this.#options;
    if (beginning) body.set(beginning(body.length));
    await this.#client.send(
      new PutObjectCommand({ ...this.#place, ...this.#properties(), Body: body, ContentLength: body.length }),
      this.#abort(),
    );
    return body.length;
  }

  async #uploadPart(): Promise<void> {
    if (this.#uploadId === undefined) {
      const begun = new CreateMultipartUploadCommand({ ...this.#place, ...this.#properties() });
      this.#uploadId = (await this.#client.send(begun, this.#abort())).UploadId;
    }
    const PartNumber = this.#parts.length + 1;
    if (PartNumber > MOST_PARTS)
      throw new RangeError(`an object of more than ${MOST_PARTS} parts, which S3 takes none of`);
    const Body = this.#buffer.view();
    const part = { ...this.#place, UploadId: this.#uploadId, PartNumber, Body, ContentLength: Body.length };
    const { ETag } = await this.#client.send(new UploadPartCommand(part), this.#abort());
    this.#parts.push({ ETag, PartNumber });
    this.#uploadedBytes += Body.length;
    this.#buffer.clear();
  }

  /** An upload that is completed twice, because the first answer was lost, is not there the second time. */
  async #isThere(): Promise<boolean> {
    const { ContentLength } = await this.#client.send(new HeadObjectCommand(this.#place), this.#abort());
    return ContentLength === this.#uploadedBytes;
  }

  /** No encryption is asked for: the bucket's own is with the cell's key, a request that named KMS alone would get AWS's. */
  #properties() {
    const { contentType, retentionDays } = this.#options;
    return { ContentType: contentType, Tagging: retentionDays && `${RETENTION_TAG}=${retentionDays}` };
  }

  #abort() {
    return { abortSignal: this.#options.signal };
  }
}
