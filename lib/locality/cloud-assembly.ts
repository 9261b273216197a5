/** A cloud assembly (`cdk.out`): its manifest, and for every stack its templates and the assets published before it. */
import { join } from 'node:path';
import { TemplateError } from './bounds.ts';
import { type Inspection, inspect } from './check.ts';
import type { Exemptions } from './exemptions.ts';
import { below, inspectFile, readText } from './files.ts';
import type { Finding } from './finding.ts';
import type { Home } from './home.ts';
import { isObject, own } from './json.ts';
import { ASSET, STACK } from './rules/assembly.ts';

export interface AssemblyStack {
  /** The stack's id: `VoiceCell-…`. */
  readonly id: string;
  readonly directory: string;
  readonly templateFile: string;
  /** `aws://111122223333/…`; the CDK writes `unknown-region` for a stack that may go anywhere. */
  readonly environment: string;
  /** Undefined when the stack may go anywhere. */
  readonly region: string | undefined;
  readonly assetFiles: readonly string[];
  /** The rest of the manifest's entry, and what synthesis would have asked an account. */
  readonly entry: object;
}

/** The stacks of an assembly, those of its stages included. Throws {@link TemplateError} when it is none. */
export function stacksOf(directory: string): AssemblyStack[] {
  const manifest = readJson(join(directory, 'manifest.json'));
  const missing = own(manifest, 'missing');
  const artifacts = Object.entries(asObject(own(manifest, 'artifacts')));
  const fileOf = (id: unknown) => {
    const artifact = artifacts.find(([name]) => name === id)?.[1];
    const file = own(own(artifact, 'properties'), 'file');
    return own(artifact, 'type') === 'cdk:asset-manifest' && typeof file === 'string' ? [below(directory, file)] : [];
  };
  return artifacts.flatMap(([id, artifact]): AssemblyStack[] => {
    const properties = asObject(own(artifact, 'properties'));
    if (own(artifact, 'type') === 'cdk:cloud-assembly') return stacksOf(below(directory, properties.directoryName));
    if (own(artifact, 'type') !== 'aws:cloudformation:stack') return [];
    const environment = String(own(artifact, 'environment'));
    const region = environment.split('/').at(-1);
    const dependencies = own(artifact, 'dependencies');
    return [
      {
        id,
        directory,
        templateFile: below(directory, properties.templateFile),
        environment,
        region: region === 'unknown-region' ? undefined : region,
        assetFiles: (Array.isArray(dependencies) ? dependencies : []).flatMap(fileOf),
        entry: { ...properties, missing },
      },
    ];
  });
}

/** Checks a stack: its entry in the manifest, its templates, and where its assets go. */
export function inspectStack(stack: AssemblyStack, home: Home, exempted: Exemptions): Inspection[] {
  const manifestPath = join(stack.directory, 'manifest.json');
  const entry = {
    Resources: { [stack.id]: { ...asSubstitutions(stack.entry), Type: STACK, environment: stack.environment } },
  };
  return [
    inspect(entry, home, manifestPath, exempted),
    ...inspectFile(stack.templateFile, home, exempted, new Map(stack.assetFiles.flatMap(sourcesOf))),
    ...stack.assetFiles.map((file) => inspect(destinationsOf(file), home, file, exempted)),
  ];
}

/** The finding about a stack that could be deployed anywhere, so that nothing can be proved of it. */
export function withoutRegion({ id, directory, environment }: AssemblyStack): Finding {
  return {
    rule: 'assembly',
    templatePath: join(directory, 'manifest.json'),
    logicalId: id,
    property: 'environment',
    value: environment,
    problem: 'is a stack without a region: it could be deployed anywhere',
    fix: 'give the stack env: { region }, as a cell does',
  };
}

/** The assets of a manifest as resources, each with its destinations. */
function destinationsOf(file: string): object {
  const resources = assetsIn(file).map(([hash, asset]) => {
    const name = own(asset, 'displayName');
    const destinations = asSubstitutions(own(asset, 'destinations'));
    return [
      `${hash.slice(0, 12)}${typeof name === 'string' ? ` ${name}` : ''}`,
      { Type: ASSET, destinations },
    ] as const;
  });
  return { Resources: Object.fromEntries(resources) };
}

/** Hash → the file that is published under it. */
function sourcesOf(file: string): [string, string][] {
  return assetsIn(file).flatMap(([hash, asset]): [string, string][] => {
    const path = own(own(asset, 'source'), 'path');
    return typeof path === 'string' ? [[hash, path]] : [];
  });
}

function assetsIn(file: string): [string, unknown][] {
  const manifest = readJson(file);
  return ['files', 'dockerImages'].flatMap((kind) => Object.entries(asObject(own(manifest, kind))));
}

/** The manifests write `${AWS::Region}` without a function around it; the CLI fills it in. */
function asSubstitutions(node: unknown): object {
  const convert = (value: unknown): unknown => {
    if (typeof value === 'string') return value.includes('${AWS::') ? { 'Fn::Sub': value } : value;
    if (Array.isArray(value)) return value.map(convert);
    return isObject(value) ? Object.fromEntries(Object.entries(value).map(([key, of]) => [key, convert(of)])) : value;
  };
  return asObject(convert(node));
}

function readJson(file: string): unknown {
  const expected = 'expected a part of a cloud assembly, as cdk synth writes it';
  try {
    return JSON.parse(readText(file));
  } catch (error) {
    // What JSON.parse says quotes the text, which is not for everybody's log.
    const problem = error instanceof TemplateError ? error.message : 'this is not JSON';
    throw new TemplateError(`${file}: ${problem}; ${expected}`);
  }
}

const asObject = (value: unknown) => (isObject(value) ? value : {});
