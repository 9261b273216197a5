/**
 * The drain contract: the timings that the load balancer, the container scheduler and the process must agree on for a
 * deployment never to cut a call. One value, read by `lib/` and by `runtime/`; all in milliseconds.
 */
import { z } from 'zod';

export const drainSchema = z.strictObject({
  /** A ping on every media socket this often, so that no proxy takes a quiet caller for a dead one. */
  heartbeatMs: z.int().positive().default(20_000),
  /** The load balancer closes a socket after this long without a byte. */
  idleTimeoutMs: z.int().positive().default(120_000),
  /** A call is ended, with words, after this long. */
  longestCallMs: z.int().positive().default(3_600_000),
  /** How long the load balancer keeps a leaving task's sockets. Its own maximum is 3,600 s. */
  deregistrationDelayMs: z.int().positive().max(3_600_000).default(3_600_000),
  /** A call whose task dies is re-attached elsewhere by the channel's continuation. */
  continuation: z.boolean().default(true),
  /** Task protection is asked for again this often while a call is up. */
  protectionRenewalMs: z.int().positive().default(60_000),
  /** Task protection lapses after this long if the process no longer renews it. */
  protectionExpiryMs: z.int().positive().default(600_000),
  /** From SIGTERM to SIGKILL. Fargate grants at most 120 s, whatever is asked. */
  stopTimeoutMs: z.int().positive().max(120_000).default(120_000),
});

export type DrainContract = z.output<typeof drainSchema>;

/** An inequality of the contract that does not hold. */
export interface DrainViolation {
  readonly timing: keyof DrainContract;
  readonly found: number;
  readonly expected: string;
  /** What would happen to callers. */
  readonly consequence: string;
}

export function drainViolations(drain: DrainContract): DrainViolation[] {
  const violations: DrainViolation[] = [];
  if (drain.heartbeatMs >= drain.idleTimeoutMs)
    violations.push({
      timing: 'heartbeatMs',
      found: drain.heartbeatMs,
      expected: `less than idleTimeoutMs (${drain.idleTimeoutMs})`,
      consequence: 'a quiet call would be cut between two pings',
    });
  if (drain.longestCallMs > drain.deregistrationDelayMs && !drain.continuation)
    violations.push({
      timing: 'longestCallMs',
      found: drain.longestCallMs,
      expected: `at most deregistrationDelayMs (${drain.deregistrationDelayMs}) while continuation is off`,
      consequence: 'a deployment would cut the longest calls',
    });
  if (drain.protectionRenewalMs * 2 >= drain.protectionExpiryMs)
    violations.push({
      timing: 'protectionRenewalMs',
      found: drain.protectionRenewalMs,
      expected: `less than half of protectionExpiryMs (${drain.protectionExpiryMs})`,
      consequence: 'one missed renewal would end the protection',
    });
  return violations;
}

/** Every inequality of the contract that does not hold, as a sentence; empty when it is sound. */
export function brokenDrainRules(drain: DrainContract): string[] {
  return drainViolations(drain).map(
    ({ timing, found, expected, consequence }) => `${timing} is ${found}, expected ${expected}: ${consequence}`,
  );
}
