/**
 * Makes the database ready for this cell, then keeps an eye on whose data is in it. A database that is down is waited
 * for; one that is another cell's is never used.
 */
import type { Cell } from '../../regions/cell.ts';
import { claimCell, ForeignDatabaseError, openTenants, refuseForeign, residencyBreaches } from '../data/cell.ts';
import type { DatabaseConnection, Queryable } from '../data/database.ts';
import { describeFailure } from '../data/failures.ts';
import { migrateWhenUp } from '../data/migrate.ts';
import { whenUp } from '../data/when-up.ts';
import { type Logger, safeError } from '../logger.ts';
import { pause } from '../pause.ts';

/** A restored backup is noticed within this time; calls of its tenants are refused at once all the same. */
const CHECKED_EVERY_MS = 60_000;

export interface TenantWatchOptions {
  readonly cell: Cell;
  /** The login that owns the schema. */
  readonly owner: DatabaseConnection;
  readonly database: Queryable;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

export interface TenantWatch {
  /** The database belongs to another cell. */
  readonly isForeign: boolean;
  /** Tenants whose calls are taken; undefined while nobody knows. */
  readonly open: number | undefined;
  /** Tenants that may not be here, and calls refused for it since this was last asked. */
  violations(): number;
  /** A call was refused because its tenant may not be here. */
  refused(tenantId: string): void;
  /** Resolves when the database is ready, or never will be. */
  readonly ready: Promise<void>;
  /** Resolves after the signal, when nothing is under way any more. */
  readonly closed: Promise<void>;
}

export function watchTenants({ cell, owner, database, logger, signal }: TenantWatchOptions): TenantWatch {
  let isForeign = false;
  let open: number | undefined;
  let breaching = new Set<string>();
  let refusals = 0;

  async function check(): Promise<void> {
    try {
      const breaches = await residencyBreaches(database);
      for (const { tenantId, breach } of breaches)
        if (!breaching.has(tenantId))
          logger.error({ tenantId, breach }, 'a tenant may not be here: its calls are refused');
      breaching = new Set(breaches.map(({ tenantId }) => tenantId));
      open = await openTenants(database);
    } catch (error) {
      // That the database is down, health and the event log say.
      logger.debug({ error: describeFailure(error) }, 'tenants could not be checked');
    }
  }

  // A schema that cannot be brought up to date is no reason not to answer: events wait, and the log says why.
  const ready = whenUp(() => refuseForeign(owner, cell), { signal })
    .then(() => migrateWhenUp(owner, { logger, signal }))
    .then(() => whenUp(() => claimCell(owner, cell), { signal }))
    .then(check)
    .catch((error) => {
      if (error instanceof ForeignDatabaseError) {
        isForeign = true;
        logger.error({ why: error.message }, "the database is another cell's: no call is taken");
      } else logger.error({ ...safeError(error) }, 'the database could not be made ready');
    });
  const closed = ready.then(async () => {
    while (!signal.aborted) {
      await pause(CHECKED_EVERY_MS, signal);
      if (!signal.aborted && !isForeign) await check();
    }
  });

  return {
    get isForeign() {
      return isForeign;
    },
    get open() {
      return open;
    },
    violations() {
      const count = breaching.size + refusals + Number(isForeign);
      refusals = 0;
      return count;
    },
    refused(tenantId) {
      refusals += 1;
      logger.warn({ tenantId }, 'a call was refused: its tenant may not be here');
    },
    ready,
    closed,
  };
}
