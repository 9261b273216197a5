/** Where an object store is, as people and variables say it. */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkKey } from './keys.ts';

export type StoreAddress =
  | { readonly kind: 'folder'; readonly folder: string }
  /** `prefix` is empty, or ends with a slash. */
  | { readonly kind: 's3'; readonly bucket: string; readonly prefix: string };

/** What {@link parseStoreAddress} expects, in words. */
export const STORE_ADDRESS = 'a folder, or s3://BUCKET or s3://BUCKET/PREFIX';

/** As S3 spells buckets, without the dots that its certificates do not cover. */
const BUCKET = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;

/** `/var/recordings`, `file:///var/recordings` or `s3://bucket/prefix`; undefined for anything else. Never throws. */
export function parseStoreAddress(text: string): StoreAddress | undefined {
  try {
    if (text.startsWith('file://')) return { kind: 'folder', folder: fileURLToPath(text) };
    const [, scheme, rest] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/i.exec(text) ?? [];
    if (scheme === undefined)
      return text.trim() === '' || text.includes('\0') ? undefined : { kind: 'folder', folder: resolve(text) };
    const [, bucket = '', prefix = ''] = /^([^/]*)(?:\/+(.*?)\/*)?$/.exec(rest ?? '') ?? [];
    if (scheme !== 's3' || !BUCKET.test(bucket)) return undefined;
    if (prefix !== '') checkKey(prefix);
    return { kind: 's3', bucket, prefix: prefix && `${prefix}/` };
  } catch {
    return undefined;
  }
}
