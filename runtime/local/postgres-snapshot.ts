/**
 * Making an empty database takes 2 s, loading a picture of one 0.4 s. The picture is taken the first time and kept where
 * tools keep what they can make again, `node_modules/.cache`. Without that folder, or with a damaged picture in it,
 * everything works as the first time.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';

/** Log segments of 1 MiB instead of 16: less to make, to keep and to load. */
const SMALL_WAL = ['--wal-segsize=1'];

/** Opens the database in `dataDir`, and makes it if there is none; without a folder it lives in memory. */
export async function openPglite(dataDir: string | undefined, picturePath: string): Promise<PGlite> {
  if (dataDir !== undefined && !(await isEmpty(dataDir))) return PGlite.create({ dataDir });
  const picture = await readFile(picturePath).catch(() => undefined);
  if (picture) {
    try {
      return await PGlite.create({ dataDir, loadDataDir: new Blob([new Uint8Array(picture)]) });
    } catch {
      await rm(picturePath, { force: true });
      // Half of a picture may have arrived there, and nothing else.
      if (dataDir !== undefined) await rm(dataDir, { recursive: true, force: true });
    }
  }
  const database = await PGlite.create({ dataDir, initDbStartParams: SMALL_WAL });
  await keep(await database.dumpDataDir('none'), picturePath).catch(() => {});
  return database;
}

async function isEmpty(folder: string): Promise<boolean> {
  const entries = await readdir(folder).catch(() => []);
  return entries.length === 0;
}

/** One picture a version of PGlite: another version may lay out its files differently. */
export async function defaultPicturePath(): Promise<string> {
  const packageFolder = join(dirname(createRequire(import.meta.url).resolve('@electric-sql/pglite')), '..');
  const { version } = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8')) as { version: string };
  return join(packageFolder, '../../.cache/voicecell', `pglite-${version}.tar`);
}

/** Two processes may take the picture at once: each writes its own file and gives it the name in one step. */
async function keep(picture: Blob, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const unfinished = `${path}.${randomUUID()}`;
  try {
    await writeFile(unfinished, Buffer.from(await picture.arrayBuffer()));
    await rename(unfinished, path);
  } finally {
    await rm(unfinished, { force: true });
  }
}
