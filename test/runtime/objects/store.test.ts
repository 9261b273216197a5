/** What every object store does, on each kind there is: S3 over the wire, with the SDK as it is used. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ObjectKeyError } from '../../../runtime/objects/keys.ts';
import { type ObjectStore, PART_BYTES, type PutOptions } from '../../../runtime/objects/store.ts';
import { allOf, describeStores } from '../../support/object-stores.ts';

const options: PutOptions = { contentType: 'audio/wav', onFailure: 'discard' };
const keeping: PutOptions = { ...options, onFailure: 'keep-what-came' };
const MIB = 1024 * 1024;

async function* bodyOf(...chunks: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}

/** `bytes` long, every chunk different, then broken off. */
async function* broken(bytes: number): AsyncGenerator<Uint8Array> {
  yield* numbered(bytes);
  throw new Error('the source broke');
}

async function* numbered(bytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes; at += 64_000) yield Buffer.alloc(Math.min(64_000, bytes - at), at / 64_000);
}

async function bytesOf(body: AsyncIterable<Uint8Array> | undefined): Promise<Buffer> {
  return Buffer.concat(body ? await allOf(body) : []);
}

async function textAt(store: ObjectStore, key: string): Promise<string | undefined> {
  const body = await store.get(key);
  return body && String(await bytesOf(body));
}

async function keysOf(store: ObjectStore, prefix = ''): Promise<string[]> {
  return (await allOf(store.list(prefix))).map(({ key }) => key);
}

async function unfinishedIn(store: ObjectStore, prefix = ''): Promise<string[]> {
  return (await allOf(store.unfinished(prefix, { quietForMs: 0 }))).map(({ key }) => key);
}

