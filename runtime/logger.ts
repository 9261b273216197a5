/**
 * Logs are JSON on stdout, one line each, and know calls by their ids only: no transcript, no phone number, no name.
 * So the message of an unknown error is left out (a JSON parser, say, quotes its input); its name, code and place stay.
 */
import { pino } from 'pino';
import { ProviderError } from './providers/errors.ts';

export type Logger = pino.Logger;

export function createLogger(options: { level: string; region: string; destination?: pino.DestinationStream }): Logger {
  return pino(
    {
      level: options.level,
      base: { region: options.region },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
    },
    options.destination ?? pino.destination({ sync: false }),
  );
}

export interface SafeError {
  readonly error: string;
  readonly code?: string;
  /** Only of errors whose message is known to hold nothing of a call. */
  readonly detail?: string;
  readonly at?: string;
}

/** What may be logged of anything that was thrown. */
export function safeError(thrown: unknown): SafeError {
  if (!(thrown instanceof Error)) return { error: typeof thrown };
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined;
  // System errors (ECONNREFUSED …) name an address, provider errors a service.
  const isHarmless = thrown instanceof ProviderError || 'syscall' in thrown;
  return {
    error: thrown.name,
    code,
    detail: isHarmless ? thrown.message : undefined,
    at: thrown.stack
      ?.split('\n')
      .find((line) => line.trimStart().startsWith('at '))
      ?.trim(),
  };
}
