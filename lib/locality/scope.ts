/** What the names in a template stand for: pseudo parameters, parameters, mappings, loop variables, resources. */
import { partitionOf } from '../../regions/naming.ts';
import { TemplateError } from './bounds.ts';
import { isObject, type JsonObject, own } from './json.ts';

/**
 * A part of a value that only the deployment knows, e.g. `⟨Queue.Arn⟩`. Never dropped: what it hides is a question to
 * the rules. No colon, dot of a host name or dash can come out of it, so it cannot look like part of something else.
 */
export function marker(name: string): string {
  return `⟨${name.replace(/[^A-Za-z0-9.]+/g, '.')}⟩`;
}

export const MARKER = /⟨[^⟩]*⟩/;

export interface Scope {
  readonly home: string;
  readonly template: JsonObject;
  /** What a loop or a `Fn::Sub` map calls something, with every value it can have. */
  readonly variables: ReadonlyMap<string, readonly string[]>;
  /** Characters that may still be produced; a template can describe a text far longer than itself. */
  readonly budget: { characters: number };
}

export function scopeOf(template: JsonObject, home: string): Scope {
  return { home, template, variables: new Map(), budget: { characters: 20_000_000 } };
}

export function withVariables(scope: Scope, variables: Iterable<readonly [string, readonly string[]]>): Scope {
  return { ...scope, variables: new Map([...scope.variables, ...variables]) };
}

/** Every value a `Ref` can have; empty for `AWS::NoValue`, which removes what it is the value of. */
export function valuesOfRef(name: string, scope: Scope): readonly string[] {
  const variable = scope.variables.get(name);
  if (variable !== undefined) return variable;
  if (name === 'AWS::NoValue') return [];
  if (name === 'AWS::Region') return [scope.home];
  if (name === 'AWS::Partition') return [partitionOf(scope.home).name];
  if (name === 'AWS::URLSuffix') return [partitionOf(scope.home).dnsSuffix];
  const parameter = own(own(scope.template, 'Parameters'), name);
  return isObject(parameter) ? valuesOfParameter(name, parameter) : [marker(name)];
}

/** A parameter that may only be one of a list is one of the list; any other may be its default, or anything. */
function valuesOfParameter(name: string, parameter: JsonObject): string[] {
  const allowed = own(parameter, 'AllowedValues');
  if (Array.isArray(allowed) && allowed.length > 0) return allowed.map(String);
  const preset = own(parameter, 'Default');
  return preset === undefined ? [marker(name)] : [String(preset), marker(name)];
}

/** The rows (or cells) of a mapping that a key may pick: all of them if the key is known only to the deployment. */
export function pick(table: unknown, keys: readonly string[]): unknown[] {
  if (!isObject(table)) return [];
  return keys.some((key) => MARKER.test(key)) ? Object.values(table) : keys.map((key) => own(table, key));
}

/**
 * `Fn::Split`. The ARN of a resource of this template (its `Arn`, or its `Ref`) has the home region in the fourth place,
 * though nobody can know the rest of it yet.
 */
export function splitText(text: string, delimiter: string, scope: Scope): readonly string[] {
  const logicalId = /^⟨([A-Za-z0-9]+)(?:\.\w*Arn)?⟩$/.exec(text)?.[1];
  const type = logicalId && own(own(own(scope.template, 'Resources'), logicalId), 'Type');
  if (delimiter !== ':' || typeof type !== 'string' || !type.startsWith('AWS::')) return text.split(delimiter);
  const unknown = (part: string) => marker(`${logicalId}.${part}`);
  return ['arn', partitionOf(scope.home).name, unknown('service'), scope.home, unknown('account'), unknown('name')];
}

/** Takes characters from the budget. Throws {@link TemplateError} when a template describes too much text. */
export function spend(characters: number, scope: Scope): void {
  scope.budget.characters -= characters;
  if (scope.budget.characters < 0)
    throw new TemplateError('the values of the template grow to more than 20 million characters once resolved');
}
