/**
 * The lines of `data.ndjson`, as they are promised to whoever reads them: its schema is made from this, and travels with
 * the data.
 */
import { z } from 'zod';

const time = z.iso.datetime().describe('ISO 8601, UTC');
const uuid = z.uuid();
const optional = <Schema extends z.ZodType>(schema: Schema) => schema.nullable();

const request = z.strictObject({
  record: z.literal('request'),
  requestId: uuid,
  kind: z.string().describe('what was asked for'),
  requestedAt: time,
  tenantId: uuid,
  tenant: z.string().describe('whose data this is, in law: the organisation that was called'),
  region: z.string().describe('where it is kept'),
  law: z.string().describe('the law that sets the deadline'),
});

const person = z.strictObject({
  record: z.literal('person'),
  callerId: uuid.describe('stands for you in our records, which do not hold your number'),
  firstCalledAt: time,
  optedOutAt: optional(time).describe('since when nothing of you is recorded any more'),
});

const conversation = z.strictObject({
  record: z.literal('conversation'),
  conversationId: uuid,
  callId: optional(z.string()).describe("the telephone network's own name of the call"),
  channel: z.string(),
  agent: z.string(),
  agentVersion: z.string(),
  region: z.string(),
  startedAt: time,
  endedAt: optional(time),
  endReason: optional(z.string()),
  durationMs: optional(z.int()),
  transcript: z.string().describe('file in this archive'),
});

const event = z.strictObject({
  record: z.literal('event'),
  conversationId: uuid,
  sequence: z.int().nonnegative(),
  at: time,
  atMs: z.int().describe('milliseconds since the call began'),
  type: z.string().describe('caller-turn and agent-turn hold what was said'),
  body: z.record(z.string(), z.unknown()),
});

const consent = z.strictObject({
  record: z.literal('consent'),
  consentId: uuid,
  conversationId: uuid,
  purpose: z.string(),
  jurisdiction: z.string(),
  wording: z.string(),
  wordingVersion: z.string(),
  language: z.string(),
  askedAt: time,
  playedAt: optional(time).describe('when the wording had been played to its end'),
  answer: optional(z.enum(['yes', 'no', 'none'])),
  answeredBy: optional(z.string()),
  answeredAt: optional(time),
  withdrawnAt: optional(time),
  withdrawnBy: optional(z.string()),
});

const recording = z.strictObject({
  record: z.literal('recording'),
  recordingId: uuid,
  conversationId: uuid,
  startedAt: time,
  finishedAt: optional(time),
  outcome: optional(z.string()).describe('complete, cut (its end is missing), withdrawn or failed (nothing is kept)'),
  durationMs: optional(z.int()),
  file: optional(z.string()).describe('file in this archive, two channels: you and the agent'),
});

const access = z.strictObject({
  record: z.literal('access'),
  at: z.string().describe('ISO 8601, UTC, to the microsecond'),
  who: z.string(),
  action: z.string(),
  what: z.string(),
  id: optional(z.string()),
  why: z.string(),
  region: z.string(),
});

const asked = z.strictObject({
  record: z.literal('earlier-request'),
  requestId: uuid,
  kind: z.string(),
  requestedAt: time,
});

export const recordSchema = z.discriminatedUnion('record', [
  request,
  person,
  asked,
  conversation,
  event,
  consent,
  recording,
  access,
]);

export type DataRecord = z.output<typeof recordSchema>;

/** JSON Schema 2020-12 of one line. */
export function recordJsonSchema(): object {
  return {
    ...z.toJSONSchema(recordSchema),
    title: 'One line of data.ndjson',
    description: 'Each line of the file is one JSON object; "record" says what it is about.',
  };
}
