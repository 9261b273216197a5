/**
 * What a cell costs a month and a call, from dated list prices and stated assumptions. A price nobody wrote down is
 * never zero: it is taken from us-east-1 and said so, or it is unknown, said so, and the total becomes "at least".
 */
import type { Cell } from './cell.ts';
import { type Assumptions, DEFAULT_ASSUMPTIONS } from './cost/assumptions.ts';
import { HOURS_PER_MONTH, tasksNeeded, type Usage, usageOf } from './cost/usage.ts';
import { type Facts, knownFacts, own, regionFacts, type Source, sourceOf } from './facts.ts';

export { type Assumptions, DEFAULT_ASSUMPTIONS, HOURS_PER_MONTH };

/** The region whose price stands in where none is known: the one with the most complete list. */
const STAND_IN = 'us-east-1';
/** The target of the product for one call, everything included. */
export const TARGET_USD_PER_CALL = 0.2;

export interface CostLine extends Usage {
  readonly unit: string;
  /** Missing when nobody wrote the price down. */
  readonly unitUsd?: number;
  readonly monthlyUsd?: number;
  readonly source?: Source;
  /** The price is of this region, because the cell's own is not known. */
  readonly standIn?: string;
}

export interface CostEstimate {
  readonly region: string;
  readonly calls: number;
  readonly minutesPerCall: number;
  readonly assumptions: Assumptions;
  /** What the peak needs, which is what is priced; the cell starts no more than `maxTasks`. */
  readonly tasks: number;
  readonly maxTasks: number;
  readonly lines: readonly CostLine[];
  /** Sum of the known prices; a lower bound when `unknown` is not empty. */
  readonly monthlyUsd: number;
  readonly perCallUsd: number;
  readonly unknown: readonly CostLine[];
  /** The known part alone is at or above {@link TARGET_USD_PER_CALL}. */
  readonly overTarget: boolean;
}

export function estimateCost(
  cell: Cell,
  volume: { calls: number; minutesPerCall: number },
  assumed: Partial<Assumptions> = {},
  facts: Facts = knownFacts,
): CostEstimate {
  const assumptions = { ...DEFAULT_ASSUMPTIONS, ...assumed };
  const lines = usageOf(cell, volume, assumptions, facts)
    .filter(({ quantity }) => quantity > 0)
    .map((usage) => priced(usage, cell.region, facts));
  const monthlyUsd = lines.reduce((sum, line) => sum + (line.monthlyUsd ?? 0), 0);
  const perCallUsd = monthlyUsd / volume.calls;
  return {
    region: cell.region,
    ...volume,
    assumptions,
    tasks: tasksNeeded(cell, volume.calls * volume.minutesPerCall, assumptions),
    maxTasks: cell.capacity.maxTasks,
    lines,
    monthlyUsd,
    perCallUsd,
    unknown: lines.filter((line) => line.unitUsd === undefined),
    overTarget: perCallUsd >= TARGET_USD_PER_CALL,
  };
}

function priced(usage: Usage, region: string, facts: Facts): CostLine {
  const item = own(facts.prices.items, usage.item);
  if (!item) return { ...usage, unit: 'unit' };
  const jurisdiction = usage.jurisdiction ?? regionFacts(region, facts)?.jurisdiction ?? '';
  const exact = item.at[region] ?? item.at[jurisdiction] ?? item.at['*'];
  const price = exact ?? item.at[STAND_IN];
  if (!price) return { ...usage, unit: item.unit };
  return {
    ...usage,
    unit: item.unit,
    unitUsd: price.usd,
    monthlyUsd: usage.quantity * price.usd,
    source: sourceOf(price.evidence, facts),
    ...(exact ? {} : { standIn: STAND_IN }),
  };
}
