/** What callers were asked, and what they said. The rows follow from the events of their calls; here they are read. */
import type { Queryable } from './database.ts';

export interface Consent {
  /** UUID. */
  readonly id: string;
  readonly conversationId: string;
  /** Absent for a caller who showed no number. */
  readonly callerId?: string;
  readonly purpose: string;
  /** Whose law the wording was written for. */
  readonly jurisdiction: string;
  readonly wording: string;
  readonly wordingVersion: string;
  readonly language: string;
  /** ISO 8601, UTC, as the others. */
  readonly askedAt: string;
  /** The channel acknowledged its last word. */
  readonly playedAt?: string;
  readonly answer?: 'yes' | 'no' | 'none';
  readonly answeredBy?: string;
  readonly answeredAt?: string;
  readonly withdrawnAt?: string;
  readonly withdrawnBy?: string;
}

export interface ConsentFilter {
  readonly limit: number;
  readonly conversationId?: string;
  readonly callerId?: string;
  /** Go on after this one, which was the last of the page before. */
  readonly after?: Pick<Consent, 'id' | 'askedAt'>;
}

interface Row {
  id: string;
  conversation_id: string;
  caller_id: string | null;
  purpose: string;
  jurisdiction: string;
  wording: string;
  wording_version: string;
  language: string;
  asked_at: Date;
  played_at: Date | null;
  answer: 'yes' | 'no' | 'none' | null;
  answered_by: string | null;
  answered_at: Date | null;
  withdrawn_at: Date | null;
  withdrawn_by: string | null;
}

/** The latest first. */
export async function listConsents(transaction: Queryable, filter: ConsentFilter): Promise<Consent[]> {
  const { limit, conversationId = null, callerId = null, after } = filter;
  const rows = await transaction.query<Row>(
    `select * from consents
     where ($2::uuid is null or conversation_id = $2) and ($3::uuid is null or caller_id = $3)
       and ($4::timestamptz is null or (asked_at, id) < ($4::timestamptz, $5::uuid))
     order by asked_at desc, id desc limit $1`,
    [limit, conversationId, callerId, after?.askedAt ?? null, after?.id ?? null],
  );
  return rows.map(toConsent);
}

export async function findConsent(transaction: Queryable, id: string): Promise<Consent | undefined> {
  const [row] = await transaction.query<Row>('select * from consents where id = $1', [id]);
  return row && toConsent(row);
}

function toConsent(row: Row): Consent {
  return {
    id: row.id,
    conversationId: row.conversation_id,
    callerId: row.caller_id ?? undefined,
    purpose: row.purpose,
    jurisdiction: row.jurisdiction,
    wording: row.wording,
    wordingVersion: row.wording_version,
    language: row.language,
    askedAt: row.asked_at.toISOString(),
    playedAt: row.played_at?.toISOString(),
    answer: row.answer ?? undefined,
    answeredBy: row.answered_by ?? undefined,
    answeredAt: row.answered_at?.toISOString(),
    withdrawnAt: row.withdrawn_at?.toISOString(),
    withdrawnBy: row.withdrawn_by ?? undefined,
  };
}
