/** Properties of a resource type that carry something out of the region, as a table. */
import type { Home } from './home.ts';
import type { Leaf } from './leaf.ts';
import type { LocalityRule, Match } from './rule.ts';

export interface Feature {
  readonly type: string;
  /** From `Properties` down, without indices: `BackupPlan.BackupPlanRule.CopyActions`. */
  readonly property: string;
  readonly problem: string;
  readonly fix: string;
  /** When a value of the property is harmless. @default never */
  readonly unless?: (leaf: Leaf, home: Home) => boolean;
}

export const isHome = (leaf: Leaf, home: Home): boolean => leaf.value === home.region;
export const isOff = (leaf: Leaf): boolean => /^(?:false|no|off|disabled|suspended|\[\]|\{\})$/i.test(leaf.value);

/** A finder over a table, and the types in it. It names the whole property, however many values are below it. */
export function featuresIn(table: readonly Feature[]): Required<Pick<LocalityRule, 'types' | 'find'>> {
  const byType = new Map<string, { feature: Feature; path: RegExp }[]>();
  for (const feature of table)
    byType.set(feature.type, [...(byType.get(feature.type) ?? []), { feature, path: pathOf(feature.property) }]);
  return {
    types: new Set(byType.keys()),
    find: (leaf, home) =>
      (byType.get(leaf.owner.type) ?? []).flatMap(({ feature: { problem, fix, unless }, path }): Match[] => {
        const property = path.exec(leaf.path)?.[0];
        if (property === undefined || unless?.(leaf, home)) return [];
        return [{ span: [0, leaf.value.length], problem, fix, property }];
      }),
  };
}

/** `A.B` → `Properties.A[0].B[12]`, and what is below it. */
function pathOf(property: string): RegExp {
  const steps = ['Properties', ...property.split('.')].map((step) => `${step}(?:\\[\\d+\\])*`);
  return new RegExp(`^${steps.join('\\.')}(?=$|\\.)`);
}
