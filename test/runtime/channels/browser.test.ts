import { describe, expect, test } from 'vitest';
import { Admission } from '../../../runtime/call/admission.ts';
import { MOST_VIOLATIONS } from '../../../runtime/channels/door.ts';
import type { ServerOptions } from '../../../runtime/server.ts';
import { type CellServer, PHONE_KEY, startCellServer, TestSocket, until } from '../../support/cell-server.ts';

const speech = (bytes = 160) => new Uint8Array(bytes).fill(0x10);

async function askToken(cell: CellServer, headers: Record<string, string> = { authorization: `Bearer ${PHONE_KEY}` }) {
  const response = await fetch(`${cell.http}/phone/token`, { method: 'POST', headers });
  const body = (await response.json()) as { token?: string; error?: string };
  return { status: response.status, ...body };
}

async function call(overrides: Partial<ServerOptions> = {}) {
  const cell = await startCellServer(overrides);
  const { token } = await askToken(cell);
  const next = cell.nextCall();
  const socket = await cell.phoneSocket(token ?? '');
  if (!(socket instanceof TestSocket)) throw new Error(`refused with ${socket}`);
  return { cell, socket, conversation: await next };
}

describe("the phone's way in", () => {
  test('the key buys a token, the token opens a call', async () => {
    const { cell, conversation } = await call();
    expect(conversation.channel.details).toMatchObject({ channel: 'browser', from: '', to: '' });
    expect(cell.admission.active).toBe(1);
  });

  test.each([
    ['no key', {}, 'no key'],
    ['another key', { authorization: 'Bearer the-key-of-another-phone' }, 'wrong key'],
    ['another scheme', { authorization: `Basic ${PHONE_KEY}` }, 'no key'],
  ])('with %s there is no token', async (_name, headers: Record<string, string>, problem) => {
    const cell = await startCellServer();
    const { status, token, error } = await askToken(cell, headers);
    expect(status).toBe(401);
    expect(token).toBeUndefined();
    expect(error).toContain('Authorization: Bearer <PHONE_KEY>');
    expect(cell.logged('phone refused')).toMatchObject([{ problem }]);
    expect(JSON.stringify(cell.logs)).not.toContain(PHONE_KEY);
  });

  test('says when the cell is full', async () => {
    const cell = await startCellServer({ admission: new Admission(1) });
    cell.admission.enter('another call');
    expect(await askToken(cell)).toMatchObject({ status: 503, error: 'no call can be taken now: full' });
  });

  test.each([
    ['no token', ''],
    ['a forged token', 'eyJhIjoxfQ.AAAA'],
  ])('with %s there is no socket', async (_name, token) => {
    const cell = await startCellServer();
    expect(await cell.phoneSocket(token)).toBe(403);
  });

  test('a token opens one socket only', async () => {
    const cell = await startCellServer();
    const { token = '' } = await askToken(cell);
    expect(await cell.phoneSocket(token)).toBeInstanceOf(TestSocket);
    expect(await cell.phoneSocket(token)).toBe(403);
    expect(cell.logged('phone refused')).toMatchObject([{ problem: 'token used before' }]);
  });

  test('a token of the telephone opens no phone', async () => {
    const cell = await startCellServer();
    const { text } = await cell.webhook('/twilio/voice');
    const token = /name="token" value="([^"]+)"/.exec(text)?.[1] ?? '';
    expect(await cell.phoneSocket(token)).toBe(403);
  });

  test.each(['https://evil.example.com', 'http://voice.example.com', 'http://localhost:8080', 'null', ''])(
    'a page of %j cannot use a token it got hold of',
    async (origin) => {
      const cell = await startCellServer();
      const { token = '' } = await askToken(cell);
      expect(await cell.phoneSocket(token, origin)).toBe(403);
    },
  );

  test('on a laptop its own page has any name of this machine, but only its own port', async () => {
    const cell = await startCellServer({ publicUrl: new URL('http://localhost:8080') });
    const { token = '' } = await askToken(cell);
    expect(await cell.phoneSocket(token, `http://localhost:${cell.server.port}`)).toBeInstanceOf(TestSocket);
    const second = await askToken(cell);
    for (const origin of [
      'https://evil.example.com',
      'http://127.0.0.1:9999',
      `http://evil.example:${cell.server.port}`,
    ])
      expect(await cell.phoneSocket(second.token ?? '', origin), origin).toBe(403);
  });

  test('a cell without a key takes its own page, and no other', async () => {
    const publicUrl = new URL('http://localhost:8080');
    const cell = await startCellServer({ publicUrl, phone: {} });
    expect((await askToken(cell, { origin: 'https://evil.example.com' })).status).toBe(401);
    expect((await askToken(cell, { origin: 'http://localhost:8080' })).token).toBeDefined();
  });

  test('tells the page about the cell', async () => {
    const cell = await startCellServer();
    const info = await (await fetch(`${cell.http}/phone/info`)).json();
    expect(info).toEqual({ region: 'eu-central-1', agent: 'front-desk', emulated: false, phoneKeyNeeded: true });
  });

  test('tells the page and a simulated caller that the speech services are emulated, and where', async () => {
    const speechEmulator = 'http://127.0.0.1:4566';
    const cell = await startCellServer({ phone: { speechEmulator } });
    const info = await (await fetch(`${cell.http}/phone/info`)).json();
    expect(info).toMatchObject({ emulated: true, speechEmulator, phoneKeyNeeded: false });
  });

  test('is not there in a cell without a browser phone', async () => {
    const cell = await startCellServer({ phone: undefined });
    expect((await fetch(`${cell.http}/phone/token`, { method: 'POST' })).status).toBe(404);
    expect((await fetch(`${cell.http}/`)).status).toBe(404);
    expect(await cell.phoneSocket('x')).toBe(404);
  });
});

