/**
 * Time that stands still while the machine works and passes only when a test says so. Sockets are real: a time limit
 * cannot run out because the machine is busy, and none has to be waited for.
 */
import { setTimeout as reallyPass } from 'node:timers/promises';
import { vi } from 'vitest';
import type { ProviderLogger } from '../../runtime/providers/logger.ts';

const STEP_MS = 10;
/** What is under way on a local socket arrives within a step, as a rule. */
const REAL_STEP_MS = 2;

/** For the time limits of providers. Undone with `vi.useRealTimers`. */
export function stopClock(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
}

/** Time passes until something is seen, then it stands still again. */
export async function timePassesUntil(seen: () => boolean): Promise<void> {
  while (!seen()) {
    await reallyPass(REAL_STEP_MS);
    await vi.advanceTimersByTimeAsync(STEP_MS);
  }
}

/** Time passes until the promise is settled. */
export async function timePassesFor<T>(promise: Promise<T>): Promise<T> {
  let settled = false;
  const settle = () => {
    settled = true;
  };
  promise.then(settle, settle);
  await timePassesUntil(() => settled);
  return promise;
}

/** When a provider waits before it tries again, that much time passes. */
export const skippingWaits: ProviderLogger = {
  warn({ waitMs = 0 }: { readonly waitMs?: number }) {
    // Once the wait has begun.
    setImmediate(() => void vi.advanceTimersByTimeAsync(Math.ceil(waitMs) + 1));
  },
};
