/** The hosts outside AWS that a cell has a right to name. */
import type { Cell } from '../../regions/cell.ts';
import { egressHosts, twilioApiHost } from '../../regions/endpoints.ts';

/** Its own name, the pinned hosts of the providers it has chosen, and its telephone company's. */
export function ownHosts({ domain, channels, ...cell }: Cell): string[] {
  return [
    ...(domain ? [domain.name] : []),
    ...egressHosts({ domain, channels, ...cell }),
    ...(channels.twilio ? [twilioApiHost(channels.twilio)] : []),
  ];
}
