/**
 * Who can be told together. A row speaks of at least {@link K} people, or it is not written: hours in which fewer called
 * an agent are put together as "some hour of the day", and when even those are too few, nothing is said of them. Pure.
 */

/** As many as make it hard to tell who of them it was; the smallest that guides to anonymity recommend. */
export const K = 5;

export interface HourCount {
  readonly agent: string;
  /** 0 to 23, UTC. */
  readonly hour: number;
  /** Different callers, {@link K} of them at most. One who shows no number is another each time: nobody can tell. */
  readonly people: readonly string[];
}

export interface Group {
  readonly agent: string;
  /** Undefined: no hour is told. */
  readonly hour: number | undefined;
  readonly hours: readonly number[];
}

/** The groups of a day that may be told, by agent and hour, those without an hour last. */
export function groupsOf(counts: readonly HourCount[]): Group[] {
  const groups: Group[] = [];
  const few = new Map<string, { hours: number[]; people: Set<string> }>();
  for (const { agent, hour, people } of counts) {
    const distinct = new Set(people);
    if (distinct.size >= K) groups.push({ agent, hour, hours: [hour] });
    else if (distinct.size > 0) {
      const rest = few.get(agent) ?? { hours: [], people: new Set() };
      rest.hours.push(hour);
      for (const person of distinct) rest.people.add(person);
      few.set(agent, rest);
    }
  }
  groups.sort((a, b) => compare(a.agent, b.agent) || (a.hour ?? 0) - (b.hour ?? 0));
  for (const [agent, { hours, people }] of [...few].sort(([a], [b]) => compare(a, b)))
    if (people.size >= K) groups.push({ agent, hour: undefined, hours: hours.sort((a, b) => a - b) });
  return groups;
}

/** Counts that speak of too few are left out. */
export function tellable(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count >= K));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
