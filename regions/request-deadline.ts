/**
 * By when a person who asks about his data must have his answer. The law is data (`facts/request-deadlines.json`:
 * engineering defaults, not legal advice); extensions that a law allows are not taken.
 */
import { type Facts, knownFacts, own } from './facts.ts';

export interface RequestDeadline {
  readonly dueAt: Date;
  readonly law: string;
}

const DAY_MS = 86_400_000;

/** @param jurisdiction whose law the tenant's data is under: `EU`, `US`, … One that is not on record gets 30 days. */
export function requestDeadline(
  jurisdiction: string,
  { requestedAt, isOptout = false }: { readonly requestedAt: Date; readonly isOptout?: boolean },
  facts: Facts = knownFacts,
): RequestDeadline {
  const { jurisdictions, otherwise } = facts.requestDeadlines;
  const rule = own(jurisdictions, jurisdiction) ?? otherwise;
  const { law, optout } = rule;
  if (isOptout && optout) return { dueAt: daysAfter(requestedAt, optout.days), law: optout.law };
  return { dueAt: 'months' in rule ? monthsAfter(requestedAt, rule.months) : daysAfter(requestedAt, rule.days), law };
}

function daysAfter(at: Date, days: number): Date {
  return new Date(at.getTime() + days * DAY_MS);
}

/** To the same day of a later month, or its last where it has no such day: 31 January → 28 February. */
function monthsAfter(at: Date, months: number): Date {
  const due = new Date(at);
  due.setUTCMonth(due.getUTCMonth() + months);
  if (due.getUTCDate() !== at.getUTCDate()) due.setUTCDate(0);
  return due;
}
