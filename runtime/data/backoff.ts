const FIRST_MS = 200;
const LONGEST_MS = 10_000;

/** How long to wait after the nth failure in a row (1, 2, …): 200 ms, doubling up to 10 s. */
export function backoffMs(failures: number): number {
  return Math.min(FIRST_MS * 2 ** (failures - 1), LONGEST_MS);
}
