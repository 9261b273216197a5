/** A cell named on the command line: one of ours by its region, or a file of the user's. */
import type { Cell } from '../regions/cell.ts';
import { cellIn, cells } from '../regions/cells/index.ts';
import { CommandFailure } from './command-line.ts';

export async function cellFrom(which: string): Promise<Cell> {
  const ours = cellIn(which);
  if (ours) return ours;
  if (/[./\\]/.test(which)) {
    const { readCellFile } = await import('./cell-file.ts');
    return readCellFile(which);
  }
  const { knownRegion } = await import('./known-region.ts');
  const region = knownRegion(which);
  throw new CommandFailure(
    `${region.code} has no cell; expected one of ${cells.map((cell) => cell.region).join(', ')}, or a file that describes one ` +
      '(a cell of ours is one file in regions/cells and a line in its index)',
    2,
  );
}
