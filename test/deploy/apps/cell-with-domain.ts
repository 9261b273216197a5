/** The CDK app of a cell with a name of its own, in the zone that `TEST_HOSTED_ZONE_ID` says. */
import { synthesizeCells } from '../../../lib/app.ts';
import { cellWithDomain } from '../cells.ts';

await synthesizeCells(async () => [
  cellWithDomain(process.env.TEST_HOSTED_ZONE_ID ?? '', { givenUp: process.env.TEST_CELL_GIVEN_UP === 'yes' }),
]);
