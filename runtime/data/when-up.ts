import { pause } from '../pause.ts';
import { backoffMs } from './backoff.ts';
import { isUnavailable } from './failures.ts';

export interface WaitOptions {
  readonly signal: AbortSignal;
  /** The first attempt found the database down. */
  readonly onDown?: (error: unknown) => void;
}

/**
 * Attempts something again and again until the database can be reached. Throws what is not a matter of waiting.
 * @returns undefined when it was told to stop before.
 */
export async function whenUp<T>(attempt: () => Promise<T>, { signal, onDown }: WaitOptions): Promise<T | undefined> {
  for (let failures = 0; !signal.aborted; ) {
    try {
      return await attempt();
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      failures += 1;
      if (failures === 1) onDown?.(error);
      await pause(backoffMs(failures), signal);
    }
  }
  return undefined;
}
