/** A file that is no cell. */
import { synthesizeCells } from '../../../lib/app.ts';
import { type CellInput, defineCell } from '../../../regions/cell.ts';

await synthesizeCells(async () => [
  defineCell({
    region: 'Frankfurt',
    residency: [],
    availabilityZones: ['eu-central-1a'],
    planet: 'Mars',
  } as unknown as CellInput),
]);
