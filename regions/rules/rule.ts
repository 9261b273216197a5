/** What every rule is given, and the phrases they share. A rule is a pure function from a cell to its findings. */
import type { Cell } from '../cell.ts';
import type { Facts, RegionFacts } from '../facts.ts';
import type { Finding } from '../finding.ts';
import { nameRegions, nearestRegions } from '../nearest.ts';
import { regionMayHold } from '../residency.ts';

export interface CellContext {
  readonly cell: Cell;
  readonly facts: Facts;
}

export interface RuleContext extends CellContext {
  readonly region: RegionFacts;
}

export type Rule = (context: RuleContext) => Finding[];

/** A rule that holds wherever the cell stands, so also in a region nobody knows. */
export type CellRule = (context: CellContext) => Finding[];

/** `move the cell to eu-central-1 (Frankfurt, EU, 480 km)`: to where its data is at home, or else may be held; or ''. */
export function moveTo({ cell, region, facts }: RuleContext, qualifies: (code: string) => boolean): string {
  const verdicts = (code: string) => cell.residency.map((data) => regionMayHold(data, code, facts).kind);
  const atHome = (code: string) => verdicts(code).every((kind) => kind === 'home');
  const allowed = (code: string) => verdicts(code).every((kind) => kind !== 'refused');
  const fitting = nearestRegions(region, (code) => atHome(code) && qualifies(code), facts);
  if (fitting.length > 0) return `move the cell to ${nameRegions(fitting)}`;
  const onBasis = nearestRegions(region, (code) => allowed(code) && qualifies(code), facts);
  if (onBasis.length > 0) return `move the cell, on a named transferBasis, to ${nameRegions(onBasis)}`;
  return '';
}

/** The ways out that exist, as one sentence. */
export function either(...fixes: readonly string[]): string {
  const possible = fixes.filter((fix) => fix !== '');
  return possible.length > 0 ? possible.join(', or ') : 'none is known: no region on record qualifies';
}

/** `Amy, Brian or Emma`; long lists are cut, and say so. */
export function list(items: readonly string[], most = 6): string {
  if (items.length === 0) return 'none';
  if (items.length > most) return `${items.slice(0, most).join(', ')} and ${items.length - most} more`;
  if (items.length === 1) return items[0]!;
  return `${items.slice(0, -1).join(', ')} or ${items.at(-1)}`;
}
