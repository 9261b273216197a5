/**
 * What runs in a cell by the clock, beside its calls: the names the process answers to, and when the scheduler starts
 * each of them. Once a day, in the hours in which a region sleeps.
 */
import { regionFacts } from './facts.ts';

export interface Job {
  readonly what: string;
  /** After the quiet hour begins. */
  readonly startsAfterMinutes: number;
}

/** In this order: what is to be deleted today has been counted before. */
export const JOBS = {
  analytics: { what: 'writes the aggregates and the redacted turns of the day before', startsAfterMinutes: 0 },
  retention: { what: 'deletes what is past its time', startsAfterMinutes: 45 },
  'audit-anchor': {
    what: "writes the head of the audit trail where the database's owner cannot change it",
    startsAfterMinutes: 90,
  },
} as const satisfies Record<string, Job>;

export type JobName = keyof typeof JOBS;

export const JOB_NAMES = Object.keys(JOBS) as readonly JobName[];

/** Local hour, by the sun, at which fewest people call anybody. */
const QUIET_HOUR = 2;

/** The scheduler may start a job this much later than said. */
export const JOB_WINDOW_MINUTES = 15;

/** When a job of a region begins, UTC. A region nobody knows sleeps as Greenwich does. */
export function startOfJob(name: JobName, region: string): { readonly hour: number; readonly minute: number } {
  const longitude = regionFacts(region)?.longitude ?? 0;
  const minutes = (QUIET_HOUR - Math.round(longitude / 15)) * 60 + JOBS[name].startsAfterMinutes;
  const ofDay = (minutes + 24 * 60) % (24 * 60);
  return { hour: Math.floor(ofDay / 60), minute: ofDay % 60 };
}
