/** What may end a process from outside, or from below. */
import { type Logger, safeError } from './logger.ts';

export interface Stop {
  readonly why: 'SIGTERM' | 'SIGINT' | 'fault';
  readonly exitCode: 0 | 1;
}

/**
 * Resolves when the process is asked to stop; asked again, it ends at once. An error that nobody caught is logged
 * without what it says, and the process leaves as if it had been asked to: its calls may be sound, new ones might not be.
 * A promise that nobody waited for is only logged.
 */
export function untilAskedToStop(logger: Logger): Promise<Stop> {
  return new Promise((resolve) => {
    let asked = false;
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.on(signal, () => {
        if (asked) {
          logger.warn({ signal }, 'asked to stop again: ending at once');
          logger.flush(() => process.exit(1));
        }
        asked = true;
        resolve({ why: signal, exitCode: 0 });
      });
    process.on('uncaughtException', (error) => {
      logger.fatal({ ...safeError(error) }, 'uncaught error');
      resolve({ why: 'fault', exitCode: 1 });
    });
    process.on('unhandledRejection', (error) => logger.error({ ...safeError(error) }, 'unhandled rejection'));
  });
}
