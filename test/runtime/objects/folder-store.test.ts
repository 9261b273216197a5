/** What only a folder does: files, their modes, and what a killed process leaves behind. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ObjectsNotDeletedError, type PutOptions, type Unfinished } from '../../../runtime/objects/store.ts';
import { allOf, folderForTest } from '../../support/object-stores.ts';

const options: PutOptions = { contentType: 'audio/wav', onFailure: 'keep-what-came' };

let current: Awaited<ReturnType<typeof folderForTest>>;
beforeEach(async () => {
  current = await folderForTest();
});
afterEach(() => current.close());

async function* text(...chunks: string[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

const files = async () => (await readdir(current.folder, { recursive: true })).sort();

async function unfinished(quietForMs = 3_600_000): Promise<Unfinished[]> {
  return allOf(current.again().unfinished('', { quietForMs }));
}

/** A process that writes `hello` into an object and is killed while the object goes on. */
async function killedWriter(key: string): Promise<void> {
  const script = `
    import { openObjectStore } from './runtime/objects/open.ts';
    async function* body() {
      yield Buffer.from('....hello');
      setTimeout(() => process.stdout.write('written'), 50);
      await new Promise((resolve) => setTimeout(resolve, 60_000));
    }
    await openObjectStore(process.argv[1], { region: 'none' }).put('${key}', body(), { contentType: 'x', onFailure: 'discard' });
  `;
  const args = ['--import', 'tsx', '--input-type=module', '--eval', script, current.folder];
  const writer = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(writer.stdout, 'data');
  writer.kill('SIGKILL');
  await once(writer, 'exit');
}

describe('a folder of objects', () => {
  it('is for this user only', async () => {
    await current.store.put('a/b', text('hello'), options);
    const modeOf = async (path: string) => (await stat(join(current.folder, path))).mode & 0o777;
    expect([await modeOf('a'), await modeOf('a/b')]).toEqual([0o700, 0o600]);
  });

  it('keeps no folder that the last object has left', async () => {
    for (const key of ['a/b/1', 'a/b/2', 'a/c/1']) await current.store.put(key, text('x'), options);
    await current.store.delete(['a/b/1', 'a/b/2']);
    expect(await files()).toEqual(['a', 'a/c', 'a/c/1']);
    await current.store.delete(['a/c/1']);
    expect(await files()).toEqual([]);
    await current.store.put('a/b/1', text('x'), options);
    expect(await files()).toEqual(['a', 'a/b', 'a/b/1']);
  });

  it('has objects put into it while others are deleted beside them', async () => {
    const { store } = current;
    const keys = Array.from({ length: 200 }, (_, n) => `a/b/${n}`);
    await Promise.all(
      keys.map(async (key, n) => {
        await store.put(key, text('x'), options);
        if (n % 2) await store.delete([key]);
      }),
    );
    expect(await allOf(store.list(''))).toHaveLength(100);
  });

  it('lists objects, and no file that is something else', async () => {
    await current.store.put('a', text('x'), options);
    await writeFile(join(current.folder, '.DS_Store'), '');
    await mkdir(join(current.folder, 'empty'));
    await symlink('/etc/hostname', join(current.folder, 'link'));
    expect((await allOf(current.store.list(''))).map(({ key }) => key)).toEqual(['a']);
  });

  it('says which objects it did not delete', async () => {
    await mkdir(join(current.folder, 'a/b'), { recursive: true });
    await current.store.put('c', text('x'), options);
    const error = await current.store.delete(['a', 'c']).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(ObjectsNotDeletedError);
    expect(error.failed.map(({ key }: { key: string }) => key)).toEqual(['a']);
    expect(await current.store.exists('c')).toBe(false);
  });

  it('cannot be used where it cannot be', async () => {
    await writeFile(join(current.folder, 'a'), '');
    await expect(current.store.put('a/b', text('x'), options)).rejects.toThrow();
  });
});

describe('a disk that is full', () => {
  it.each(['discard', 'keep-what-came'])(
    'fails what is being written, and keeps what came only where it is told to (%s)',
    async (onFailure) => {
      const script = `
      import { openObjectStore } from './runtime/objects/open.ts';
      async function* body() { for (let n = 0; n < 10; n++) yield new Uint8Array(4_000); }
      const store = openObjectStore(process.argv[1], { region: 'none' });
      const stored = await store.put('one', body(), { contentType: 'x', onFailure: process.argv[2] }).catch(({ code }) => ({ code }));
      process.stdout.write(JSON.stringify({ ...stored, cut: stored.cut?.code }));
    `;
      // As near as a process of no privileges can come: no file may grow beyond 10 KiB, and it is told so by an error.
      const limited = `trap '' XFSZ; ulimit -f 10; exec "$0" --import tsx --input-type=module --eval "$1" "$2" "$3"`;
      const { stdout } = await promisify(execFile)('bash', [
        '-c',
        limited,
        process.execPath,
        script,
        current.folder,
        onFailure,
      ]);
      if (onFailure === 'discard') {
        expect(JSON.parse(stdout)).toEqual({ code: 'EFBIG' });
        expect(await files()).toEqual([]);
      } else {
        expect(JSON.parse(stdout)).toEqual({ bytes: 10_240, cut: 'EFBIG' });
        expect((await stat(join(current.folder, 'one'))).size).toBe(10_240);
      }
    },
  );
});

describe('a file that was being written', () => {
  it('by a process that was killed is found, and made whole', async () => {
    await killedWriter('calls/one');
    expect(await allOf(current.store.list(''))).toEqual([]);
    const [file, ...others] = await unfinished();
    expect(others).toEqual([]);
    expect(file).toMatchObject({ key: 'calls/one', bytes: 9 });
    expect(await file?.finish({ beginning: (bytes) => Buffer.from(`000${bytes}`) })).toEqual({ bytes: 9 });
    expect(await readFile(join(current.folder, 'calls/one'), 'utf8')).toBe('0009hello');
    expect(await files()).toEqual(['calls', 'calls/one']);
    expect(await file?.finish()).toBeUndefined();
  });

  it('by a process that was killed can be thrown away', async () => {
    await killedWriter('one');
    const [file] = await unfinished();
    await file?.discard();
    await file?.discard();
    expect(await files()).toEqual([]);
  });

  it('is left alone while its process lives, and found when nothing came for long', async () => {
    let found: Unfinished[] | undefined;
    async function* looking() {
      yield Buffer.from('hello');
      found = await allOf(current.store.unfinished('', { quietForMs: 0 }));
    }
    await current.store.put('mine', looking(), options);
    expect(found).toEqual([]);

    const another = join(current.folder, `.theirs.${process.ppid}-0123abcd.part`);
    await writeFile(another, 'hello');
    expect(await unfinished(60_000)).toEqual([]);
    await utimes(another, new Date(), new Date(Date.now() - 120_000));
    expect((await unfinished(60_000)).map(({ key }) => key)).toEqual(['theirs']);
  });

  it('leaves nothing when nothing had been written', async () => {
    await writeFile(join(current.folder, '.one.999999999-0123abcd.part'), '');
    const [file] = await unfinished();
    expect(await file?.finish()).toBeUndefined();
    expect(await files()).toEqual([]);
  });
});
