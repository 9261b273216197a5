/** An object store by its address. */
import { parseStoreAddress, STORE_ADDRESS, type StoreAddress } from './address.ts';
import { FolderObjectStore } from './folder-store.ts';
import type { S3Options } from './s3-client.ts';
import { S3ObjectStore } from './s3-store.ts';
import type { ObjectStore } from './store.ts';

/** Throws when the address is none. Nothing is read or written before the store is used. */
export function openObjectStore(address: string | StoreAddress, options: S3Options): ObjectStore {
  const found = typeof address === 'string' ? parseStoreAddress(address) : address;
  if (!found) throw new RangeError(`an object store is ${JSON.stringify(address)}, expected ${STORE_ADDRESS}`);
  return found.kind === 'folder' ? new FolderObjectStore(found.folder) : new S3ObjectStore({ ...found, ...options });
}
