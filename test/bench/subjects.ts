/** A database and stores with many calls of one person, for measuring what his requests take. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { fileRequest } from '../../runtime/compliance/subject-requests/filing.ts';
import type { RequestKind } from '../../runtime/compliance/subject-requests/request.ts';
import { type Database, openDatabase } from '../../runtime/data/database.ts';
import { eventWriter } from '../../runtime/data/event-writer.ts';
import { startEmbeddedPostgres } from '../../runtime/local/postgres.ts';
import { openObjectStore } from '../../runtime/objects/open.ts';
import { hashOf, operator, pastCall, rowsOf } from '../support/subjects.ts';
import { house, prepareDatabase, testCell } from '../support/tenants.ts';

export interface Place {
  readonly name: string;
  readonly url: string;
  readonly folder: string;
  readonly database: Database;
  close(): Promise<void>;
}

/** The embedded database, and a real server where TEST_DATABASE_URL names one. */
export async function* places(): AsyncGenerator<Place> {
  const embedded = await startEmbeddedPostgres();
  yield place('embedded Postgres', embedded.url, 1, () => embedded.close());
  const server = process.env.TEST_DATABASE_URL;
  if (!server) return;
  const name = `voicecell_bench_${randomUUID().replaceAll('-', '')}`;
  const own = new URL(server);
  own.pathname = `/${name}`;
  await onServer(server, `create database ${name}`);
  yield place('PostgreSQL server', own.href, 4, () => onServer(server, `drop database ${name} with (force)`));
}

async function place(name: string, url: string, maxConnections: number, drop: () => Promise<void>): Promise<Place> {
  await prepareDatabase({ url, applicationName: 'bench' });
  const folder = await mkdtemp(join(tmpdir(), 'voicecell-bench-'));
  const database = openDatabase({ url, applicationName: 'bench', maxConnections });
  const close = async () => {
    await database.close();
    await rm(folder, { recursive: true, force: true });
    await drop();
  };
  return { name, url, folder, database, close };
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statement);
  await client.end();
}

/** Calls of three events a turn. @param recordedMs 0: not recorded; else of two channels of 8 kHz µ-law */
export async function fill(
  { database, folder }: Place,
  calls: { readonly number: string; readonly count: number; readonly turns: number; readonly recordedMs: number },
): Promise<void> {
  const recordings = openObjectStore(join(folder, 'recordings'), { region: testCell.region });
  const write = eventWriter(database);
  const says = Array.from({ length: calls.turns }, (_, turn) => `This is what I say in turn ${turn} of this call.`);
  for (let nth = 0; nth < calls.count; nth++) {
    const conversationId = randomUUID();
    const objectKey = `recordings/${conversationId}.wav`;
    const recorded = calls.recordedMs > 0 ? { recordingId: randomUUID(), objectKey } : undefined;
    await write(rowsOf(pastCall({ number: calls.number, conversationId, says, recorded }, nth).events));
    if (recorded)
      await recordings.put(objectKey, noise(calls.recordedMs * 16), { contentType: 'audio/wav', onFailure: 'discard' });
  }
  await database.query('analyze');
}

async function* noise(bytes: number): AsyncGenerator<Uint8Array> {
  for (let left = bytes; left > 0; left -= 65_536) yield crypto.getRandomValues(new Uint8Array(Math.min(left, 65_536)));
}

export async function file({ database }: Place, kind: RequestKind, number: string): Promise<string> {
  const filing = { tenantId: house.id, kind, subjectHash: hashOf(number), verifiedBy: 'bench' };
  const filed = await database.within({ role: 'voicecell_admin', tenantId: house.id }, (transaction) =>
    fileRequest(transaction, operator, filing),
  );
  return filed!.request.id;
}

export interface Worked {
  readonly seconds: number;
  /** Above what the process had when it began, MiB. */
  readonly peakGrowthMib: number;
}

/** Works on a request in a process of its own. */
export async function work({ url, folder }: Place, id: string): Promise<Worked> {
  const program = fileURLToPath(new URL('subject-worker.ts', import.meta.url));
  const child = spawn(
    process.execPath,
    ['--expose-gc', '--import', 'tsx', program, JSON.stringify({ url, folder, id })],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let out = '';
  for await (const chunk of child.stdout) out += chunk;
  return JSON.parse(out);
}
