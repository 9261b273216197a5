/**
 * How a process leaves: no new call comes in, those that are up have almost all of the time the scheduler grants, and
 * whoever is still talking then is told goodbye. Pure but for the clock.
 */
import type { Admission } from './call/admission.ts';
import type { Logger } from './logger.ts';

/** What a goodbye takes, and the way to the channel and back. */
export const FAREWELL_MS = 15_000;
/** When the last socket closes, Twilio asks this process what is to become of its call. */
export const LINGER_MS = 2_000;

export interface DrainOptions {
  readonly admission: Admission;
  /** Ends every conversation with words. */
  readonly shutDownCalls: () => void;
  readonly patienceMs: number;
  readonly logger: Logger;
}

/** Resolves when no call is up any more, or when `patienceMs` have passed. */
export async function drainCalls({ admission, shutDownCalls, patienceMs, logger }: DrainOptions): Promise<void> {
  const { active } = admission;
  logger.info({ calls: active }, 'draining: no new calls');
  admission.drain();
  const idle = admission.idle();
  if (!(await settlesWithin(idle, Math.max(0, patienceMs - FAREWELL_MS - LINGER_MS)))) {
    logger.warn({ calls: admission.active }, 'out of time: calls are ended with words');
    shutDownCalls();
    if (!(await settlesWithin(idle, FAREWELL_MS))) logger.error({ calls: admission.active }, 'calls are cut');
  }
  if (active > 0) await pause(LINGER_MS);
}

async function settlesWithin(promise: Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const settled = await Promise.race([promise.then(() => true as const), tooLong]);
  clearTimeout(timer);
  return settled;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
