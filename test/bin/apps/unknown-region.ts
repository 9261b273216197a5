/** A region nobody has written down. */
import { synthesizeCells } from '../../../lib/app.ts';
import usEast1 from '../../../regions/cells/us-east-1.ts';

await synthesizeCells(async () => [{ ...usEast1, region: 'us-west-9' }]);
