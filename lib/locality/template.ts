/**
 * A template → its leaves: every value that a deployment could act on, resolved to text, with the place it stands in.
 *
 * Left out, because nothing in them reaches a resource except through a function that is resolved where it is used:
 * Parameters, Mappings, Conditions, Rules, and metadata other than `AWS::CloudFormation::Init`.
 */
import { type About, atKey, below, inStatement } from './about.ts';
import { decode, withoutPercents } from './decode.ts';
import { flatten, intrinsicOf } from './flatten.ts';
import { inertness } from './inert.ts';
import { isObject, type JsonObject, own } from './json.ts';
import type { Leaf, Owner } from './leaf.ts';
import { type Scope, scopeOf, spend, withVariables } from './scope.ts';

/** The only metadata that anything acts on: cfn-init runs it. */
const INIT = 'AWS::CloudFormation::Init';

/** Every leaf of a template that is to be deployed in `home`. Throws `TemplateError` on what cannot be bounded. */
export function leavesOf(template: JsonObject, home: string): Leaf[] {
  const leaves: Leaf[] = [];
  const scope = scopeOf(template, home);
  const section = (name: string) => own(template, name);
  for (const [logicalId, resource, inner] of entriesOf(section('Resources'), scope))
    readResource(logicalId, resource, inner, leaves);
  for (const [logicalId, output, inner] of entriesOf(section('Outputs'), scope)) {
    const walk = new Walk({ logicalId: `Outputs.${logicalId}`, type: '' }, leaves);
    walk.visit(own(output, 'Value'), 'Value', inner, atKey('Value'));
    walk.visit(own(output, 'Export'), 'Export', inner, atKey('Export'));
  }
  for (const name of ['Transform', 'Hooks'])
    new Walk({ logicalId: name, type: '' }, leaves).visit(section(name), name, scope, atKey(name));
  return leaves;
}

function readResource(logicalId: string, resource: unknown, scope: Scope, leaves: Leaf[]): void {
  const type = String(own(resource, 'Type') ?? '');
  const metadata = own(resource, 'Metadata');
  const constructPath = own(metadata, 'aws:cdk:path');
  const walk = new Walk(
    {
      logicalId,
      type,
      constructPath: typeof constructPath === 'string' ? constructPath : undefined,
      nestedTemplate: nestedTemplateOf(type, resource),
    },
    leaves,
  );
  for (const [key, value] of Object.entries(isObject(resource) ? resource : {})) {
    if (key === 'Metadata') walk.visit(own(value, INIT), `${key}.${INIT}`, scope, atKey(INIT));
    else if (key !== 'Condition') walk.visit(value, key, scope, atKey(key));
  }
}

/** The CDK notes the file in metadata; the AWS CLI's `package` reads it from a TemplateURL that is a path. */
function nestedTemplateOf(type: string, resource: unknown): string | undefined {
  if (type !== 'AWS::CloudFormation::Stack') return undefined;
  const noted = own(own(resource, 'Metadata'), 'aws:asset:path');
  const url = own(own(resource, 'Properties'), 'TemplateURL');
  const file = noted ?? url;
  return typeof file === 'string' && !/^\w+:\/\//.test(file) ? file : undefined;
}

/** The entries of a section, with `Fn::ForEach` loops unrolled as far as names go: the loop variable keeps every value. */
function entriesOf(section: unknown, scope: Scope): (readonly [string, unknown, Scope])[] {
  const entries: (readonly [string, unknown, Scope])[] = [];
  for (const [key, value] of Object.entries(isObject(section) ? section : {}))
    if (key.startsWith('Fn::ForEach::') && Array.isArray(value))
      entries.push(...entriesOf(value[2], loopScope(value, scope)));
    else entries.push([key, value, scope]);
  return entries;
}

function loopScope([variable, collection]: readonly unknown[], scope: Scope): Scope {
  const items = Array.isArray(collection) ? collection : [collection];
  const values = items.flatMap((item) => flatten(item, scope, () => {})).flatMap((text) => text.split(','));
  return withVariables(scope, [[String(variable), values]]);
}

function nameIn(object: JsonObject): string | undefined {
  const name = own(object, 'Name') ?? own(object, 'Key');
  return typeof name === 'string' ? name : undefined;
}

/** Walks one resource or output and keeps what it finds. */
class Walk {
  readonly #owner: Owner;
  readonly #leaves: Leaf[];

  constructor(owner: Owner, leaves: Leaf[]) {
    this.#owner = owner;
    this.#leaves = leaves;
  }

  visit(node: unknown, path: string, scope: Scope, about: About): void {
    if (node === undefined || node === null) return;
    if (Array.isArray(node)) this.#list(node, path, scope, about);
    else if (isObject(node)) this.#mapping(node, path, scope, about);
    else this.#text(String(node), path, scope, about);
  }

  #mapping(node: JsonObject, path: string, scope: Scope, about: About): void {
    const name = intrinsicOf(node);
    if (name === 'Fn::If') {
      const branches = own(node, name);
      for (const branch of Array.isArray(branches) ? branches.slice(1) : []) this.visit(branch, path, scope, about);
    } else if (name === 'Fn::ToJsonString') this.visit(node[name], path, scope, about);
    else if (name !== undefined && name !== 'Condition') this.#call(node, path, scope, about);
    else this.#object(node, path, scope, about);
  }

  #list(list: readonly unknown[], path: string, scope: Scope, about: About): void {
    if (list.length === 0) this.#keep('[]', path, about);
    for (const [index, item] of list.entries())
      this.visit(item, `${path}[${index}]`, scope, about.key === 'Statement' ? inStatement(item, about) : about);
  }

  #object(object: JsonObject, path: string, scope: Scope, about: About): void {
    const outer = about.key === 'Statement' && about.statement === undefined ? inStatement(object, about) : about;
    const entries = entriesOf(object, scope);
    if (entries.length === 0) this.#keep('{}', path, about);
    for (const [key, value, innerScope] of entries) {
      const inner = below(outer, key, key === 'Value' ? nameIn(object) : undefined);
      const innerPath = `${path}.${key}`;
      // A property has a plain name; anything else is a key that somebody chose, and can name a place.
      if (!/^[A-Za-z0-9:]+$/.test(key)) this.#keep(key, innerPath, inner);
      this.visit(value, innerPath, innerScope, inner);
    }
  }

  #call(node: JsonObject, path: string, scope: Scope, about: About): void {
    const values = flatten(node, scope, (name, argument) =>
      this.visit(argument, name === '' ? path : `${path}.${name}`, scope, about),
    );
    for (const value of new Set(values)) this.#text(value, path, scope, about);
  }

  /** A string, or what it holds. */
  #text(text: string, path: string, scope: Scope, about: About): void {
    const inside = decode(text);
    if (!inside?.lossless) this.#keep(text, path, about);
    const plain = withoutPercents(text);
    if (plain !== text) this.#keep(plain, path, about);
    if (inside === undefined) return;
    for (const unpacked of [inside.value].flat()) if (typeof unpacked === 'string') spend(unpacked.length, scope);
    this.visit(inside.value, path, scope, { ...about, decoded: true });
  }

  #keep(value: string, path: string, { key, name, denied, decoded }: About): void {
    const inert = denied ? 'denied' : inertness(this.#owner.type, path, key, decoded);
    this.#leaves.push({ owner: this.#owner, path, key, value, name, inert });
  }
}
