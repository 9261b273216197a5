/** What is in a person's archive, file by file, each read from the database and the store only while it is written. */
import type { ObjectStore } from '../../../objects/store.ts';
import type { KnownCaller } from '../caller.ts';
import type { Counts, SubjectRequest } from '../request.ts';
import { readme } from './readme.ts';
import { type DataRecord, recordJsonSchema } from './records.ts';
import {
  type ArchivedConversation,
  type ArchivedRecording,
  accessesOf,
  consentsOf,
  conversationsOf,
  eventsOf,
  iso,
  type Look,
  recordingsOf,
} from './rows.ts';
import { transcriptHead, transcriptLine, transcriptName } from './transcript.ts';
import type { ArchiveFile } from './zip.ts';

export interface ArchiveSource {
  readonly look: Look;
  readonly request: SubjectRequest;
  /** The tenant's name. */
  readonly tenant: string;
  readonly region: string;
  /** Undefined when nobody of that number ever called: the archive then says that. */
  readonly caller: KnownCaller | undefined;
  readonly earlier: readonly Pick<SubjectRequest, 'id' | 'kind' | 'requestedAt'>[];
  readonly recordings: ObjectStore | undefined;
  /** What has been written so far. */
  readonly onCounts?: (counts: Counts) => void;
}

/** The README comes last: only then is it known what there is. */
export async function* archiveFiles(source: ArchiveSource): AsyncGenerator<ArchiveFile> {
  const { look, caller, request } = source;
  const until = request.requestedAt;
  const counts: Record<string, number> = {};
  const count = (name: string) => {
    counts[name] = (counts[name] ?? 0) + 1;
    source.onCounts?.(counts);
  };
  yield { name: 'data.schema.json', body: once(`${JSON.stringify(recordJsonSchema(), null, 2)}\n`) };
  yield { name: 'data.ndjson', body: lines(dataRecords(source, count)) };
  if (caller) {
    for await (const conversation of conversationsOf(look, caller.id, until))
      yield { name: transcriptFile(conversation), body: transcript(look, conversation, until) };
    for await (const recording of recordingsOf(look, caller.id, until)) {
      const body = isWhole(recording) ? await storeOf(source).get(recording.objectKey) : undefined;
      if (!body) continue;
      count('recordings');
      yield { name: recordingFile(recording), body, compress: false };
    }
  }
  yield { name: 'who-saw-it.txt', body: accessLines(source, count) };
  const { tenant, region } = source;
  yield {
    name: 'README.txt',
    body: once(readme({ tenant, region, requestedAt: until, requestId: request.id, counts })),
  };
}

async function* dataRecords(source: ArchiveSource, count: (name: string) => void): AsyncGenerator<DataRecord> {
  const { look, request, tenant, region, caller, earlier } = source;
  const { id: requestId, kind, requestedAt, tenantId, law } = request;
  yield { record: 'request', requestId, kind, requestedAt, tenantId, tenant, region, law };
  for (const { id, kind: asked, requestedAt: at } of earlier)
    yield { record: 'earlier-request', requestId: id, kind: asked, requestedAt: at };
  if (!caller) return;
  yield {
    record: 'person',
    callerId: caller.id,
    firstCalledAt: caller.firstCalledAt.toISOString(),
    optedOutAt: iso(caller.optedOutAt),
  };
  for await (const conversation of conversationsOf(look, caller.id, requestedAt)) {
    count('conversations');
    yield conversationRecord(conversation);
    for await (const event of eventsOf(look, conversation.id, requestedAt)) {
      count('events');
      yield event;
    }
  }
  for await (const consent of consentsOf(look, caller.id, requestedAt)) {
    count('consents');
    yield consent;
  }
  for await (const recording of recordingsOf(look, caller.id, requestedAt)) {
    const isKept = isWhole(recording) && (await storeOf(source).exists(recording.objectKey));
    yield recordingRecord(recording, isKept ? recordingFile(recording) : null);
  }
  yield* accessesOf(look, caller.id, requestedAt);
}

function conversationRecord(conversation: ArchivedConversation): DataRecord {
  const { id, callId, channel, agent, agentVersion, region, startedAt, endedAt, endReason, durationMs } = conversation;
  return {
    record: 'conversation',
    conversationId: id,
    callId,
    channel,
    agent,
    agentVersion,
    region,
    startedAt: startedAt.toISOString(),
    endedAt: iso(endedAt),
    endReason,
    durationMs,
    transcript: transcriptFile(conversation),
  };
}

function recordingRecord(recording: ArchivedRecording, file: string | null): DataRecord {
  const { id, conversationId, startedAt, finishedAt, outcome, durationMs } = recording;
  return {
    record: 'recording',
    recordingId: id,
    conversationId,
    startedAt: startedAt.toISOString(),
    finishedAt: iso(finishedAt),
    outcome,
    durationMs,
    file,
  };
}

const transcriptFile = (conversation: ArchivedConversation) => `transcripts/${transcriptName(conversation)}.txt`;

function recordingFile({ id, startedAt }: ArchivedRecording): string {
  return `recordings/${transcriptName({ id, startedAt })}.wav`;
}

/** Withdrawn ones are gone, and one that is still being made is not whole. */
function isWhole({ outcome }: ArchivedRecording): boolean {
  return outcome === 'complete' || outcome === 'cut';
}

/** An archive without the recordings there are would be a wrong answer. */
function storeOf({ recordings }: ArchiveSource): ObjectStore {
  if (recordings) return recordings;
  throw new Error('nothing says where the recordings are: expected the store of the cell');
}

async function* transcript(look: Look, conversation: ArchivedConversation, until: string): AsyncGenerator<string> {
  yield transcriptHead(conversation);
  for await (const event of eventsOf(look, conversation.id, until)) {
    const line = transcriptLine(event);
    if (line !== undefined) yield line;
  }
}

async function* accessLines(source: ArchiveSource, count: (name: string) => void): AsyncGenerator<string> {
  const { look, caller, request } = source;
  yield 'When (UTC), who, did what, to what, why\n\n';
  if (!caller) return;
  for await (const { at, who, action, what, why } of accessesOf(look, caller.id, request.requestedAt)) {
    count('accesses');
    yield `${at.slice(0, 19).replace('T', ' ')}  ${who}  ${action}  ${what}  ${why.replace(/\s+/g, ' ')}\n`;
  }
}

/** Lines gathered to pieces that are worth compressing. */
async function* lines(records: AsyncIterable<DataRecord>): AsyncGenerator<string> {
  let piece = '';
  for await (const record of records) {
    piece += `${JSON.stringify(record)}\n`;
    if (piece.length < 65_536) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}

async function* once(text: string): AsyncGenerator<string> {
  yield text;
}