describe("the phone's page", () => {
  test.each(['/', '/phone', '/index.html'])('is at %s', async (path) => {
    const cell = await startCellServer();
    const response = await fetch(`${cell.http}${path}`);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(await response.text()).toContain('<!doctype html>');
  });

  test('brings every file it names, and nothing that is not its own', async () => {
    const cell = await startCellServer();
    const page = await (await fetch(`${cell.http}/`)).text();
    const named = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path);
    expect(named.length).toBeGreaterThan(1);
    for (const path of named) expect((await fetch(new URL(path!, `${cell.http}/`))).status).toBe(200);
    for (const path of ['/tsconfig.json', '/worklet-globals.d.ts', '/../server.ts', '/%2e%2e/server.ts'])
      expect((await fetch(`${cell.http}${path}`)).status).toBe(404);
  });

  test('is sent again only after it has changed', async () => {
    const cell = await startCellServer();
    const first = await fetch(`${cell.http}/phone.js`);
    const etag = first.headers.get('etag') ?? '';
    expect((await fetch(`${cell.http}/phone.js`, { headers: { 'if-none-match': etag } })).status).toBe(304);
  });
});

describe('a call from the phone', () => {
  test('brings audio, digits, marks and typed lines to the conversation', async () => {
    const { socket, conversation } = await call();
    socket.send(Buffer.from(speech(320)));
    socket.send({ type: 'dtmf', digit: '#' });
    socket.send({ type: 'mark', name: '1:0' });
    socket.send({ type: 'text', text: ' I need an appointment. ' });
    await until(() => conversation.received.some((event) => event.type === 'text'));
    const words = conversation.received.filter((event) => event.type !== 'audio' || event.frame[0] === 0x10);
    expect(words).toEqual([
      { type: 'audio', frame: speech() },
      { type: 'audio', frame: speech() },
      { type: 'dtmf', digit: '#' },
      { type: 'mark', name: '1:0' },
      { type: 'text', text: 'I need an appointment.' },
    ]);
  });

  test('speaks a typed line into the call where the cell can', async () => {
    const typed: string[] = [];
    const speakTyped = async (_callId: string, text: string) => {
      typed.push(text);
      return speech(160 * 10);
    };
    const { socket, conversation } = await call({ phone: { key: PHONE_KEY, speakTyped } });
    socket.send({ type: 'text', text: 'Hello.' });
    socket.send({ type: 'text', text: 'Are you there?' });
    const spoken = () => conversation.received.filter((event) => event.type === 'audio' && event.frame[0] === 0x10);
    await until(() => spoken().length === 20);
    expect(typed).toEqual(['Hello.', 'Are you there?']);
    expect(conversation.received.some((event) => event.type === 'text')).toBe(false);
  });

  test('passes a typed line on as text when it cannot be spoken', async () => {
    const speakTyped = () => Promise.reject(new Error('no voice'));
    const { cell, socket, conversation } = await call({ phone: { key: PHONE_KEY, speakTyped } });
    socket.send({ type: 'text', text: 'Hello.' });
    await until(() => conversation.received.some((event) => event.type === 'text'));
    expect(JSON.stringify(cell.logs)).not.toContain('Hello.');
  });

  test('plays, shows and says goodbye to the page', async () => {
    const { socket, conversation } = await call();
    const { channel } = conversation;
    channel.sendAudio(speech(320));
    channel.sendMark('1:0');
    channel.clear();
    conversation.show({ type: 'caller-speaking' });
    channel.leave({ action: 'transfer', to: '+14155550177' });
    conversation.show({ type: 'call-ended', reason: 'transferred', durationMs: 10 });
    expect((await socket.closed).code).toBe(1000);
    expect(socket.binaries).toEqual([Buffer.from(speech(320))]);
    expect(socket.texts).toMatchObject([
      { type: 'mark', name: '1:0' },
      { type: 'clear' },
      { type: 'event', event: { type: 'caller-speaking' } },
      { type: 'farewell', farewell: { action: 'transfer', to: '+14155550177' } },
      { type: 'event', event: { type: 'call-ended' } },
    ]);
  });

  test('ends when the caller hangs up, after he was shown how', async () => {
    const { cell, socket, conversation } = await call();
    socket.send({ type: 'hang-up' });
    expect((await socket.closed).code).toBe(1000);
    expect(cell.admission.active).toBe(0);
    expect(conversation.received.every((event) => event.type === 'audio')).toBe(true);
  });

  test('ends when the page is closed', async () => {
    const { cell, socket } = await call();
    socket.socket.terminate();
    await until(() => cell.admission.active === 0);
  });

  test.each<[string, unknown]>([
    ['garbage', '{"type":'],
    ['half a frame', Buffer.alloc(100)],
    ['no audio at all', Buffer.alloc(0)],
    ['an unknown message', { type: 'sudo' }],
    ['two digits', { type: 'dtmf', digit: '12' }],
    ['a document', { type: 'text', text: 'x'.repeat(501) }],
    ['an empty line', { type: 'text', text: '   ' }],
  ])('is closed after a few messages of %s', async (_name, message) => {
    const { cell, socket } = await call();
    for (let i = 0; i < MOST_VIOLATIONS; i++) socket.send(message);
    expect(await socket.closed).toEqual({ code: 1008, reason: 'too many violations' });
    await until(() => cell.admission.active === 0);
  });

  test('is closed at once by a message of more than 64 KiB', async () => {
    const { socket } = await call();
    socket.send(Buffer.alloc(160 * 500));
    expect((await socket.closed).code).toBe(1009);
  });
});
