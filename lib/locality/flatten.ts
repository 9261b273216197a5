/**
 * Intrinsic functions → the strings they can become in the home region. `Fn::If` becomes both branches, a mapping read by
 * an unknown key all its rows; what only the deployment knows becomes a marker.
 */
import { isObject, own } from './json.ts';
import { marker, pick, type Scope, spend, splitText, valuesOfRef, withVariables } from './scope.ts';

/** Above this, every two neighbours still occur together in some result, but no longer every combination of parts. */
const MAX_COMBINATIONS = 64;

/** Called with the arguments of a function that do not show in its result, so that the caller can look at them too. */
export type Hidden = (name: string, argument: unknown) => void;

/** The function an object is a call of: `{"Fn::Sub": …}` → `Fn::Sub`. */
export function intrinsicOf(node: unknown): string | undefined {
  if (!isObject(node)) return undefined;
  const [name, ...others] = Object.keys(node);
  const called = name === 'Ref' || name === 'Condition' || name?.startsWith('Fn::');
  return called && others.length === 0 && !name?.startsWith('Fn::ForEach::') ? name : undefined;
}

/** Every string a node can become; none for a value that is left out. */
export function flatten(node: unknown, scope: Scope, hidden: Hidden): readonly string[] {
  if (typeof node === 'string') return [node];
  if (node === null || node === undefined) return [];
  if (Array.isArray(node)) return joined(',', node, scope, hidden);
  if (!isObject(node)) return [String(node)];
  const name = intrinsicOf(node);
  if (name === undefined) {
    hidden('', node);
    return [marker('object')];
  }
  const values = call(name, node[name], scope, hidden);
  for (const value of values) spend(value.length, scope);
  return values;
}

function call(name: string, argument: unknown, scope: Scope, hidden: Hidden): readonly string[] {
  const args: readonly unknown[] = Array.isArray(argument) ? argument : [argument];
  switch (name) {
    case 'Ref':
      return valuesOfRef(String(argument), scope);
    case 'Fn::Join':
      return flatten(args[0], scope, hidden).flatMap((delimiter) => joined(delimiter, args[1], scope, hidden));
    case 'Fn::Sub':
      return substituted(args[0], args[1], scope, hidden);
    case 'Fn::If':
      return args.slice(1).flatMap((branch) => flatten(branch, scope, hidden));
    case 'Fn::FindInMap':
      return found(args, scope, hidden).map((cell) => (Array.isArray(cell) ? cell.join(',') : String(cell)));
    case 'Fn::Select':
      return selected(args[0], args[1], scope, hidden);
    case 'Fn::Split':
      return listsOf({ [name]: argument }, scope, hidden).map((list) => list.join(','));
    case 'Fn::Base64':
      return flatten(argument, scope, hidden);
    case 'Fn::GetAtt':
      return [attribute(argument, scope, hidden)];
    default:
      hidden(name, argument);
      return [marker(name.replace('Fn::', ''))];
  }
}

/** A node that stands for a list → every list it can become. */
function listsOf(node: unknown, scope: Scope, hidden: Hidden): readonly (readonly string[])[] {
  if (Array.isArray(node)) {
    const items = node.map((item) => flatten(item, scope, hidden)).filter((values) => values.length > 0);
    return combinations(items, scope);
  }
  const name = intrinsicOf(node);
  const argument = name === undefined ? undefined : own(node, name);
  const args: readonly unknown[] = Array.isArray(argument) ? argument : [];
  if (name === 'Fn::If') return args.slice(1).flatMap((branch) => listsOf(branch, scope, hidden));
  if (name === 'Fn::FindInMap')
    return found(args, scope, hidden).map((cell) => (Array.isArray(cell) ? cell.map(String) : [String(cell)]));
  if (name === 'Fn::Split') {
    const [delimiter = ','] = flatten(args[0], scope, hidden);
    return flatten(args[1], scope, hidden).map((text) => splitText(text, delimiter, scope));
  }
  // A list parameter is written as one string.
  if (name === 'Ref') return flatten(node, scope, hidden).map((text) => text.split(','));
  return flatten(node, scope, hidden).map((text) => [text]);
}

function joined(delimiter: string, list: unknown, scope: Scope, hidden: Hidden): readonly string[] {
  return listsOf(list, scope, hidden).map((items) => items.join(delimiter));
}

/** `arn:${AWS::Partition}:…:${Queue.QueueName}`; `${!x}` is a literal `${x}`. */
function substituted(text: unknown, map: unknown, scope: Scope, hidden: Hidden): readonly string[] {
  const named = isObject(map) ? Object.entries(map) : [];
  const inner = withVariables(
    scope,
    named.map(([name, value]) => [name, flatten(value, scope, hidden)] as const),
  );
  return flatten(text, scope, hidden).flatMap((template) => {
    const parts = template.split(/(\$\{[^}]*\})/).map((part): readonly string[] => {
      const name = /^\$\{(.*)\}$/s.exec(part)?.[1];
      if (name === undefined) return [part];
      return name.startsWith('!') ? [`\${${name.slice(1)}}`] : valuesOfRef(name.trim(), inner);
    });
    return combinations(
      parts.map((values) => (values.length > 0 ? values : [''])),
      scope,
    ).map((chosen) => chosen.join(''));
  });
}

/** An index that is known picks; an unknown one may pick anything. */
function selected(index: unknown, list: unknown, scope: Scope, hidden: Hidden): readonly string[] {
  const lists = listsOf(list, scope, hidden);
  return flatten(index, scope, hidden).flatMap((text) => {
    const position = Number(text);
    return lists.flatMap((items) => (Number.isInteger(position) ? (items[position] ?? marker('Select')) : items));
  });
}

/** The values, each a literal or a list of literals, that a mapping may give. */
function found(args: readonly unknown[], scope: Scope, hidden: Hidden): unknown[] {
  const [name, row, column, options] = args;
  const cells = flatten(name, scope, hidden)
    .flatMap((mapping) => pick(own(scope.template, 'Mappings'), [mapping]))
    .flatMap((table) => pick(table, flatten(row, scope, hidden)))
    .flatMap((cellsOfRow) => pick(cellsOfRow, flatten(column, scope, hidden)))
    .filter((cell) => cell !== undefined);
  const fallback = own(options, 'DefaultValue');
  if (fallback !== undefined) cells.push(fallback);
  return cells.length > 0 ? cells : [marker('FindInMap')];
}

/** `["Queue", "Arn"]` and `"Queue.Arn"` are the same attribute. */
function attribute(argument: unknown, scope: Scope, hidden: Hidden): string {
  const path = Array.isArray(argument) ? argument.flatMap((part) => flatten(part, scope, hidden)) : [String(argument)];
  return marker(path.join('.'));
}

/** One value from each part, in every combination, or at least in every one of two neighbours when there are too many. */
function combinations(parts: readonly (readonly string[])[], scope: Scope): readonly (readonly string[])[] {
  const count = parts.reduce((product, values) => product * values.length, 1);
  if (count <= MAX_COMBINATIONS)
    return parts.reduce<readonly (readonly string[])[]>(
      (lists, values) => lists.flatMap((list) => values.map((value) => [...list, value])),
      [[]],
    );
  const [first = [], ...others] = parts;
  if (others.length === 0) return first.map((value) => [value]);
  const usual = parts.map((values) => values[0]!);
  return others.flatMap((values, index) => {
    const before = parts[index]!;
    spend(before.length * values.length * parts.length, scope);
    return before.flatMap((left) =>
      values.map((right) => [...usual.slice(0, index), left, right, ...usual.slice(index + 2)]),
    );
  });
}
