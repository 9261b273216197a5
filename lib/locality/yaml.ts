/** CloudFormation's YAML: the short forms (`!Sub`) become long ones, and no tag runs anything. */
import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { MAX_NODES, TemplateError, TOO_DEEP, TOO_LARGE } from './bounds.ts';
import { isObject } from './json.ts';

/**
 * The YAML reader recurses, and a megabyte of `[[[[` takes it more memory than a machine has; so it is asked only about
 * text that cannot be nested that deep. Quotes and comments are not understood here: code in a string may have a stray
 * bracket, but not hundreds.
 */
function looksBottomless(text: string): boolean {
  if (/(?:[-?]\s+){200}/.test(text)) return true;
  let open = 0;
  for (const bracket of text.matchAll(/[[\]{}]/g)) {
    open = bracket[0] === '[' || bracket[0] === '{' ? open + 1 : Math.max(0, open - 1);
    if (open > 1_000) return true;
  }
  return false;
}

/** The value that a long-form JSON template would have held. Throws {@link TemplateError} with line and column. */
export function parseYaml(text: string): unknown {
  if (looksBottomless(text)) throw new TemplateError(TOO_DEEP);
  const lineCounter = new LineCounter();
  const failAt = (offset: number, problem: string): never => {
    const { line, col } = lineCounter.linePos(offset);
    throw new TemplateError(`line ${line}, column ${col}: ${problem}; expected CloudFormation JSON or YAML`);
  };
  // YAML 1.1, because CloudFormation reads `MultiRegion: yes` as true.
  const document = parseDocument(text, {
    lineCounter,
    prettyErrors: false,
    logLevel: 'silent',
    version: '1.1',
    uniqueKeys: false,
  });
  const [error] = document.errors;
  if (error?.code === 'RESOURCE_EXHAUSTION') throw new TemplateError(TOO_DEEP);
  if (error !== undefined) failAt(error.pos[0], error.message);
  try {
    return new Reader(failAt).read(document.contents);
  } catch (thrown) {
    if (thrown instanceof RangeError) throw new TemplateError(TOO_DEEP); // an anchor that contains its own alias
    throw thrown;
  }
}

/** YAML nodes → the JSON that a long-form template would have held. Counts what it reads, aliases included. */
class Reader {
  readonly #failAt: (offset: number, problem: string) => never;
  readonly #anchors = new Map<string, unknown>();
  #budget = MAX_NODES;

  constructor(failAt: (offset: number, problem: string) => never) {
    this.#failAt = failAt;
  }

  read(node: unknown): unknown {
    if (--this.#budget < 0) throw new TemplateError(TOO_LARGE);
    if (isAlias(node)) {
      const target = this.#anchors.get(node.source);
      return target === undefined
        ? this.#failAt(node.range?.[0] ?? 0, `nothing before this is anchored as &${node.source}`)
        : this.read(target);
    }
    if (!isNode(node)) return null;
    if ('anchor' in node && typeof node.anchor === 'string') this.#anchors.set(node.anchor, node);
    return longForm(node.tag, this.#content(node));
  }

  #content(node: Node): unknown {
    if (isScalar(node)) return scalarValue(node.value, node.source);
    if (isSeq(node)) return node.items.map((item) => this.read(item));
    if (!isMap(node)) return null;
    const object: Record<string, unknown> = Object.create(null);
    const merged: unknown[] = [];
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? (key.source ?? String(key.value)) : JSON.stringify(this.read(key));
      if (name in object) this.#failAt(node.range?.[0] ?? 0, `the key ${name} occurs twice in this map`);
      if (name === '<<') merged.push(this.read(value));
      else object[name] = this.read(value);
    }
    for (const [name, value] of merged.flat().flatMap((part) => (isObject(part) ? Object.entries(part) : [])))
      object[name] ??= value;
    return object;
  }
}

/** Dates and numbers stay as they were written: an account id with a leading zero is not octal here. */
function scalarValue(value: unknown, source: string | undefined): unknown {
  return typeof value === 'boolean' || value === null ? value : (source ?? String(value));
}

/** `!Sub x` → `{"Fn::Sub": x}`. A standard YAML tag (`!!str`) leaves the value alone. */
function longForm(tag: string | undefined, value: unknown): unknown {
  const name = /^!([A-Za-z][\w:]*)$/.exec(tag ?? '')?.[1];
  if (name === undefined) return value;
  return { [name === 'Ref' || name === 'Condition' ? name : `Fn::${name}`]: value };
}
