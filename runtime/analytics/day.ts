/** Which day is exported: a day of UTC that is over, as all its calls begin in it. Pure. */

/** `2026-11-24` */
export type Day = string;

const DAY_MS = 86_400_000;

/** Thrown with what was expected instead. */
export class DayError extends Error {
  override readonly name = 'DayError';
}

export const dayOf = (ms: number): Day => new Date(ms).toISOString().slice(0, 10);

/** The last day that is over. */
export const dayBefore = (nowMs: number): Day => dayOf(nowMs - DAY_MS);

/** Throws {@link DayError}. */
export function checkDay(text: string, nowMs: number): Day {
  const beginsAt = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(beginsAt) || dayOf(beginsAt) !== text)
    throw new DayError(`found the day ${JSON.stringify(text)}, expected one such as ${dayBefore(nowMs)}`);
  if (beginsAt + DAY_MS > nowMs)
    throw new DayError(`found ${text}, which is not over yet in UTC; expected ${dayBefore(nowMs)} or an earlier day`);
  return text;
}

/** The beginning of an hour of a day, as the database reads it. */
export const hourOf = (day: Day, hour: number): string => `${day}T${String(hour).padStart(2, '0')}:00:00Z`;
