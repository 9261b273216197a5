/** Where the processes of a cell may send anything at all. */
import type { Cell } from './cell.ts';
import { awsHost, egressHosts, RUNTIME_SERVICES, twilioApiHost } from './endpoints.ts';

/**
 * Host names; `*.` stands for any name below. Left out on purpose: services without a region in their name, and the
 * cell's own database and sessions, whose names are not known before they are deployed.
 */
export function cellHosts(cell: Cell): string[] {
  const { twilio } = cell.channels;
  return [
    ...RUNTIME_SERVICES.map((service) => awsHost(service, cell.region)),
    `*.${awsHost('s3', cell.region)}`, // a bucket's own host
    ...egressHosts(cell),
    ...(twilio ? [twilioApiHost(twilio)] : []),
  ];
}
