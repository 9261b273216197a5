/** The administration of a cell over HTTP, on a database of its own, with what a tenant has. */
import { randomUUID } from 'node:crypto';
import formbody from '@fastify/formbody';
import Fastify, { type InjectOptions } from 'fastify';
import { onTestFinished } from 'vitest';
import { type AdminApiOptions, addAdminApi } from '../../runtime/admin/http/api.ts';
import { isStreaming } from '../../runtime/admin/http/endpoint.ts';
import { adminEndpoints } from '../../runtime/admin/http/resources/index.ts';
import { createKey } from '../../runtime/admin/keys.ts';
import type { Role } from '../../runtime/admin/roles.ts';
import type { CallEvent } from '../../runtime/call/events.ts';
import type { Actor } from '../../runtime/compliance/audit/audit.ts';
import type { Database } from '../../runtime/data/database.ts';
import { placeOf, startOf, toRow } from '../../runtime/data/event-row.ts';
import { eventWriter } from '../../runtime/data/event-writer.ts';
import { createLogger } from '../../runtime/logger.ts';
import { testCell } from './tenants.ts';

export const cellPlace = { region: testCell.region, jurisdiction: 'EU', residency: testCell.residency } as const;
export const actor: Actor = { id: 'cli:test', reason: 'a test' };
export const CELL_WIDE = { role: 'voicecell_admin', cellWide: true } as const;

export interface Said {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** Parsed, unless it is something else than JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: what is in it, the test says
  readonly body: any;
}

export type Admin = Awaited<ReturnType<typeof startAdmin>>;

/** Closed when the test is over, or when `finished` says so. */
export async function startAdmin(
  database: Database,
  options: Partial<AdminApiOptions> = {},
  finished: (close: () => Promise<void>) => void = onTestFinished,
) {
  const logs: string[] = [];
  const destination = { write: (line: string) => void logs.push(line) };
  const app = Fastify();
  // As in the process, which has other doors too.
  await app.register(formbody);
  await addAdminApi(app, {
    database,
    cell: cellPlace,
    logger: createLogger({ level: 'debug', region: testCell.region, destination }),
    rateLimit: { burst: 1e6, perSecond: 1e6 },
    subjectDesk: { callerKey: 'the key of those who call in tests, long enough', nudge() {} },
    ...options,
  });
  finished(() => app.close());

  async function ask(method: string, url: string, options: Omit<InjectOptions, 'method' | 'url'> = {}): Promise<Said> {
    const response = await app.inject({ method: method.toUpperCase() as 'GET', url, ...options });
    const isJson = /[/+]json(;|$)/.test(String(response.headers['content-type']));
    const body = isJson ? JSON.parse(response.body) : undefined;
    const said = { status: response.statusCode, headers: response.headers, text: response.body, body };
    if (said.status < 300) holdToSchema(method, url, said);
    return said;
  }
  return {
    app,
    /** Lines of the log. */
    logs,
    ask,
    /** Asks with a key. */
    as:
      (key: string) =>
      (method: string, url: string, body?: object, headers: Record<string, string> = {}) =>
        ask(method, url, { payload: body, headers: { authorization: `Bearer ${key}`, ...headers } }),
  };
}

