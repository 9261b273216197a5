/** People who called, and whoever answers what they ask about it. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { CallEvent, CallEventBody } from '../../runtime/call/events.ts';
import type { Actor } from '../../runtime/compliance/audit/audit.ts';
import { type Filing, fileRequest } from '../../runtime/compliance/subject-requests/filing.ts';
import { claimRequest } from '../../runtime/compliance/subject-requests/lease.ts';
import type { SubjectRequest } from '../../runtime/compliance/subject-requests/request.ts';
import { findRequest } from '../../runtime/compliance/subject-requests/requests.ts';
import { runRequest } from '../../runtime/compliance/subject-requests/run.ts';
import type { Stores } from '../../runtime/compliance/subject-requests/work.ts';
import { type Database, openDatabase } from '../../runtime/data/database.ts';
import { type EventRow, placeOf, startOf, toRow } from '../../runtime/data/event-row.ts';
import { eventWriter } from '../../runtime/data/event-writer.ts';
import { openObjectStore } from '../../runtime/objects/open.ts';
import type { ObjectStore } from '../../runtime/objects/store.ts';
import { callerHash } from '../../runtime/tenants/caller-hash.ts';
import type { TestDatabase } from './databases.ts';
import { house, prepareDatabase, testCell } from './tenants.ts';

export const CALLER_KEY = 'the key of those who call in tests, long enough';
export const ANN = '+4930123456';
export const BOB = '+4930654321';
/** Before any test is run: a request that is filed now is about it. */
const FIRST_CALL_AT = Date.parse('2026-01-05T10:00:00.000Z');

export const operator: Actor = { id: 'cli:test', reason: 'the person asked for it' };

export const hashOf = (number: string, tenantId = house.id) => callerHash(CALLER_KEY, tenantId, number)!;

export interface PastCall {
  readonly number: string;
  readonly tenantId?: string;
  readonly conversationId?: string;
  readonly says?: readonly string[];
  /** Key of the recording, whose object the test stores itself. */
  readonly recorded?: { readonly recordingId: string; readonly objectKey: string };
  readonly isUp?: boolean;
  /** @default a minute after the call before */
  readonly atMs?: number;
}

export interface KeptCall {
  readonly conversationId: string;
  readonly consentId: string;
  readonly objectKey?: string;
}

/** Events of one call that is over: greeting, consent, what he said, a tool, goodbye. */
export function pastCall(call: PastCall, nth: number): { events: CallEvent[]; kept: KeptCall } {
  const {
    number,
    tenantId = house.id,
    conversationId = randomUUID(),
    says = ['I am Jon Smyth.'],
    recorded,
    isUp,
  } = call;
  const consentId = randomUUID();
  const beganAt = call.atMs ?? FIRST_CALL_AT + nth * 60_000;
  const events: CallEvent[] = [];
  const add = (body: CallEventBody) => {
    const atMs = events.length * 500;
    events.push({ ...body, conversationId, sequence: events.length, at: new Date(beganAt + atMs).toISOString(), atMs });
  };
  add({
    type: 'call-started',
    tenantId,
    caller: hashOf(number, tenantId),
    channel: 'twilio',
    callId: `CA${conversationId}`,
    agent: 'bright-smile',
    agentVersion: '1',
    region: testCell.region,
    resumed: false,
  });
  const asked = { jurisdiction: 'EU', wordingVersion: '1', wording: 'May we record?', language: 'en-US' };
  add({ type: 'consent-asked', consentId, purpose: 'recording', ...asked });
  add({ type: 'consent-played', consentId });
  add({ type: 'consent-answered', consentId, answer: recorded ? 'yes' : 'no', by: 'speech' });
  if (recorded) add({ type: 'recording-started', ...recorded });
  for (const [turn, text] of says.entries()) {
    add({ type: 'caller-turn', turn, text, by: 'speech', waitMs: 300 });
    add({ type: 'tool-called', turn, id: `t${turn}`, name: 'book', input: { name: text } });
    const heard = { text: `Thank you. ${text}`, heardText: `Thank you. ${text}`, interrupted: false, waterfall: {} };
    add({ type: 'agent-turn', turn, kind: 'reply', ...heard, inputTokens: 1, outputTokens: 1 });
  }
  if (!isUp) {
    if (recorded) {
      const { recordingId } = recorded;
      add({ type: 'recording-finished', recordingId, outcome: 'complete', bytes: 1_000, durationMs: 62 });
    }
    add({ type: 'call-ended', reason: 'caller-hung-up', durationMs: events.length * 500 });
  }
  return { events, kept: { conversationId, consentId, objectKey: recorded?.objectKey } };
}

export function rowsOf(events: readonly CallEvent[]): EventRow[] {
  const start = startOf(events[0]!)!;
  return events.map((event) => toRow(event, placeOf(event, start)!));
}

