/** The drain contract, as findings. */
import { drainViolations } from '../drain.ts';
import type { CellRule } from './rule.ts';

export const drainHolds: CellRule = ({ cell }) =>
  drainViolations(cell.drain).map(({ timing, found, expected, consequence }) => ({
    rule: 'drain-contract',
    path: `drain.${timing}`,
    found: `${timing} is ${found}`,
    allowed: expected,
    fix: `make ${timing} ${expected}; otherwise ${consequence}`,
  }));
