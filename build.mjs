/**
 * Bundles the runtime into one file that needs nothing but Node: dist/voicecell.mjs. What it would read from folders
 * beside it (WASM, migrations, the browser phone) is put into it. Another file can be named: node build.mjs FILE
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { register } from 'tsx/esm/api';

/** Optional accelerators that their packages ask for and do without. */
const ABSENT = ['pg-native', 'bufferutil', 'utf-8-validate'];

/** Packages written for CommonJS expect these names; an ES module has none of them. */
const COMMONJS_NAMES = `
import { createRequire as createRequireOfBundle } from 'node:module';
import { dirname as dirnameOfBundle } from 'node:path';
import { fileURLToPath as pathOfBundle } from 'node:url';
const require = createRequireOfBundle(import.meta.url);
const __filename = pathOfBundle(import.meta.url);
const __dirname = dirnameOfBundle(__filename);
`;

/** The names under which the sources look for their files, and the files. */
async function embeddedFiles() {
  const unregister = register();
  const { readMigrationFiles } = await import('./runtime/data/migration-files.ts');
  const { readWebFiles } = await import('./runtime/channels/browser/page.ts');
  const fvad = createRequire(import.meta.url).resolve('@echogarden/fvad-wasm/fvad.wasm');
  const files = {
    FVAD_WASM_BASE64: await readFile(fvad, 'base64'),
    VOICECELL_MIGRATIONS: await readMigrationFiles(),
    VOICECELL_WEB: await readWebFiles(),
  };
  await unregister();
  return Object.fromEntries(Object.entries(files).map(([name, value]) => [name, JSON.stringify(value)]));
}

const outfile = resolve(process.argv[2] ?? fileURLToPath(new URL('./dist/voicecell.mjs', import.meta.url)));
const startedAt = performance.now();
await build({
  entryPoints: [fileURLToPath(new URL('./runtime/main.ts', import.meta.url))],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  banner: { js: COMMONJS_NAMES },
  define: await embeddedFiles(),
  external: ABSENT,
  // Names stay: the log says where an error came from.
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'linked',
  logLevel: 'warning',
});
const tookMs = Math.round(performance.now() - startedAt);
const text = await readFile(outfile);
const mebibytes = (/** @type {Uint8Array} */ { length }) => `${(length / 1_048_576).toFixed(1)} MiB`;
console.log(`${outfile}: ${mebibytes(text)}, ${mebibytes(gzipSync(text))} compressed, in ${tookMs} ms`);
