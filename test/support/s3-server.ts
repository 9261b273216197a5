/**
 * As much of S3 as an object store uses, over real HTTP: objects, uploads in parts, tags, lists in pages. What S3 refuses
 * is refused here too: a part that is too small, an upload that is not there.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HeldObject {
  readonly body: Buffer;
  readonly contentType: string | undefined;
  /** As sent: `retention-days=30`. */
  readonly tagging: string | undefined;
  readonly modifiedAt: Date;
}

interface Upload extends Pick<HeldObject, 'contentType' | 'tagging'> {
  readonly key: string;
  readonly initiatedAt: Date;
  readonly parts: Map<number, { readonly body: Buffer; readonly etag: string; readonly modifiedAt: Date }>;
}

export interface S3Request {
  readonly method: string;
  /** `PutObject`, `UploadPart` …, as S3 calls it. */
  readonly operation: string;
  readonly key: string;
  readonly headers: IncomingMessage['headers'];
}

/** What becomes of a request instead of an answer; `error` is S3's code, sent with its HTTP status. */
export type Fault = { readonly error: string; readonly status: number } | 'cut' | Promise<unknown>;

export interface S3Server {
  readonly url: string;
  readonly objects: ReadonlyMap<string, HeldObject>;
  /** By upload id. */
  readonly uploads: ReadonlyMap<string, Upload>;
  readonly requests: readonly S3Request[];
  /** Asked for every request; a promise holds the answer back until it settles. */
  fault: (request: S3Request) => Fault | undefined;
  /** The most a page of any list holds. */
  pageSize: number;
  /** For the tests of what has lain about: what comes from now on is dated so far back. */
  backdatedMs: number;
  close(): Promise<void>;
}

const SMALLEST_PART_BYTES = 5 * 1024 * 1024;

class S3Error extends Error {
  readonly status: number;
  constructor(code: string, status: number) {
    super(code);
    this.status = status;
  }
}

