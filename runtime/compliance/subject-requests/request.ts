/** What a person may ask about his data, and what is known of his asking. Pure. */
import { z } from 'zod';
import { E164 } from '../../channels/numbers.ts';

/**
 * `access`: a copy to read. `export`: a copy to take elsewhere; the same archive is both. `delete`: all of it. `rectify`:
 * words of his transcripts. `optout`: nothing but the calls themselves from now on. `withdraw`: his consent, for what exists.
 */
export const REQUEST_KINDS = ['access', 'export', 'delete', 'rectify', 'optout', 'withdraw'] as const;
export type RequestKind = (typeof REQUEST_KINDS)[number];

/** `failed`: given up after many attempts, and to be asked for again. `refused`: answered, with a no. */
export const REQUEST_STATES = ['received', 'running', 'done', 'refused', 'failed'] as const;
export type RequestState = (typeof REQUEST_STATES)[number];

/** In every transcript of his, the one in the place of the other. */
export interface Correction {
  readonly replace: string;
  readonly with: string;
}

const LONGEST_WORDS = 200;
/** Neither control characters nor halves of surrogate pairs, which no transcript holds. */
const PLAIN = /^[^\p{Cc}\p{Cs}]*$/u;
const words = z.string().max(LONGEST_WORDS).regex(PLAIN, 'expected no control characters');

export const correctionSchema = z
  .strictObject({
    replace: words.trim().regex(/[\p{L}\p{N}].*[\p{L}\p{N}]/u, 'expected at least two letters or digits'),
    with: words.trim().min(1, 'expected at least one character'),
  })
  .refine((correction) => correction.replace !== correction.with, 'expected two different texts');

/** A method, not a person: it is kept when the person is forgotten. */
export const verifiedBySchema = z
  .string()
  .trim()
  .regex(
    /^\p{L}[\p{L} ,-]{0,99}$/u,
    'expected the way in words without digits, such as "account login" or "call back"',
  );

/** Why a request is refused: told to the person, and kept. */
export const becauseSchema = z.string().trim().min(1).max(500).regex(PLAIN, 'expected no control characters');

export const numberSchema = z.string().trim().regex(E164, 'expected a number such as +4930123456');

export interface SubjectRequest {
  /** UUIDs. */
  readonly id: string;
  readonly tenantId: string;
  readonly kind: RequestKind;
  readonly state: RequestState;
  readonly verifiedBy: string;
  readonly jurisdiction: string;
  readonly law: string;
  /** ISO 8601, UTC, as all times here. */
  readonly requestedAt: string;
  readonly dueAt: string;
  readonly completedAt?: string;
  /** The deadline has passed, and nobody has answered. */
  readonly isOverdue: boolean;
  readonly progress: RequestProgress;
  readonly result?: RequestResult;
}

/** How far the work has come, so that another process can go on, and people can see that it does. */
export interface RequestProgress {
  readonly phase?: string;
  /** The last conversation that is done with. */
  readonly after?: string;
  readonly counts?: Counts;
  /** Whose it is: known as long as the work needs it. */
  readonly callerId?: string;
  /** Recordings that were still being written when they were deleted. */
  readonly unfinished?: readonly string[];
  /** How often it was looked at again since it was done. */
  readonly looks?: number;
  /** Why the last attempt failed. */
  readonly lastError?: string;
}

export type Counts = Readonly<Record<string, number>>;

export interface RequestResult {
  readonly counts?: Counts;
  readonly archive?: { readonly key: string; readonly bytes: number; readonly keptUntil: string };
  /** Of a deletion: see `certificate.ts`. */
  readonly certificate?: Readonly<Record<string, unknown>>;
  readonly note?: string;
}

/** A row of `subject_requests`, without whose it is. */
export interface RequestRow extends Record<string, unknown> {
  id: string;
  tenant_id: string;
  kind: RequestKind;
  state: RequestState;
  verified_by: string;
  jurisdiction: string;
  law: string;
  requested_at: Date;
  due_at: Date;
  completed_at: Date | null;
  is_overdue: boolean;
  progress: RequestProgress;
  result: RequestResult | null;
}

export const REQUEST_COLUMNS = `id, tenant_id, kind, state, verified_by, jurisdiction, law, requested_at, due_at, completed_at,
  progress, result, (state in ('received', 'running', 'failed') and due_at < now()) as is_overdue`;

export function toRequest(row: RequestRow): SubjectRequest {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    kind: row.kind,
    state: row.state,
    verifiedBy: row.verified_by,
    jurisdiction: row.jurisdiction,
    law: row.law,
    requestedAt: row.requested_at.toISOString(),
    dueAt: row.due_at.toISOString(),
    completedAt: row.completed_at?.toISOString(),
    isOverdue: row.is_overdue,
    progress: row.progress,
    result: row.result ?? undefined,
  };
}
