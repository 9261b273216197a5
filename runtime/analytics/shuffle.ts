/** Puts rows into an order that tells nothing, while holding only so many of them. */
import { randomInt } from 'node:crypto';

/** Rows of some hundred calls: what follows one another in the output was said in different ones. */
export const HELD_ROWS = 5_000;

export async function* shuffled<T>(rows: AsyncIterable<T>, held = HELD_ROWS): AsyncGenerator<T> {
  const pool: T[] = [];
  const draw = (): T => {
    const at = randomInt(pool.length);
    const drawn = pool[at]!;
    pool[at] = pool[pool.length - 1]!;
    pool.pop();
    return drawn;
  };
  for await (const row of rows) {
    pool.push(row);
    if (pool.length > held) yield draw();
  }
  while (pool.length > 0) yield draw();
}
