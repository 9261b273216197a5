/** Whose data the cell says it holds, against what the law of those people allows in this place. */
import type { Finding } from '../finding.ts';
import { jurisdiction, mayHold } from '../residency.ts';
import { closest } from '../spelling.ts';
import { type CellRule, either, list, moveTo, type Rule, type RuleContext } from './rule.ts';

export const residencyKnown: CellRule = ({ cell, facts }) =>
  cell.residency.flatMap((code, index) =>
    jurisdiction(code, facts)
      ? []
      : [
          {
            rule: 'residency-unknown',
            path: `residency.${index}`,
            found: `"${code}", a jurisdiction the registry does not know`,
            allowed: `a code in regions/facts/jurisdictions.json: ${list(Object.keys(facts.jurisdictions), 30)}`,
            fix: `write ${list(closest(code, Object.keys(facts.jurisdictions)))}`,
          },
        ],
  );

export const residencyAllowed: Rule = (context) => {
  const { cell, region } = context;
  return cell.residency.flatMap((data, index) =>
    held(context, data, region.jurisdiction, {
      rule: 'residency-not-allowed',
      path: `residency.${index}`,
      what: `data of ${data} in ${region.code}, which is in ${region.jurisdiction}`,
      mend: () => moveTo(context, () => true),
    }),
  );
};

/** One finding when the law does not let `place` hold `data`, or does only on a basis the cell does not name. */
export function held(
  { cell, facts }: RuleContext,
  data: string,
  place: string,
  { rule, path, what, mend }: { rule: string; path: string; what: string; mend: () => string },
): Finding[] {
  const verdict = mayHold(data, place, facts);
  if (verdict.kind === 'home' || !jurisdiction(data, facts)) return [];
  if (verdict.kind === 'refused') return [{ rule, path, found: what, allowed: verdict.reason, fix: either(mend()) }];
  if (cell.transferBasis[data]) return [];
  return [
    {
      rule,
      path,
      found: `${what}, without a named legal basis`,
      allowed: `at home, or on this basis: ${verdict.basis}`,
      fix: either(mend(), `name the basis your counsel relies on in transferBasis.${data}`),
    },
  ];
}