export async function startS3Server(bucket: string): Promise<S3Server> {
  const objects = new Map<string, HeldObject>();
  const uploads = new Map<string, Upload>();
  const requests: S3Request[] = [];
  const state: Pick<S3Server, 'fault' | 'pageSize' | 'backdatedMs'> = {
    fault: () => undefined,
    pageSize: 1_000,
    backdatedMs: 0,
  };
  const now = () => new Date(Date.now() - state.backdatedMs);

  const answers: Record<string, (asked: Asked) => Answer> = {
    HeadBucket: () => ({}),
    PutObject({ key, body, headers }) {
      objects.set(key, { body, ...propertiesOf(headers), modifiedAt: now() });
      return { headers: { etag: etagOf(body) } };
    },
    GetObject: ({ key }) => ({ body: found(objects.get(key), 'NoSuchKey').body }),
    HeadObject({ key }) {
      const { body } = found(objects.get(key), 'NotFound');
      return { headers: { 'content-length': String(body.length) } };
    },
    CreateMultipartUpload({ key, headers }) {
      const id = randomUUID();
      uploads.set(id, { key, initiatedAt: now(), parts: new Map(), ...propertiesOf(headers) });
      return { xml: `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>` };
    },
    UploadPart({ query, body }) {
      const etag = etagOf(body);
      const upload = found(uploads.get(query.get('uploadId')!), 'NoSuchUpload');
      upload.parts.set(Number(query.get('partNumber')), { body, etag, modifiedAt: now() });
      return { headers: { etag } };
    },
    CompleteMultipartUpload({ key, query, body }) {
      const id = query.get('uploadId')!;
      const { parts, contentType, tagging } = found(uploads.get(id), 'NoSuchUpload');
      const named = [...String(body).matchAll(/<Part>.*?<\/Part>/gs)].map(([part]) => part);
      const bodies = named.map((part) => {
        const held = parts.get(Number(textOf(part, 'PartNumber')));
        if (held?.etag !== textOf(part, 'ETag').replaceAll('&quot;', '"')) throw new S3Error('InvalidPart', 400);
        return held.body;
      });
      if (bodies.length === 0) throw new S3Error('MalformedXML', 400);
      if (bodies.slice(0, -1).some((part) => part.length < SMALLEST_PART_BYTES))
        throw new S3Error('EntityTooSmall', 400);
      objects.set(key, { body: Buffer.concat(bodies), contentType, tagging, modifiedAt: now() });
      uploads.delete(id);
      return { xml: `<CompleteMultipartUploadResult><Key>${key}</Key></CompleteMultipartUploadResult>` };
    },
    AbortMultipartUpload({ query }) {
      if (!uploads.delete(query.get('uploadId')!)) throw new S3Error('NoSuchUpload', 404);
      return { status: 204 };
    },
    DeleteObjects({ body }) {
      const keys = [...String(body).matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key]) => key!);
      if (keys.length > 1_000) throw new S3Error('MalformedXML', 400);
      const errors = keys.filter((key) => {
        const fault = state.fault({ method: 'DELETE', operation: 'DeleteObject', key, headers: {} });
        if (fault) return true;
        objects.delete(key);
        return false;
      });
      const error = (key: string) => `<Error><Key>${key}</Key><Code>AccessDenied</Code></Error>`;
      return { xml: `<DeleteResult>${errors.map(error).join('')}</DeleteResult>` };
    },
    ListObjectsV2({ query }) {
      const after = query.get('continuation-token') ?? '';
      const keys = [...objects.keys()].filter((key) => key.startsWith(query.get('prefix') ?? '') && key > after).sort();
      const page = keys.slice(0, state.pageSize);
      const contents = page.map((key) => {
        const { body, modifiedAt } = objects.get(key)!;
        const date = `<LastModified>${modifiedAt.toISOString()}</LastModified>`;
        return `<Contents><Key>${key}</Key>${date}<Size>${body.length}</Size></Contents>`;
      });
      const more = page.length < keys.length;
      const next = more ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : '';
      return {
        xml: `<ListBucketResult><IsTruncated>${more}</IsTruncated>${next}${contents.join('')}</ListBucketResult>`,
      };
    },
    ListMultipartUploads({ query }) {
      const after = `${query.get('key-marker') ?? ''} ${query.get('upload-id-marker') ?? ''}`;
      const all = [...uploads].map(([id, upload]) => ({ id, ...upload, sort: `${upload.key} ${id}` }));
      const wanted = all
        .filter(({ key, sort }) => key.startsWith(query.get('prefix') ?? '') && sort > after)
        .sort((a, b) => (a.sort < b.sort ? -1 : 1));
      const page = wanted.slice(0, state.pageSize);
      const more = page.length < wanted.length;
      const last = page.at(-1);
      const next = more
        ? `<NextKeyMarker>${last?.key}</NextKeyMarker><NextUploadIdMarker>${last?.id}</NextUploadIdMarker>`
        : '';
      const entries = page.map(
        ({ key, id, initiatedAt }) =>
          `<Upload><Key>${key}</Key><UploadId>${id}</UploadId><Initiated>${initiatedAt.toISOString()}</Initiated></Upload>`,
      );
      const truncated = `<IsTruncated>${more}</IsTruncated>`;
      return {
        xml: `<ListMultipartUploadsResult>${truncated}${next}${entries.join('')}</ListMultipartUploadsResult>`,
      };
    },
    ListParts({ query }) {
      const { parts } = found(uploads.get(query.get('uploadId')!), 'NoSuchUpload');
      const after = Number(query.get('part-number-marker') ?? 0);
      const wanted = [...parts].filter(([number]) => number > after).sort(([a], [b]) => a - b);
      const page = wanted.slice(0, state.pageSize);
      const more = page.length < wanted.length;
      const next = more ? `<NextPartNumberMarker>${page.at(-1)?.[0]}</NextPartNumberMarker>` : '';
      const entries = page.map(([number, { body, etag, modifiedAt }]) =>
        [
          `<Part><PartNumber>${number}</PartNumber><ETag>${etag.replaceAll('"', '&quot;')}</ETag>`,
          `<LastModified>${modifiedAt.toISOString()}</LastModified><Size>${body.length}</Size></Part>`,
        ].join(''),
      );
      return { xml: `<ListPartsResult><IsTruncated>${more}</IsTruncated>${next}${entries.join('')}</ListPartsResult>` };
    },
  };

  const server = createServer(async (request, response) => {
    const url = new URL(request.url!, 'http://s3');
    const [, inBucket, ...rest] = url.pathname.split('/');
    const key = decodeURIComponent(rest.join('/'));
    const { method = '', headers } = request;
    const operation = operationOf(method, key, url.searchParams);
    const noted = { method, operation, key, headers };
    requests.push(noted);
    try {
      const body = Buffer.concat(await request.toArray());
      const fault = state.fault(noted);
      if (fault === 'cut') return void response.destroy();
      if (fault instanceof Promise) await fault;
      else if (fault) throw new S3Error(fault.error, fault.status);
      if (inBucket !== bucket) throw new S3Error('NoSuchBucket', 404);
      send(response, answers[operation]!({ key, query: url.searchParams, body, headers }));
    } catch (error) {
      if (!(error instanceof S3Error)) return void response.destroy();
      const xml = method === 'HEAD' ? undefined : `<Error><Code>${error.message}</Code></Error>`;
      send(response, { status: error.status, xml });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(state, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    uploads,
    requests,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

interface Asked {
  readonly key: string;
  readonly query: URLSearchParams;
  readonly body: Buffer;
  readonly headers: IncomingMessage['headers'];
}

interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly xml?: string;
  readonly body?: Buffer;
}

function operationOf(method: string, key: string, query: URLSearchParams): string {
  const has = (name: string) => query.has(name);
  if (key === '') {
    if (method === 'HEAD') return 'HeadBucket';
    if (method === 'POST') return 'DeleteObjects';
    return has('uploads') ? 'ListMultipartUploads' : 'ListObjectsV2';
  }
  if (method === 'HEAD') return 'HeadObject';
  if (method === 'PUT') return has('uploadId') ? 'UploadPart' : 'PutObject';
  if (method === 'POST') return has('uploads') ? 'CreateMultipartUpload' : 'CompleteMultipartUpload';
  if (method === 'DELETE') return 'AbortMultipartUpload';
  return has('uploadId') ? 'ListParts' : 'GetObject';
}

function propertiesOf(headers: IncomingMessage['headers']): Pick<HeldObject, 'contentType' | 'tagging'> {
  const tagging = headers['x-amz-tagging'];
  return { contentType: headers['content-type'], tagging: Array.isArray(tagging) ? tagging.join('&') : tagging };
}

function found<T>(value: T | undefined, code: string): T {
  if (value === undefined) throw new S3Error(code, 404);
  return value;
}

function etagOf(body: Buffer): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}

function textOf(xml: string, element: string): string {
  return new RegExp(`<${element}>(.*?)</${element}>`, 's').exec(xml)?.[1] ?? '';
}

function send(response: ServerResponse, { status = 200, headers, xml, body }: Answer): void {
  const type = xml === undefined ? {} : { 'content-type': 'application/xml' };
  response.writeHead(status, { ...type, ...headers });
  response.end(body ?? xml);
}
