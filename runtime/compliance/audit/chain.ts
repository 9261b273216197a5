/**
 * Holds the chain of audit entries against itself, entry by entry. Pure, and independent of the database's own functions:
 * whoever can change entries can change those too.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';

/** An entry as it is kept; every field as the database spells it. */
export interface AuditEntry {
  readonly id: string;
  /** 1, 2, 3, … */
  readonly position: number;
  /** ISO 8601, UTC, to the microsecond. */
  readonly at: string;
  readonly region: string;
  readonly actor: string;
  readonly reason: string;
  readonly action: string;
  readonly resource: string;
  readonly resourceId: string | null;
  readonly tenantId: string | null;
  readonly callerId: string | null;
  /** JSON, as text. */
  readonly details: string | null;
  /** Hex, as the other one. */
  readonly previousHash: string;
  readonly hash: string;
}

/** A moment of the chain: this many entries, the last of which has this hash. */
export interface ChainHead {
  readonly position: number;
  /** Hex. */
  readonly hash: string;
}

export type ChainProblem =
  /** What it says is not what was hashed. */
  | { readonly problem: 'changed'; readonly position: number }
  /** It does not follow from the entry before it: one of the two was replaced. */
  | { readonly problem: 'broken-link'; readonly position: number }
  /** Entries that were there are not: `position` to `until`, both included. */
  | { readonly problem: 'missing'; readonly position: number; readonly until: number }
  /** There are entries beyond the recorded end. */
  | { readonly problem: 'beyond-head'; readonly position: number }
  /** The record of where the chain ends is gone: nobody knows what came after `position`. */
  | { readonly problem: 'no-head'; readonly position: number }
  /** At the anchor's position the chain once had another hash: everything up to it may have been rewritten. */
  | { readonly problem: 'not-as-anchored'; readonly position: number };

export const GENESIS: ChainHead = { position: 0, hash: createHash('sha256').update('voicecell audit').digest('hex') };

export function hashOf(entry: AuditEntry): string {
  const { position, at, region, actor, reason, action, resource, resourceId, tenantId, callerId, details } = entry;
  const fields = [
    String(position),
    at,
    region,
    actor,
    reason,
    action,
    resource,
    resourceId,
    tenantId,
    callerId,
    details,
  ];
  return createHash('sha256')
    .update(Buffer.from(entry.previousHash, 'hex'))
    .update(fields.map(spell).join(''))
    .digest('hex');
}

/** `5:hello`, `-:` for nothing: no two lists of fields read the same. */
function spell(field: string | null): string {
  return field === null ? '-:' : `${Buffer.byteLength(field)}:${field}`;
}

/** Is told the entries in order, then where the chain should end; remembers what is wrong and nothing else. */
export class ChainCheck {
  readonly problems: ChainProblem[] = [];
  readonly #anchors: ReadonlyMap<number, string>;
  #last = GENESIS;

  /** @param anchors moments of the chain that were written down elsewhere. */
  constructor(anchors: readonly ChainHead[] = []) {
    this.#anchors = new Map(anchors.map(({ position, hash }) => [position, hash.toLowerCase()]));
  }

  /** The last entry so far. */
  get last(): ChainHead {
    return this.#last;
  }

  add(entry: AuditEntry): void {
    const { position, hash, previousHash } = entry;
    const expected = this.#last.position + 1;
    if (position > expected) this.problems.push({ problem: 'missing', position: expected, until: position - 1 });
    else if (previousHash !== this.#last.hash) this.problems.push({ problem: 'broken-link', position });
    if (hashOf(entry) !== hash) this.problems.push({ problem: 'changed', position });
    const anchored = this.#anchors.get(position);
    if (anchored !== undefined && anchored !== hash) this.problems.push({ problem: 'not-as-anchored', position });
    this.#last = { position, hash };
  }

  /** @param head the recorded end of the chain; undefined when even that is gone. */
  finish(head: ChainHead | undefined): readonly ChainProblem[] {
    const { position, hash } = this.#last;
    const furthest = Math.max(head?.position ?? 0, ...this.#anchors.keys());
    if (furthest > position) this.problems.push({ problem: 'missing', position: position + 1, until: furthest });
    if (head === undefined) this.problems.push({ problem: 'no-head', position });
    else if (head.position < position) this.problems.push({ problem: 'beyond-head', position });
    else if (head.position === position && head.hash !== hash) this.problems.push({ problem: 'broken-link', position });
    return this.problems;
  }
}

const text = z.string();
const entrySchema = z.object({
  id: text,
  position: z.int().positive(),
  at: text,
  region: text,
  actor: text,
  reason: text,
  action: text,
  resource: text,
  resourceId: text.nullable(),
  tenantId: text.nullable(),
  callerId: text.nullable(),
  details: text.nullable(),
  previousHash: text,
  hash: text,
});

/** A line of an export; undefined when it is none. */
export function parseEntry(line: string): AuditEntry | undefined {
  try {
    return entrySchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
