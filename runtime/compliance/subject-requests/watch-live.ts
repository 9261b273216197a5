/**
 * Tells this process's calls what was asked about them elsewhere: on the command line, at another task. That a
 * conversation was erased, its next event is told too; that consent was withdrawn, only this asks.
 */
import type { LiveCalls } from '../../call/live-calls.ts';
import type { Database } from '../../data/database.ts';
import { WHOLE_CELL } from '../../data/scope.ts';
import { type Logger, safeError } from '../../logger.ts';
import { pause } from '../../pause.ts';

/** A recording that must stop goes on no longer than about this. */
export const ASKED_EVERY_MS = 2_000;

export interface WatchLiveOptions {
  /** Logged in as the administration. */
  readonly database: Pick<Database, 'within'>;
  readonly calls: LiveCalls;
  readonly logger: Pick<Logger, 'debug'>;
  readonly signal: AbortSignal;
}

/** Runs until the signal. Never rejects. */
export async function watchLiveCalls({ database, calls, logger, signal }: WatchLiveOptions): Promise<void> {
  while (!signal.aborted) {
    await pause(ASKED_EVERY_MS, signal);
    if (signal.aborted) return;
    try {
      await tellLiveCalls(database, calls);
    } catch (error) {
      logger.debug({ ...safeError(error) }, 'what was asked about calls that are up could not be found out');
    }
  }
}

/** Rejects while the database is down. No query where there is no call. */
export async function tellLiveCalls(database: Pick<Database, 'within'>, calls: LiveCalls): Promise<void> {
  const ids = calls.conversationIds;
  if (ids.length === 0) return;
  const wishes = await database.within(WHOLE_CELL, (transaction) =>
    transaction.query<{ id: string; erased: boolean }>(
      `select conversation_id as id, true as erased from erasures where conversation_id = any($1::uuid[])
       union all
       select conversation_id, false from consents where conversation_id = any($1::uuid[]) and withdrawn_by = 'request'`,
      [ids],
    ),
  );
  for (const { id, erased } of wishes) erased ? calls.erase(id) : calls.withdraw(id);
}
