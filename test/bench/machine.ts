import { cpus, loadavg } from 'node:os';

/** What a measurement was up against. */
export function machine(): string {
  return `load average ${loadavg()[0]!.toFixed(1)} on ${cpus().length} cores`;
}
