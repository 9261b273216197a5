/** Everything of a list that is read page by page. */
export async function everyPage<Item>(
  page: (after: string | undefined) => Promise<readonly Item[]>,
  cursorOf: (last: Item) => string,
): Promise<Item[]> {
  const all: Item[] = [];
  for (let items = await page(undefined); items.length > 0; items = await page(cursorOf(items.at(-1)!)))
    all.push(...items);
  return all;
}

/** What one of them holds. */
export const PAGE = 500;
