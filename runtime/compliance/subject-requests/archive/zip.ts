/**
 * Files → one ZIP archive, made while it is read: nothing is whole in memory but the list of names. ZIP because every
 * system opens it with a double click and an entry's length need not be known before its bytes; `yazl` because it is
 * small, streams, and goes beyond 4 GiB.
 */
import { Readable } from 'node:stream';
import { ZipFile } from 'yazl';

export interface ArchiveFile {
  readonly name: string;
  /** Not yet begun: read when its turn has come. */
  readonly body: AsyncIterable<string | Uint8Array>;
  /** Audio hardly gets smaller. @default true */
  readonly compress?: boolean;
}

/** Files one after the other. The same files at the same time make the same bytes. @param at of every file in it */
export async function* zip(files: AsyncIterable<ArchiveFile>, at: Date): AsyncGenerator<Uint8Array> {
  const archive = new ZipFile();
  const output = archive.outputStream as Readable;
  const filling = fill(archive, files, at, output).catch((error: Error) => {
    output.destroy(error);
  });
  try {
    yield* output as AsyncIterable<Uint8Array>;
  } finally {
    output.destroy();
    await filling;
  }
}

async function fill(archive: ZipFile, files: AsyncIterable<ArchiveFile>, at: Date, output: Readable): Promise<void> {
  const mtime = utcAsLocal(at);
  for await (const { name, body, compress = true } of files) {
    await new Promise<void>((resolve, reject) => {
      // The stream is made in the callback: the archive remembers every callback, and no more than that.
      archive.addReadStreamLazy(name, { mtime, mode: 0o100600, compress, forceDosTimestamp: true }, (give) => {
        const stream = Readable.from(bytesOf(body), { objectMode: false });
        const abandon = () => stream.destroy();
        output.once('close', abandon);
        stream.once('error', reject);
        // Read to its end, or abandoned by whoever reads the archive.
        stream.once('close', () => {
          output.off('close', abandon);
          resolve();
        });
        give(null, stream);
      });
    });
    if (output.destroyed) return;
  }
  archive.end();
}

async function* bytesOf(body: AsyncIterable<string | Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}

/** A ZIP archive's times have no zone, and are taken from the machine's: whatever that is, they shall say UTC. */
function utcAsLocal(at: Date): Date {
  return new Date(at.getTime() + at.getTimezoneOffset() * 60_000);
}
