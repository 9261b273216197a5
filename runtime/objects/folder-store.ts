/** Objects as files below a folder of this machine. Nobody but this user reads them. */
import { randomBytes } from 'node:crypto';
import { access, constants, type FileHandle, mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { abortable } from './abortable.ts';
import { checkKey, checkPrefix } from './keys.ts';
import {
  type ObjectStore,
  ObjectsNotDeletedError,
  type PutOptions,
  type Stored,
  type StoredObject,
  type Unfinished,
} from './store.ts';

/** A file that is still being written: hidden, and named after its object, the process and the attempt. */
const PART_FILE = /^\.(.+)\.(\d+)-[0-9a-f]{8}\.part$/;

export class FolderObjectStore implements ObjectStore {
  readonly location: string;
  /** Part files that this process is writing. */
  readonly #writing = new Set<string>();

  /** @param folder need not exist yet. */
  constructor(folder: string) {
    this.location = folder;
  }

  async put(key: string, body: AsyncIterable<Uint8Array>, options: PutOptions): Promise<Stored> {
    const path = this.#pathOf(key);
    const name = `.${path.slice(dirname(path).length + 1)}.${process.pid}-${randomBytes(4).toString('hex')}.part`;
    const part = join(dirname(path), name);
    this.#writing.add(part);
    try {
      const file = await openNew(part);
      let bytes = 0;
      let cut: unknown;
      try {
        for await (const chunk of abortable(body, options.signal)) {
          await file.writeFile(chunk);
          bytes += chunk.length;
        }
      } catch (error) {
        if (options.signal?.aborted || options.onFailure === 'discard') throw error;
        cut = error;
        bytes = (await file.stat()).size;
        if (bytes === 0) throw error;
      } finally {
        await seal(file, bytes, options);
      }
      options.signal?.throwIfAborted();
      await rename(part, path);
      return cut === undefined ? { bytes } : { bytes, cut };
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    } finally {
      this.#writing.delete(part);
    }
  }

  async get(key: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    const file = await unlessMissing(open(this.#pathOf(key)));
    return file?.createReadStream();
  }

  async exists(key: string): Promise<boolean> {
    return (await unlessMissing(stat(this.#pathOf(key))))?.isFile() ?? false;
  }

  async *list(prefix: string): AsyncGenerator<StoredObject> {
    for await (const { key, path } of this.#files(prefix)) {
      if (key === undefined) continue;
      const found = await unlessMissing(stat(path));
      if (found) yield { key, bytes: found.size, modifiedAt: found.mtime };
    }
  }

  async delete(keys: Iterable<string> | AsyncIterable<string>): Promise<void> {
    const failed: { key: string; code: string }[] = [];
    for await (const key of keys) {
      const path = this.#pathOf(key);
      try {
        await rm(path, { force: true });
        await this.#removeEmpty(dirname(path));
      } catch (error) {
        if (!isMissing(error)) failed.push({ key, code: (error as NodeJS.ErrnoException).code ?? 'unknown' });
      }
    }
    if (failed.length > 0) throw new ObjectsNotDeletedError(failed);
  }

  async *unfinished(prefix: string, { quietForMs }: { quietForMs: number }): AsyncGenerator<Unfinished> {
    for await (const { path, part } of this.#files(prefix)) {
      if (!part || this.#writing.has(path)) continue;
      const found = await unlessMissing(stat(path));
      if (!found || (isRunning(part.pid) && Date.now() - found.mtimeMs < quietForMs)) continue;
      yield {
        key: part.key,
        bytes: found.size,
        finish: (options = {}) => this.#finish(path, part.key, options),
        discard: () => rm(path, { force: true }),
      };
    }
  }

  async check(): Promise<void> {
    await mkdir(this.location, { recursive: true, mode: 0o700 });
    await access(this.location, constants.R_OK | constants.W_OK);
  }

  close(): void {}

  async #finish(path: string, key: string, options: Pick<PutOptions, 'beginning'>): Promise<Stored | undefined> {
    const file = await unlessMissing(open(path, 'r+'));
    if (!file) return undefined;
    const { size: bytes } = await file.stat();
    await seal(file, bytes, options);
    if (bytes === 0) await rm(path, { force: true });
    else await rename(path, this.#pathOf(key));
    return bytes === 0 ? undefined : { bytes };
  }

  /** All files whose object's key begins with `prefix`, in the order of keys; those still being written as `part`. */
  async *#files(prefix: string): AsyncGenerator<FoundFile> {
    checkPrefix(prefix);
    const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    yield* this.#walk(folder, (key) => key.startsWith(prefix) || prefix.startsWith(key));
  }

  async *#walk(folder: string, wanted: (key: string) => boolean): AsyncGenerator<FoundFile> {
    const entries = (await unlessMissing(readdir(join(this.location, folder), { withFileTypes: true }))) ?? [];
    // A folder sorts as its objects do: with the slash that comes after its name in their keys.
    const named = entries.map((entry) => ({ entry, key: folder + entry.name + (entry.isDirectory() ? '/' : '') }));
    for (const { entry, key } of named.sort((a, b) => (a.key < b.key ? -1 : 1))) {
      const path = join(this.location, folder, entry.name);
      const [, object, pid] = PART_FILE.exec(entry.name) ?? [];
      if (entry.isDirectory()) {
        if (wanted(key)) yield* this.#walk(key, wanted);
      } else if (object !== undefined) {
        if (wanted(folder + object)) yield { path, part: { key: folder + object, pid: Number(pid) } };
      } else if (entry.isFile() && wanted(key) && !entry.name.startsWith('.')) yield { path, key };
    }
  }

  /** Folders that the last of their objects has left, from the inside out. */
  async #removeEmpty(folder: string): Promise<void> {
    for (let at = folder; at.length > this.location.length; at = dirname(at)) {
      const removed = await rmdir(at).then(
        () => true,
        () => false,
      );
      if (!removed) return;
    }
  }

  #pathOf(key: string): string {
    checkKey(key);
    return join(this.location, key);
  }
}

interface FoundFile {
  readonly path: string;
  /** Of a whole object. */
  readonly key?: string;
  readonly part?: { readonly key: string; readonly pid: number };
}

/** The folder may be removed between the two, when the last other object in it is deleted. */
async function openNew(path: string): Promise<FileHandle> {
  for (let attempt = 0; ; attempt++) {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const file = await unlessMissing(open(path, 'wx', 0o600));
    if (file) return file;
    if (attempt === 5) throw new Error('the folder of an object keeps vanishing');
  }
}

/** Writes the beginning, now that the length is known, and waits until the disk has it all. */
async function seal(file: FileHandle, bytes: number, { beginning }: Pick<PutOptions, 'beginning'>): Promise<void> {
  try {
    if (beginning && bytes > 0) await file.write(beginning(bytes), 0, undefined, 0);
    await file.sync();
  } finally {
    await file.close();
  }
}

function isRunning(pid: number): boolean {
  // What this process is writing has been left out before: another one had its number.
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
