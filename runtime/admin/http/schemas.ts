/** Schemas that several resources share. */
import { z } from 'zod';

export const uuid = z.uuid('a UUID such as 01890a5d-ac96-774b-bcce-b302099a8057').toLowerCase();
export const moment = z.iso.datetime().describe('ISO 8601, UTC');

/** Names of people and companies may hold anything but what no text holds. */
export const name = z.string().trim().min(1).max(200);

export const tenantPath = z.strictObject({ tenantId: uuid });
export const noPath = z.strictObject({});
export const noQuery = z.strictObject({});

export const LONGEST_PAGE = 200;
export const limit = z.coerce.number().int().min(1).max(LONGEST_PAGE).default(50).describe('How many at most');

/** Of lists in the order of ids. */
export const idPage = z.strictObject({
  limit,
  after: uuid.optional().describe('Go on after this one: `next` of the page before'),
});

/** A list's page; `next` is there when there is more. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    next: z.string().optional().describe('Give it as `after` to go on; absent on the last page'),
  });
}

/** Asked for one more than the page holds: whether there is more. */
export function paged<Item>(
  found: readonly Item[],
  most: number,
  cursorOf: (last: Item) => string,
): { items: Item[]; next?: string } {
  const items = found.slice(0, most);
  const last = items.at(-1);
  return found.length > most && last !== undefined ? { items, next: cursorOf(last) } : { items };
}

/** A place in a list that is ordered by time: opaque to whoever carries it. */
export const timeCursor = z
  .string()
  .max(200)
  .transform((text, context) => {
    const [at, id, ...rest] = Buffer.from(text, 'base64url').toString().split(' ');
    const place = z.tuple([z.iso.datetime(), z.uuid()]).safeParse([at, id]);
    if (place.success && rest.length === 0) return { at: place.data[0], id: place.data[1] };
    context.addIssue({ code: 'custom', message: '`next` of the page before, as it was' });
    return z.NEVER;
  });

export function spellTimeCursor(at: string, id: string): string {
  return Buffer.from(`${at} ${id}`).toString('base64url');
}
