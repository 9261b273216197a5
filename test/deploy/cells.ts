import { type Cell, defineCell } from '../../regions/cell.ts';
import usEast1 from '../../regions/cells/us-east-1.ts';

export const ZONE_NAME = 'example.com';

/** The shipped cell, open to callers. One that is given up says why nothing of it needs to stay. */
export const cellWithDomain = (hostedZoneId: string, { givenUp = false } = {}): Cell =>
  defineCell({
    ...usEast1,
    domain: { zoneName: ZONE_NAME, hostedZoneId, name: `us-east-1.voice.${ZONE_NAME}` },
    alarmEmail: 'operators@example.com',
    deletionProtection: givenUp ? { optOut: 'the test is over, and nothing was real' } : true,
  });
