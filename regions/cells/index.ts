/** Every cell we deploy. Listed by hand: bundlers and the CDK app see them, and a new file is one line here. */
import type { Cell } from '../cell.ts';
import euCentral1 from './eu-central-1.ts';
import usEast1 from './us-east-1.ts';

export const cells: readonly Cell[] = [usEast1, euCentral1];

export function cellIn(region: string): Cell | undefined {
  return cells.find((cell) => cell.region === region);
}
