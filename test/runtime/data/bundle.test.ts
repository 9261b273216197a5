/** In the cloud the runtime is one file in an empty folder that cannot be written to: the migrations must be inside it. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { expect, onTestFinished, test } from 'vitest';
import { readMigrationFiles } from '../../../runtime/data/migration-files.ts';
import { startEmbeddedPostgres } from '../../../runtime/local/postgres.ts';

test('a bundle carries its migrations', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'voicecell-bundle-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const postgres = await startEmbeddedPostgres();
  onTestFinished(() => postgres.close());
  await build({
    stdin: {
      contents: `
        import { migrate } from './runtime/data/migrate.ts';
        console.log(JSON.stringify(await migrate({ url: process.env.DATABASE, applicationName: 'bundle' })));
      `,
      resolveDir: join(import.meta.dirname, '../../..'),
      loader: 'ts',
    },
    outfile: join(folder, 'bundle.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    define: { VOICECELL_MIGRATIONS: JSON.stringify(await readMigrationFiles()) },
    // What was written for CommonJS finds Node's own modules with `require`.
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
    external: ['pg-native'],
  });
  const { stdout } = await promisify(execFile)(process.execPath, ['bundle.mjs'], {
    cwd: folder,
    env: { DATABASE: postgres.url },
  });
  expect(JSON.parse(stdout)).toEqual(Object.keys(await readMigrationFiles()).map((name) => name.replace('.sql', '')));
  expect(await readdir(folder)).toEqual(['bundle.mjs']);
});
