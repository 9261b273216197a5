/** Templates in files: the one that was named, and the nested ones beside it. */
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { TemplateError } from './bounds.ts';
import { type Inspection, inspect, type NestedStack } from './check.ts';
import type { Exemptions } from './exemptions.ts';
import type { Finding } from './finding.ts';
import type { Home } from './home.ts';

/** Nothing that describes a deployment is larger; CloudFormation takes 1 MB, a cloud assembly's manifest a few. */
const MAX_FILE_BYTES = 16_000_000;

/** The text of a file. Throws {@link TemplateError} on what is no file, or far too large; never waits on a pipe. */
export function readText(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) throw new TemplateError('no such file');
  if (!found.isFile()) throw new TemplateError('this is not a file, expected a template');
  if (found.size > MAX_FILE_BYTES)
    throw new TemplateError(`the file has ${found.size} bytes, expected at most ${MAX_FILE_BYTES}`);
  return readFileSync(file, 'utf8');
}

/**
 * Checks a template and, below it, the templates of its nested stacks. Files are named as `file` is. A file outside the
 * template's directory is not read: a template may come from a stranger. `assets`: hash → file. Throws {@link TemplateError}, with the file's name.
 */
export function inspectFile(
  file: string,
  home: Home,
  exempted: Exemptions,
  assets: ReadonlyMap<string, string> = new Map(),
): Inspection[] {
  const root = realpathSync(dirname(file));
  const seen = new Set<string>();
  const visit = (path: string): Inspection[] => {
    if (seen.has(path)) return [];
    seen.add(path);
    const inspection = named(path, () => inspect(readText(path), home, path, exempted));
    const found = inspection.nested.map((stack) => ({ stack, file: nestedFile(stack, path, root, assets) }));
    const unseen = found.flatMap(({ stack, file: nested }) => (nested === undefined ? [unread(stack, path)] : []));
    return [
      { ...inspection, findings: [...inspection.findings, ...unseen] },
      ...found.flatMap(({ file: nested }) => (nested === undefined ? [] : visit(nested))),
    ];
  };
  return visit(file);
}

/** The file of a nested stack, if something says which it is, and it is there, below `root`. */
function nestedFile(
  { owner, templateUrl }: NestedStack,
  template: string,
  root: string,
  assets: ReadonlyMap<string, string>,
): string | undefined {
  const hash = /\/([0-9a-f]{64})\.json$/.exec(templateUrl)?.[1];
  const named = owner.nestedTemplate ?? assets.get(hash ?? '');
  const path = resolve(dirname(template), named ?? '');
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found?.isFile() || !realpathSync(path).startsWith(root + sep)) return undefined;
  return join(dirname(template), relative(dirname(template), path));
}

function unread({ owner, templateUrl }: NestedStack, templatePath: string): Finding {
  return {
    rule: 'unseen-template',
    templatePath,
    logicalId: owner.logicalId,
    constructPath: owner.constructPath,
    property: 'Properties.TemplateURL',
    value: owner.nestedTemplate ?? templateUrl,
    problem: 'is a nested template that is not beside this one, so it was not read',
    fix: 'put its file beside the template, and check again',
  };
}

/**
 * A file (or directory) that another file names, below the directory of that file. Throws {@link TemplateError} on a name
 * that leads anywhere else: a template, or a whole assembly, may come from a stranger.
 */
export function below(directory: string, name: unknown): string {
  const path = join(directory, String(name));
  if (!resolve(path).startsWith(resolve(directory) + sep))
    throw new TemplateError(`${directory}: found a reference to ${JSON.stringify(name)}, expected a path inside it`);
  return path;
}

/** Puts the name of the file before what is wrong with it. */
function named<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof TemplateError ? new TemplateError(`${file}: ${error.message}`) : error;
  }
}
