/** What a rule is. Each stands in a file of its own under `rules/`, with the examples it is tested with. */
import type { Home } from './home.ts';
import type { Leaf } from './leaf.ts';

/** Something that leaves the region, in one value. */
export interface Match {
  /** The characters of the value it is about, `[start, end)`. */
  readonly span: readonly [number, number];
  /** What it does, as the end of a sentence: `… points to another region`. */
  readonly problem: string;
  readonly fix: string;
  /** The property to name, when it is not the one of the value. @default the path of the leaf */
  readonly property?: string;
}

export interface LocalityRule {
  /** `kebab-case`; exemptions and reports name it. */
  readonly name: string;
  /** The resource types it has anything to say about. @default all */
  readonly types?: ReadonlySet<string>;
  find(leaf: Leaf, home: Home): readonly Match[];
  /** What it must catch. */
  readonly violations: readonly Example[];
  /** What looks like a violation and is none. */
  readonly lookAlikes: readonly Example[];
}

/**
 * A value (of an environment variable), or a whole resource. What is in brackets is filled in by the tests, for several
 * pairs of regions, so that no example holds in one region only: `<home>`, `<other>`, `<future>` (a region not yet announced,
 * `<future_>` with underscores), `<home-id>` and `<other-id>` as in zone ids, `<partition>`, `<suffix>`, where its hosts end, and `<telephone>`, the
 * telephone company's region there.
 */
export type Example = string | { readonly Type: string; readonly [attribute: string]: unknown };

/** A reference as `Fn::Sub` spells it, for examples. */
export const sub = (name: string): string => `\${${name}}`;

export function whole(leaf: Leaf, problem: string, fix: string): Match {
  return { span: [0, leaf.value.length], problem, fix };
}

/** Every match of a global expression, turned into matches of a rule. */
export function scan(
  leaf: Leaf,
  expression: RegExp,
  judge: (found: RegExpExecArray) => { problem: string; fix: string; span?: readonly [number, number] } | undefined,
): Match[] {
  // Nearly every value holds nothing, and a search that fails is far cheaper than an iterator that yields nothing.
  if (leaf.value.search(expression) === -1) return [];
  return [...leaf.value.matchAll(expression)].flatMap((found) => {
    const judged = judge(found);
    const start = found.index;
    return judged ? [{ span: [start, start + found[0].length] as const, ...judged }] : [];
  });
}
