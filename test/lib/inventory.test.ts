/** What a cell is made of, on one page: a change of the stack shows here as a line that a reviewer can read. */
import { expect, test } from 'vitest';
import type { Cell } from '../../regions/cell.ts';
import { internalCell, laneCell, publicCell } from './cells.ts';
import { synthesize } from './synthesize.ts';

function inventoryOf(cell: Cell): string {
  const { parts, json } = synthesize(cell);
  const counts = new Map<string, number>();
  for (const { type } of parts) counts.set(type, (counts.get(type) ?? 0) + 1);
  const lines = [...counts]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([type, count]) => `${String(count).padStart(4)}  ${type}`);
  return [
    ...lines,
    '',
    `${String(parts.length).padStart(4)}  resources`,
    `      outputs: ${Object.keys(json.Outputs).sort().join(', ')}`,
    '',
  ].join('\n');
}

test.each([
  ['internal', internalCell],
  ['public', publicCell],
  ['third-party-recognizer', laneCell],
])('the %s cell', async (name, cell) => {
  await expect(inventoryOf(cell)).toMatchFileSnapshot(`inventory/${name}.txt`);
});
