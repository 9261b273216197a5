/** Whatever a person points at: a template, or a directory that `cdk synth` wrote. */
import { statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { TemplateError } from './bounds.ts';
import type { Inspection } from './check.ts';
import { type AssemblyStack, inspectStack, stacksOf, withoutRegion } from './cloud-assembly.ts';
import type { Exemptions } from './exemptions.ts';
import { inspectFile } from './files.ts';
import { homeOf } from './home.ts';

export interface ExamineOptions {
  /** The home of a template that does not say so itself; of a directory, only the stacks of this region. */
  readonly region?: string;
  /** The hosts outside AWS that may be named in a region. */
  readonly hostsOf: (region: string) => readonly string[];
  readonly exempted: Exemptions;
}

/** Throws {@link TemplateError} on what cannot be read, or has no home. */
export function examine(path: string, options: ExamineOptions): Inspection[] {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined)
    throw new TemplateError(`${path}: no such file, expected a template or a directory that cdk synth wrote`);
  if (found.isDirectory()) return examineAssembly(path, options);
  const { region, hostsOf, exempted } = options;
  if (region !== undefined)
    return inspectFile(path, homeOf(region, { hosts: hostsOf(region), readsNested: true }), exempted);
  const stack = stackBeside(path);
  if (stack === undefined)
    throw new TemplateError(`${path}: nothing says which region this template belongs to; name it with --region`);
  return examineStack(stack, options);
}

function examineAssembly(directory: string, options: ExamineOptions): Inspection[] {
  const stacks = stacksOf(directory);
  const chosen = stacks.filter(
    ({ region }) => options.region === undefined || (region ?? options.region) === options.region,
  );
  if (chosen.length === 0) {
    const regions = [...new Set(stacks.map(({ region }) => region))].join(', ');
    throw new TemplateError(
      `${directory}: found ${stacks.length === 0 ? 'no stack' : `stacks of ${regions} only`}, expected one${options.region ? ` of ${options.region}` : ''}`,
    );
  }
  return chosen.flatMap((stack) => examineStack(stack, options));
}

function examineStack(stack: AssemblyStack, { region: chosen, hostsOf, exempted }: ExamineOptions): Inspection[] {
  const region = stack.region ?? chosen;
  if (region === undefined)
    return [{ ...NOTHING, templatePath: stack.templateFile, region: 'no region', findings: [withoutRegion(stack)] }];
  return inspectStack(stack, homeOf(region, { hosts: hostsOf(region), readsNested: true }), exempted);
}

const NOTHING = { resources: 0, values: 0, opaque: 0, nested: [] };

/** The stack whose template this is, if the CDK's manifest lies beside it. */
function stackBeside(file: string): AssemblyStack | undefined {
  const directory = dirname(file);
  if (!statSync(join(directory, 'manifest.json'), { throwIfNoEntry: false })?.isFile()) return undefined;
  return stacksOf(directory).find(({ templateFile }) => resolve(templateFile) === resolve(file));
}