/** A database of a cell and its stores, for one test. */
export async function openOffice(testDatabase: TestDatabase) {
  await prepareDatabase(testDatabase.connection);
  const { connection, maxConnections } = testDatabase;
  const database = openDatabase({ ...connection, maxConnections });
  const folder = await mkdtemp(join(tmpdir(), 'voicecell-subjects-'));
  const stores = {
    recordings: openObjectStore(join(folder, 'recordings'), { region: testCell.region }),
    exports: openObjectStore(join(folder, 'exports'), { region: testCell.region }),
  };
  onTestFinished(async () => {
    await database.close();
    await rm(folder, { recursive: true, force: true });
  });
  return new Office(database, stores, folder);
}

export class Office {
  readonly database: Database;
  readonly stores: Required<Stores>;
  readonly folder: string;
  #calls = 0;

  constructor(database: Database, stores: Required<Stores>, folder: string) {
    this.database = database;
    this.stores = stores;
    this.folder = folder;
  }

  /** Nobody has called, nobody has asked. */
  async clear(): Promise<void> {
    for (const table of ['conversations', 'consents', 'recordings', 'callers', 'erasures', 'subject_requests'])
      await this.database.query(`delete from ${table}`);
  }

  async addTenant(): Promise<string> {
    const id = randomUUID();
    await this.database.query('insert into tenants (id, name, region, data_residency) values ($1, $2, $3, $4)', [
      id,
      'another',
      testCell.region,
      testCell.residency[0],
    ]);
    return id;
  }

  /** With a recording of a few bytes where `recorded` is true. */
  async called(call: Omit<PastCall, 'recorded'> & { readonly recorded?: boolean }): Promise<KeptCall> {
    const { tenantId = house.id, conversationId = randomUUID() } = call;
    const recordingId = randomUUID();
    const objectKey = `${tenantId}/${conversationId}/${recordingId}.wav`;
    const recorded = call.recorded ? { recordingId, objectKey } : undefined;
    const { events, kept } = pastCall({ ...call, conversationId, recorded }, this.#calls++);
    await this.write(events);
    if (recorded && !call.isUp) await store(this.stores.recordings, objectKey, `sound of ${conversationId}`);
    return kept;
  }

  /** As the process of a call writes. */
  async write(events: readonly CallEvent[]): Promise<readonly string[]> {
    const erased: string[] = [];
    await eventWriter(this.database, (ids) => erased.push(...ids))(rowsOf(events));
    return erased;
  }

  file(filing: Partial<Filing> & Pick<Filing, 'kind'> & { readonly number: string }) {
    const { number, tenantId = house.id, ...rest } = filing;
    return this.database.within({ role: 'voicecell_admin', tenantId }, async (transaction) => {
      const filed = await fileRequest(transaction, operator, {
        tenantId,
        subjectHash: hashOf(number, tenantId),
        verifiedBy: 'call back',
        ...rest,
      });
      return filed!;
    });
  }

  /** Works on a request as a process does. @returns how it then stands */
  async work(id: string, { database = this.database, stores = this.stores as Stores } = {}): Promise<SubjectRequest> {
    const worker = randomUUID();
    const claimed = await claimRequest(database, worker, { id });
    if (!claimed) throw new Error('there is nothing to do for this request');
    const signal = new AbortController().signal;
    await runRequest({ database, stores, region: testCell.region, worker, claimed, signal });
    return this.request(id);
  }

  async answer(filing: Partial<Filing> & Pick<Filing, 'kind'> & { readonly number: string }): Promise<SubjectRequest> {
    const { request } = await this.file(filing);
    return this.work(request.id);
  }

  request(id: string): Promise<SubjectRequest> {
    return this.database.within({ role: 'voicecell_admin', cellWide: true }, async (transaction) => {
      const found = await findRequest(transaction, id);
      if (!found) throw new Error('there is no such request');
      return found;
    });
  }

  async count(table: string, where = 'true', ...values: unknown[]): Promise<number> {
    const [row] = await this.database.query<{ count: number }>(
      `select count(*)::integer as count from ${table} where ${where}`,
      values,
    );
    return row!.count;
  }

  async keys(which: keyof Stores): Promise<string[]> {
    const keys: string[] = [];
    for await (const { key } of this.stores[which].list('')) keys.push(key);
    return keys;
  }
}

export async function store(objects: ObjectStore, key: string, text: string): Promise<void> {
  await objects.put(key, bytesOf(text), { contentType: 'audio/wav', onFailure: 'discard' });
}

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

export async function readObject(objects: ObjectStore, key: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of (await objects.get(key))!) chunks.push(chunk);
  return Buffer.concat(chunks);
}
