/** The migrations as texts, wherever the process runs from. */
import { readdir, readFile } from 'node:fs/promises';

/** `0001_conversations.sql` → its text. */
export type MigrationFiles = Readonly<Record<string, string>>;

/**
 * A bundle is one file with no folder beside it, and nothing it could write to: the build puts the texts themselves in
 * the place of this name (esbuild's `define`). Anywhere else it does not exist.
 */
declare const VOICECELL_MIGRATIONS: MigrationFiles | undefined;

export async function migrationFiles(): Promise<MigrationFiles> {
  return typeof VOICECELL_MIGRATIONS === 'undefined' ? readMigrationFiles() : VOICECELL_MIGRATIONS;
}

/** From the source tree; the build calls it too. */
export async function readMigrationFiles(): Promise<MigrationFiles> {
  const folder = new URL('./migrations/', import.meta.url);
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(new URL(name, folder), 'utf8')] as const)),
  );
}