describeStores('an object store', (current) => {
  it('gives back what was put into it', async () => {
    const { store, again } = current();
    expect(await store.put('a/b.txt', bodyOf('hello, ', 'world'), options)).toEqual({ bytes: 12 });
    expect(await textAt(again(), 'a/b.txt')).toBe('hello, world');
    expect(await store.exists('a/b.txt')).toBe(true);
  });

  it('has nothing where nothing was put', async () => {
    const { store } = current();
    expect(await store.get('a/b.txt')).toBeUndefined();
    expect(await store.exists('a/b.txt')).toBe(false);
    await store.put('a/b.txt', bodyOf('hello'), options);
    expect(await store.exists('a')).toBe(false);
    expect(await store.exists('a/b.txt/c')).toBe(false);
    expect(await keysOf(store, 'b')).toEqual([]);
  });

  it('replaces an object that is there', async () => {
    const { store } = current();
    await store.put('a', bodyOf('first'), options);
    await store.put('a', bodyOf('2nd'), options);
    expect(await textAt(store, 'a')).toBe('2nd');
    expect(await keysOf(store)).toEqual(['a']);
  });

  it('takes an empty object', async () => {
    const { store } = current();
    expect(await store.put('empty', bodyOf(), options)).toEqual({ bytes: 0 });
    expect(await textAt(store, 'empty')).toBe('');
  });

  it.each([PART_BYTES - 1, PART_BYTES, PART_BYTES + 1, 2 * PART_BYTES + 123])('takes %i bytes', async (bytes) => {
    const { store } = current();
    expect(await store.put('large', numbered(bytes), options)).toEqual({ bytes });
    expect((await bytesOf(await store.get('large'))).equals(await bytesOf(numbered(bytes)))).toBe(true);
  });

  it('can be left in the middle of an object', async () => {
    const { store } = current();
    await store.put('large', numbered(8 * MIB), options);
    for await (const chunk of (await store.get('large'))!) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    expect(await store.exists('large')).toBe(true);
  });

  it.each([1_000, 7 * MIB])('discards what came when its body breaks after %i bytes', async (bytes) => {
    const { store } = current();
    await expect(store.put('a', broken(bytes), options)).rejects.toThrow('the source broke');
    expect(await keysOf(store)).toEqual([]);
    expect(await unfinishedIn(store)).toEqual([]);
  });

  it.each([1_000, 7 * MIB])(
    'keeps what came when its body breaks after %i bytes, where it is told to',
    async (bytes) => {
      const { store } = current();
      const stored = await store.put('a', broken(bytes), keeping);
      expect(stored).toEqual({ bytes, cut: new Error('the source broke') });
      expect((await bytesOf(await store.get('a'))).equals(await bytesOf(numbered(bytes)))).toBe(true);
      expect(await unfinishedIn(store)).toEqual([]);
    },
  );

  it('leaves the object that is there alone when the new one breaks', async () => {
    const { store } = current();
    await store.put('a', bodyOf('whole'), options);
    await expect(store.put('a', broken(6 * MIB), options)).rejects.toThrow();
    expect(await textAt(store, 'a')).toBe('whole');
  });

  it.each(['discard', 'keep-what-came'] as const)(
    'keeps nothing when aborted (%s), however long its body waits',
    async (onFailure) => {
      const { store } = current();
      const aborting = new AbortController();
      async function* stalled() {
        yield* numbered(6 * MIB);
        setImmediate(() => aborting.abort(new Error('withdrawn')));
        await new Promise(() => {});
      }
      const put = store.put('a', stalled(), { ...options, onFailure, signal: aborting.signal });
      await expect(put).rejects.toThrow('withdrawn');
      expect(await keysOf(store)).toEqual([]);
      expect(await unfinishedIn(store)).toEqual([]);
    },
  );

  it('writes the beginning last, when the length is known', async () => {
    const { store } = current();
    const beginning = (bytes: number) => Buffer.from(String(bytes).padStart(4, '0'));
    await store.put('a', bodyOf('....', 'hello'), { ...options, beginning });
    expect(await textAt(store, 'a')).toBe('0009hello');
    await store.put(
      'b',
      (async function* () {
        yield Buffer.from('....he');
        throw new Error('the source broke');
      })(),
      { ...keeping, beginning },
    );
    expect(await textAt(store, 'b')).toBe('0006he');
  });

  it('lists what begins with a prefix, in order, with sizes and times', async () => {
    const { store } = current();
    const keys = ['a-b/1', 'a/2', 'a/10', 'a/b/c', 'a0', 'ab', 'b/a/1'];
    for (const key of keys) await store.put(key, bodyOf(key), options);
    expect(await keysOf(store)).toEqual([...keys].sort());
    expect(await keysOf(store, 'a/')).toEqual(['a/10', 'a/2', 'a/b/c']);
    expect(await keysOf(store, 'a/b')).toEqual(['a/b/c']);
    expect(await keysOf(store, 'a')).toEqual([...keys].sort().slice(0, -1));
    expect(await keysOf(store, 'b/a/1')).toEqual(['b/a/1']);
    expect(await keysOf(store, 'c')).toEqual([]);
    for await (const { key, bytes, modifiedAt } of store.list('')) {
      expect(bytes).toBe(key.length);
      expect(Math.abs(Date.now() - modifiedAt.getTime())).toBeLessThan(60_000);
    }
  });

  it('does not show an object before it is whole', async () => {
    const { store, again } = current();
    let seen: string[] | undefined;
    async function* looking() {
      yield* numbered(6 * MIB);
      seen = await keysOf(again());
    }
    await store.put('a', looking(), options);
    expect(seen).toEqual([]);
    expect(await keysOf(store)).toEqual(['a']);
  });

  it('deletes objects, also those that are gone already', async () => {
    const { store } = current();
    for (const key of ['a/1', 'a/2', 'b']) await store.put(key, bodyOf(key), options);
    await store.delete(['a/1', 'never/there', 'b']);
    await store.delete(['a/1']);
    expect(await keysOf(store)).toEqual(['a/2']);
  });

  it('deletes whatever a list goes through, thousands at a time', async () => {
    const { store } = current();
    const count = 2_345;
    for (let n = 0; n < count; n++) await store.put(`all/${n}`, bodyOf('x'), options);
    await store.put('other', bodyOf('x'), options);
    async function* all() {
      for await (const { key } of store.list('all/')) yield key;
    }
    await store.delete(all());
    expect(await keysOf(store)).toEqual(['other']);
  });

  it('tells whether it can be used', async () => {
    await expect(current().store.check(AbortSignal.timeout(5_000))).resolves.not.toThrow();
  });

  it.each([
    '',
    '/',
    '/etc/passwd',
    '..',
    '../a',
    'a/../b',
    'a/..',
    'a//b',
    'a/',
    './a',
    'a/.',
    '.hidden',
    'a/.b',
    'a\\b',
    'a b',
    'a\0b',
    'ä',
    'a%2e%2e',
    '~',
    'a?b',
    'C:',
    '-rf',
    'x'.repeat(201),
    'x/'.repeat(500),
  ])('refuses the key %j, whatever is to be done with it', async (key) => {
    const { store } = current();
    const attempts = [
      () => store.put(key, bodyOf('x'), options),
      () => store.get(key),
      () => store.exists(key),
      () => store.delete([key]),
    ];
    for (const attempt of attempts) await expect(attempt()).rejects.toThrow(ObjectKeyError);
    expect(await keysOf(store)).toEqual([]);
  });

  it.each(['..', '/', '../', 'a/../'])('refuses to list under %j', async (prefix) => {
    await expect(keysOf(current().store, prefix)).rejects.toThrow(ObjectKeyError);
    await expect(unfinishedIn(current().store, prefix)).rejects.toThrow(ObjectKeyError);
  });

  it('keeps any two keys apart', async () => {
    const { store } = current();
    const segment = fc.stringMatching(/^[a-z0-9][a-z0-9._=-]{0,6}$/);
    const key = fc.array(segment, { minLength: 1, maxLength: 3 }).map((segments) => `k-${segments.join('/k-')}`);
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(key, { minLength: 1, maxLength: 5 }), async (keys) => {
        // A name cannot be a file and a folder, on a disk.
        const sound = keys.filter((each) => !keys.some((other) => other.startsWith(`${each}/`)));
        for (const each of sound) await store.put(each, bodyOf(each), options);
        expect(await keysOf(store)).toEqual([...sound].sort());
        for (const each of sound) expect(await textAt(store, each)).toBe(each);
        await store.delete(sound);
        expect(await keysOf(store)).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });
});