/** Whatever is answered must be what the OpenAPI document promises. */
function holdToSchema(method: string, url: string, { status, body }: Said): void {
  const [path = ''] = url.split('?');
  const endpoint = adminEndpoints().find(
    (each) =>
      each.method === method.toLowerCase() && new RegExp(`^${each.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(path),
  );
  if (!endpoint || isStreaming(endpoint)) return;
  if (status !== endpoint.status) throw new Error(`${endpoint.id} answered ${status}, expected ${endpoint.status}`);
  const read = endpoint.answer.safeParse(body);
  if (!read.success) throw new Error(`${endpoint.id} answered what it does not promise: ${read.error.message}`);
}

/** The text of a new key. */
export async function keyOf(database: Database, role: Role, tenantId?: string): Promise<string> {
  const request = { role, tenantId, name: `${role} of a test`, expiresInDays: 1 };
  return (await database.within(CELL_WIDE, (transaction) => createKey(transaction, actor, request))).text;
}

/** What a key says of itself. */
export function idOf(key: string): string {
  return key.slice(4, 36).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

export const definition = { name: 'front-desk', version: '1', prompt: 'Be brief.', greeting: 'Hello.' } as const;

let numbers = 0;
/** One that nobody has. */
export function freshNumber(): string {
  numbers += 1;
  return `+4930${String(Date.now()).slice(-6)}${String(numbers).padStart(3, '0')}`;
}

/** What a tenant has after its first call. */
export interface Furnished {
  readonly tenantId: string;
  readonly agentId: string;
  readonly numberId: string;
  readonly number: string;
  readonly conversationId: string;
  readonly consentId: string;
  /** A key of its own, that nobody uses. */
  readonly keyId: string;
  readonly callerId: string;
  /** Of somebody who asked about his data. */
  readonly requestId: string;
}

/** Makes a tenant with an agent, a number, a key and a call. @param mark is found in everything that has a text. */
export async function furnish(admin: Admin, operator: string, database: Database, mark: string): Promise<Furnished> {
  const ask = admin.as(operator);
  const must = async (method: string, url: string, body?: object) => {
    const said = await ask(method, url, body);
    if (said.status >= 300) throw new Error(`${method} ${url}: ${said.status} ${said.text}`);
    return said.body;
  };
  const { id: tenantId } = await must('post', '/v1/tenants', { name: `Tenant ${mark}`, dataResidency: 'EU' });
  const base = `/v1/tenants/${tenantId}`;
  const { agent } = await must('post', `${base}/agents`, { definition: { ...definition, prompt: `Prompt ${mark}` } });
  const number = freshNumber();
  const { id: numberId } = await must('post', `${base}/numbers`, { number, agentId: agent.id });
  const { id: keyId } = await must('post', `${base}/keys`, { role: 'auditor', name: `Key ${mark}` });
  const conversationId = randomUUID();
  const consentId = randomUUID();
  const callerHash = randomUUID().replaceAll('-', '').repeat(2);
  await record(database, callOf({ tenantId, conversationId, consentId, caller: callerHash, mark }));
  const { callerId } = await must('get', `${base}/conversations/${conversationId}`);
  const wish = { kind: 'optout', number: freshNumber(), verifiedBy: `word of ${mark}` };
  const { id: requestId } = await must('post', `${base}/subject-requests`, wish);
  return { tenantId, agentId: agent.id, numberId, number, conversationId, consentId, keyId, callerId, requestId };
}

function callOf(call: { tenantId: string; conversationId: string; consentId: string; caller: string; mark: string }) {
  const { tenantId, conversationId, consentId, caller, mark } = call;
  const { region } = testCell;
  const bodies = [
    {
      type: 'call-started',
      tenantId,
      caller,
      channel: 'twilio',
      agent: 'front-desk',
      agentVersion: '1',
      region,
      resumed: false,
    },
    {
      type: 'consent-asked',
      consentId,
      purpose: 'recording',
      jurisdiction: 'EU',
      wordingVersion: '1',
      wording: `May we record, ${mark}?`,
      language: 'en-US',
    },
    { type: 'consent-played', consentId },
    { type: 'consent-answered', consentId, answer: 'yes', by: 'speech' },
    { type: 'caller-turn', turn: 1, text: `My name is ${mark}.`, by: 'speech', waitMs: 300 },
    { type: 'call-ended', reason: 'caller-hung-up', durationMs: 100 },
  ] as const;
  return bodies.map((body, sequence): CallEvent => {
    const at = new Date(Date.parse('2026-11-22T10:00:00.000Z') + sequence * 20).toISOString();
    return { ...body, conversationId, sequence, at, atMs: sequence * 20 };
  });
}

/** Written as the event log writes it. */
async function record(database: Database, events: readonly CallEvent[]): Promise<void> {
  const start = startOf(events[0]!)!;
  await eventWriter(database, () => {})(events.map((event) => toRow(event, placeOf(event, start)!)));
}
