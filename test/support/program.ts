/** Programs for processes of their own, each in one file: loading the sources one by one takes a test twice as long. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const programs = new Map<string, Promise<string>>();

/**
 * The file that Node is to run instead of a source.
 * @param source from the top of the repository: `runtime/main.ts`. What it reads from beside itself is not there.
 */
export function programOf(source: string): Promise<string> {
  const made = programs.get(source) ?? make(source);
  programs.set(source, made);
  return made;
}

async function make(source: string): Promise<string> {
  // Where its packages are found; a file a process of the tests, since several may be at it.
  const name = `${source.replaceAll(/\W/g, '-')}-${process.pid}.mjs`;
  const outfile = join(ROOT, 'node_modules/.cache/voicecell/programs', name);
  await build({
    absWorkingDir: ROOT,
    entryPoints: [source],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
  });
  return outfile;
}
