/** How much is done at once, and how long the work then rests: calls share the database with it. Pure. */

/** Calls' own writes wait no longer than this behind a batch, about. */
const TARGET_MS = 15;
export const SMALLEST_BATCH = 50;
export const LARGEST_BATCH = 2_000;
const SHORTEST_REST_MS = 5;
const LONGEST_REST_MS = 1_000;

/** Rows of the next batch: more while batches are short, fewer as soon as they are not. */
export function nextBatch(rows: number, tookMs: number): number {
  const wanted = tookMs < TARGET_MS / 2 ? rows * 2 : tookMs > TARGET_MS ? rows / 2 : rows;
  return Math.min(Math.max(Math.round(wanted), SMALLEST_BATCH), LARGEST_BATCH);
}

/** Twice as long as it worked: the database is the calls' two thirds of the time. */
export function restAfter(tookMs: number): number {
  return Math.min(Math.max(Math.round(tookMs * 2), SHORTEST_REST_MS), LONGEST_REST_MS);
}
