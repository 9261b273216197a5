/** A call's event as a row: checked, made fit for `jsonb` and measured. Pure. */
import type { CallEvent, EndReason } from '../call/events.ts';
import { isUuid } from './uuid.ts';

/** What the `conversations` table knows from the call's first event on. */
export interface ConversationStart {
  readonly id: string;
  readonly tenantId: string;
  /** Keyed hash of the caller's number, hex. */
  readonly caller: string | null;
  readonly callId: string | null;
  readonly channel: string;
  readonly agent: string;
  readonly agentVersion: string;
  readonly region: string;
  readonly startedAt: string;
}

export interface ConversationEnd {
  readonly endedAt: string;
  readonly reason: EndReason;
  readonly durationMs: number;
}

export interface EventRow {
  /** Every row knows its conversation, so that any batch can bring the conversation's own row along. */
  readonly start: ConversationStart;
  readonly end?: ConversationEnd;
  readonly sequence: number;
  readonly at: string;
  readonly atMs: number;
  readonly type: string;
  /** JSON of everything that has no column. */
  readonly body: string;
}

/** Where in which conversation a row belongs: enough to say that it is missing. */
export type RowPlace = Pick<EventRow, 'start' | 'sequence' | 'at' | 'atMs'>;

/** A tool's answer may be large; nothing else comes near. */
export const LARGEST_BODY_BYTES = 262_144;

/** Roughly what a row costs in memory besides its body. */
const ROW_BYTES = 400;

export const rowBytes = (row: EventRow): number => ROW_BYTES + row.body.length;

/** `undefined` when the event does not say enough to be kept in order: no id, no number, no time. */
export function placeOf(event: CallEvent, start: ConversationStart): RowPlace | undefined {
  const { sequence, at, atMs } = event;
  const isSound =
    Number.isInteger(sequence) && sequence >= 0 && sequence <= INT4_MAX && isTime(at) && Number.isFinite(atMs);
  if (!isSound) return undefined;
  return { start, sequence, at: new Date(at).toISOString(), atMs: Math.min(Math.round(atMs), INT4_MAX) };
}

/** Throws when the event cannot be written as JSON, or is too large. */
export function toRow(event: CallEvent, place: RowPlace): EventRow {
  const { conversationId: _id, sequence: _sequence, at: _at, atMs: _atMs, type, ...rest } = event;
  const body = fitForJsonb(JSON.stringify(rest));
  if (Buffer.byteLength(body) > LARGEST_BODY_BYTES)
    throw new Error(`an event of ${Buffer.byteLength(body)} bytes, expected at most ${LARGEST_BODY_BYTES}`);
  if (event.type !== 'call-ended') return { ...place, type, body };
  const end = { endedAt: place.at, reason: event.reason, durationMs: Math.round(event.durationMs) };
  return { ...place, type, body, end };
}

/** The start of a conversation, if this event is one and names UUIDs. */
export function startOf(event: CallEvent): ConversationStart | undefined {
  if (event.type !== 'call-started' || !isUuid(event.conversationId) || !isTime(event.at)) return undefined;
  if (!isUuid(event.tenantId)) return undefined;
  const { conversationId: id, tenantId, caller = null, callId = null, channel, agent, agentVersion, region } = event;
  return { id, tenantId, caller, callId, channel, agent, agentVersion, region, startedAt: event.at };
}

/** Stands in the place of what was lost, so that whoever reads the conversation sees the gap. */
export function lossRow({ start, sequence, at, atMs }: RowPlace, lost: number): EventRow {
  const message = lost === 1 ? '1 event is missing here' : `${lost} events are missing from here on`;
  const body = JSON.stringify({ stage: 'runtime', code: 'events-lost', message });
  return { start, sequence, at, atMs, type: 'problem', body };
}

const INT4_MAX = 2_147_483_647;

function isTime(at: string): boolean {
  return !Number.isNaN(Date.parse(at));
}

/**
 * `jsonb` takes neither NUL nor half a surrogate pair. `JSON.stringify` writes both as escapes, which can only be
 * confused with a written-out backslash; hence the even number of them before.
 */
function fitForJsonb(json: string): string {
  if (!json.includes('\\u')) return json;
  return json.replace(/(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/gi, '$1\\ufffd');
}
