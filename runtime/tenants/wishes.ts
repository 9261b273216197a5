/** What a caller has asked of his tenant for the calls to come. */
import type { Database } from '../data/database.ts';
import { runtimeOf } from '../data/scope.ts';

/** A call begins without waiting any longer; it is then not recorded. */
export const WISHES_WITHIN_MS = 500;

/**
 * May he be asked whether he can be recorded? Not once he has said that he never wants to be, and not while nobody knows
 * that. Never rejects.
 * @param caller keyed hash of his number, hex; who shows none can have said nothing
 */
export async function mayOfferRecording(
  database: Pick<Database, 'within'>,
  tenantId: string,
  caller: string | undefined,
  withinMs: number = WISHES_WITHIN_MS,
): Promise<boolean> {
  if (caller === undefined) return true;
  const asked = database
    .within(runtimeOf(tenantId), (transaction) =>
      transaction.query(
        `select id from callers where tenant_id = $1 and number_hash = decode($2, 'hex') and opted_out_at is not null`,
        [tenantId, caller],
      ),
    )
    .then(
      (found) => found.length === 0,
      () => false,
    );
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, withinMs, false);
  });
  return Promise.race([asked, tooLong]).finally(() => clearTimeout(timer));
}
