import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import { describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { Admission } from '../../../runtime/call/admission.ts';
import { MOST_VIOLATIONS } from '../../../runtime/channels/door.ts';
import { MemoryCallRegister } from '../../../runtime/channels/register.ts';
import {
  AUTH_TOKEN,
  agent,
  CALLER,
  callSid,
  mediaMessage,
  NUMBER,
  placeCall,
  roundTrip,
  startCellServer,
  startMessage,
  TestSocket,
  tokenIn,
  UNKNOWN_NUMBER,
  until,
} from '../../support/cell-server.ts';

const speech = (bytes = 160) => new Uint8Array(bytes).fill(0x10);
const open = (socket: TestSocket | number): TestSocket => {
  if (socket instanceof TestSocket) return socket;
  throw new Error(`refused with ${socket}`);
};

describe('the voice webhook', () => {
  test('connects a call with a socket, a token and an action, and lets nothing follow', async () => {
    const cell = await startCellServer();
    const { status, text } = await cell.webhook('/twilio/voice');
    expect(status).toBe(200);
    expect(text).toContain('<Connect action="https://voice.example.com/twilio/continue?attachment=0" method="POST">');
    expect(text).toContain('<Stream url="wss://voice.example.com/twilio/media">');
    expect(tokenIn(text)).not.toBe('');
    expect(text.endsWith('</Stream></Connect></Response>')).toBe(true);
  });

  test.each([
    ['without a signature', undefined, 'signature missing'],
    ['with a forged signature', 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=', 'signature wrong'],
  ])('refuses a request %s, and says so in one line without a number', async (_name, signature, problem) => {
    const cell = await startCellServer();
    const callId = callSid();
    const headers: Record<string, string> = signature ? { 'x-twilio-signature': signature } : {};
    expect((await cell.webhook('/twilio/voice', { CallSid: callId }, headers)).status).toBe(403);
    expect(cell.logged('webhook refused')).toMatchObject([{ callId, problem, path: '/twilio/voice' }]);
    expect(JSON.stringify(cell.logs)).not.toContain(CALLER.slice(1));
    expect(cell.calls).toHaveLength(0);
  });

  test('refuses a genuine signature on a changed form', async () => {
    const cell = await startCellServer();
    const signed = { CallSid: callSid(), From: CALLER, To: NUMBER, CallStatus: 'ringing' };
    const signature = getExpectedTwilioSignature(AUTH_TOKEN, 'https://voice.example.com/twilio/voice', signed);
    const headers = { 'x-twilio-signature': signature };
    expect((await cell.webhook('/twilio/voice', signed, headers)).status).toBe(200);
    expect((await cell.webhook('/twilio/voice', { ...signed, From: '+14155550999' }, headers)).status).toBe(403);
  });

  test('answers the same call twice as long as its socket has not come, and not after', async () => {
    const cell = await startCellServer();
    const callId = callSid();
    expect((await cell.webhook('/twilio/voice', { CallSid: callId })).status).toBe(200);
    expect(tokenIn((await cell.webhook('/twilio/voice', { CallSid: callId })).text)).not.toBe('');
    await placeCall(cell, callId);
    expect((await cell.webhook('/twilio/voice', { CallSid: callId })).status).toBe(403);
    expect(cell.logged('webhook refused')).toMatchObject([{ callId, problem: 'replayed' }]);
  });

  test('tells the caller of an unknown number so', async () => {
    const cell = await startCellServer();
    const { text } = await cell.webhook('/twilio/voice', { To: UNKNOWN_NUMBER });
    expect(text).toMatch(/<Say[^>]*>This number is not in service.*<\/Say><Hangup\/>/);
    expect(JSON.stringify(cell.logs)).not.toContain(UNKNOWN_NUMBER);
  });

  test('says that all lines are busy when the cell is full, before a socket is opened', async () => {
    const cell = await startCellServer({ admission: new Admission(1) });
    await placeCall(cell);
    const { text } = await cell.webhook('/twilio/voice');
    expect(text).toContain(`>${agent.sentences.busy}</Say><Hangup/>`);
  });

  test('while draining passes the caller on to another task, and in the end says that all lines are busy', async () => {
    const cell = await startCellServer();
    cell.admission.drain();
    let path = '/twilio/voice';
    for (let diverted = 1; diverted <= 2; diverted++) {
      const { text } = await cell.webhook(path);
      path = `/twilio/voice?diverted=${diverted}`;
      expect(text).toContain(`<Pause length="1"/><Redirect method="POST">https://voice.example.com${path}</Redirect>`);
    }
    expect((await cell.webhook(path)).text).toContain(agent.sentences.busy);
  });

  test('answers a broken register with words', async () => {
    const register = new MemoryCallRegister();
    vi.spyOn(register, 'isClaimed').mockRejectedValue(new Error('store is down'));
    const cell = await startCellServer({ register });
    const { status, text } = await cell.webhook('/twilio/voice');
    expect(status).toBe(200);
    expect(text).toContain('something is broken on our side');
  });

  test.each([
    ['no form', 'application/json', '{"CallSid":', 400],
    ['another type', 'application/xml', '<a/>', 415],
    ['a form of 100 KiB', 'application/x-www-form-urlencoded', `a=${'x'.repeat(100_000)}`, 413],
  ])('refuses %s', async (_name, type, body, status) => {
    const cell = await startCellServer();
    const response = await fetch(`${cell.http}/twilio/voice`, {
      method: 'POST',
      headers: { 'content-type': type },
      body,
    });
    expect(response.status).toBe(status);
  });

  test.each([{ CallSid: '' }, { CallSid: 'CA1' }, { CallSid: `CA${'0'.repeat(31)}'` }])(
    'refuses %j, signed or not',
    async (form) => {
      const cell = await startCellServer();
      expect((await cell.webhook('/twilio/voice', form)).status).toBe(400);
    },
  );

  test('does not take a caller without a number for somebody else', async () => {
    const cell = await startCellServer();
    const callId = callSid();
    const { text } = await cell.webhook('/twilio/voice', { CallSid: callId, From: 'anonymous' });
    const socket = open(await cell.mediaSocket());
    const next = cell.nextCall();
    socket.send(startMessage(callId, tokenIn(text)));
    expect((await next).channel.details).toMatchObject({ callId, from: '', to: NUMBER });
  });
});

describe('the media socket', () => {
  test.each([
    ['without a signature', {}],
    ['with a forged signature', { 'x-twilio-signature': 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=' }],
  ])('is refused %s', async (_name, headers) => {
    const cell = await startCellServer();
    expect(await cell.mediaSocket(headers)).toBe(403);
    expect(cell.logged('media socket refused')).toHaveLength(1);
  });

  test('is not found elsewhere', async () => {
    const cell = await startCellServer();
    const socket = new WebSocket(`${cell.http.replace('http', 'ws')}/elsewhere`);
    socket.on('error', () => {});
    const status = await new Promise((resolve) =>
      socket.on('unexpected-response', (_, { statusCode }) => resolve(statusCode)),
    );
    expect(status).toBe(404);
  });

  test('brings the call as the webhook announced it', async () => {
    const cell = await startCellServer();
    const { callId, call } = await placeCall(cell);
    expect(call.channel.details).toEqual({ callId, channel: 'twilio', from: CALLER, to: NUMBER, resumes: undefined });
    expect(cell.admission.active).toBe(1);
  });

  test.each<[string, (token: string, callId: string) => [string, string], string]>([
    ['no token', (_token, callId) => [callId, ''], 'token missing'],
    ['a forged token', (token, callId) => [callId, `${token.slice(0, -4)}AAAA`], 'token forged'],
    ['nonsense', (_token, callId) => [callId, 'nonsense'], 'token malformed'],
    ['the token of another call', (token) => [callSid(), token], 'token of another call'],
  ])('closes on %s', async (_name, change, problem) => {
    const cell = await startCellServer();
    const callId = callSid();
    const { text } = await cell.webhook('/twilio/voice', { CallSid: callId });
    const socket = open(await cell.mediaSocket());
    const [startsAs, token] = change(tokenIn(text), callId);
    socket.send(startMessage(startsAs, token));
    expect(await socket.closed).toEqual({ code: 1008, reason: problem });
    expect(cell.logged('media socket refused')).toMatchObject([{ callId: startsAs, problem }]);
    expect(cell.calls).toHaveLength(0);
  });

  test('closes on a token that was used before', async () => {
    const cell = await startCellServer();
    const { callId, token } = await placeCall(cell);
    const second = open(await cell.mediaSocket());
    second.send(startMessage(callId, token));
    expect(await second.closed).toEqual({ code: 1008, reason: 'token used before' });
    expect(cell.calls).toHaveLength(1);
  });

  test('closes on a token that has expired', async () => {
    const cell = await startCellServer();
    const callId = callSid();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 61_000 });
    const { text } = await cell.webhook('/twilio/voice', { CallSid: callId });
    vi.useRealTimers();
    const socket = open(await cell.mediaSocket());
    socket.send(startMessage(callId, tokenIn(text)));
    expect(await socket.closed).toEqual({ code: 1008, reason: 'token expired' });
  });

  test('closes when the cell has filled up meanwhile, so that Twilio attaches the call elsewhere', async () => {
    const admission = new Admission(1);
    const cell = await startCellServer({ admission });
    const callId = callSid();
    const { text } = await cell.webhook('/twilio/voice', { CallSid: callId });
    admission.enter(callId);
    const socket = open(await cell.mediaSocket());
    socket.send(startMessage(callId, tokenIn(text)));
    expect(await socket.closed).toEqual({ code: 1013, reason: 'full' });
  });

  test('gives the conversation frames, marks and digits, in order', async () => {
    const cell = await startCellServer();
    const { socket, call } = await placeCall(cell);
    socket.send(mediaMessage(2, 0, speech()));
    socket.send({ event: 'dtmf', sequenceNumber: '3', streamSid: 'MZ1', dtmf: { track: 'inbound_track', digit: '5' } });
    socket.send({ event: 'mark', sequenceNumber: '4', streamSid: 'MZ1', mark: { name: '1:0' } });
    await until(() => call.received.some((event) => event.type === 'mark'));
    const words = call.received.filter((event) => event.type !== 'audio' || event.frame[0] === 0x10);
    expect(words).toEqual([
      { type: 'audio', frame: speech() },
      { type: 'dtmf', digit: '5' },
      { type: 'mark', name: '1:0' },
    ]);
  });

  test('loses no audio that comes while the token is being looked up', async () => {
    const register = new MemoryCallRegister();
    const claim = register.claim.bind(register);
    let lookUp = () => {};
    const lookedUp = new Promise<void>((resolve) => {
      lookUp = resolve;
    });
    vi.spyOn(register, 'claim').mockImplementation(async (key) => {
      await lookedUp;
      return claim(key);
    });
    const cell = await startCellServer({ register });
    const callId = callSid();
    const { text } = await cell.webhook('/twilio/voice', { CallSid: callId });
    const socket = open(await cell.mediaSocket());
    const next = cell.nextCall();
    socket.send(startMessage(callId, tokenIn(text)));
    for (let i = 0; i < 5; i++) socket.send(mediaMessage(2 + i, i * 20, speech()));
    await roundTrip(socket);
    lookUp();
    const call = await next;
    await until(() => call.received.length >= 5);
    expect(call.received.filter((event) => event.type === 'audio' && event.frame[0] === 0x10)).toHaveLength(5);
  });

  test('plays what the conversation sends', async () => {
    const cell = await startCellServer();
    const { socket, call } = await placeCall(cell);
    call.channel.sendAudio(speech(320));
    call.channel.sendMark('1:0');
    call.channel.clear();
    await until(() => socket.texts.length === 3);
    expect(socket.texts).toEqual([
      { event: 'media', streamSid: 'MZ1', media: { payload: Buffer.from(speech(320)).toString('base64') } },
      { event: 'mark', streamSid: 'MZ1', mark: { name: '1:0' } },
      { event: 'clear', streamSid: 'MZ1' },
    ]);
  });

  test('runs the audio clock for a caller who sends nothing', async () => {
    const cell = await startCellServer();
    const { call } = await placeCall(cell);
    await until(() => call.received.length >= 10);
    expect(call.received.every((event) => event.type === 'audio' && event.frame.length === 160)).toBe(true);
  });

  test('overlooks a few messages out of protocol, and the call goes on', async () => {
    const cell = await startCellServer();
    const { socket, call } = await placeCall(cell);
    socket.send('{');
    socket.send(Buffer.alloc(160));
    socket.send(startMessage(callSid(), 'x'));
    socket.send(mediaMessage(1, 0, speech()));
    socket.send({ event: 'mark', sequenceNumber: '9', streamSid: 'MZ1', mark: { name: 'still here' } });
    await until(() => call.received.some((event) => event.type === 'mark'));
    expect(cell.logged('media socket out of protocol').map(({ problem }) => problem)).toEqual([
      'not JSON',
      'a binary message',
      'a second start',
      'media out of order',
    ]);
  });

  test.each<[string, () => unknown]>([
    ['garbage', () => '{"event":'],
    ['binary', () => Buffer.alloc(10)],
    ['media before start', () => mediaMessage(2, 0, speech())],
    ['bad base64', () => ({ ...mediaMessage(2, 0, speech()), media: { timestamp: '0', payload: '!!!!' } })],
  ])('is closed after a few messages of %s', async (_name, message) => {
    const cell = await startCellServer();
    const socket = open(await cell.mediaSocket());
    for (let i = 0; i < MOST_VIOLATIONS; i++) socket.send(message());
    expect(await socket.closed).toEqual({ code: 1008, reason: 'too many violations' });
    expect(cell.calls).toHaveLength(0);
    expect((await fetch(`${cell.http}/healthz`)).status).toBe(200);
  });

  test('is closed at once by a message of more than 64 KiB, and the conversation ends', async () => {
    const cell = await startCellServer();
    const { socket, call } = await placeCall(cell);
    socket.send(mediaMessage(2, 0, speech(64 * 1024)));
    expect((await socket.closed).code).toBe(1009);
    await until(() => cell.admission.active === 0);
    expect(call.received.every((event) => event.type === 'audio')).toBe(true);
  });

  test('is closed when no start comes', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const cell = await startCellServer();
      const socket = open(await cell.mediaSocket());
      vi.advanceTimersByTime(10_000);
      expect(await socket.closed).toEqual({ code: 1008, reason: 'no start' });
    } finally {
      vi.useRealTimers();
    }
  });

  test('ends the conversation when the caller hangs up, and when the socket dies', async () => {
    const cell = await startCellServer();
    const first = await placeCall(cell);
    first.socket.send({ event: 'stop', sequenceNumber: '2', streamSid: 'MZ1', stop: { callSid: first.callId } });
    expect((await first.socket.closed).code).toBe(1000);
    const second = await placeCall(cell);
    second.socket.socket.terminate();
    await until(() => cell.admission.active === 0);
    expect(cell.logged('call over')).toHaveLength(2);
  });

  test('hears nothing of a conversation that goes on talking to a dead socket', async () => {
    const cell = await startCellServer();
    const { socket, call } = await placeCall(cell);
    socket.socket.terminate();
    await until(() => cell.admission.active === 0);
    call.channel.sendAudio(speech());
    call.channel.sendMark('m');
    call.channel.clear();
    call.channel.leave({ action: 'hang-up' });
    expect(cell.logs.filter(({ level }) => level === 'error')).toHaveLength(0);
  });

  test('is given up when the other side does not read', async () => {
    const cell = await startCellServer();
    const { socket, call } = await placeCall(cell);
    socket.socket.pause();
    for (let i = 0; i < 400 && cell.logged('media socket in trouble').length === 0; i++) {
      for (let second = 0; second < 50; second++) call.channel.sendAudio(speech(8_000));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(cell.logged('media socket in trouble')).toMatchObject([{ problem: 'the socket is not being read' }]);
    await until(() => cell.admission.active === 0);
  });

  test('a conversation that fails to begin ends with words', async () => {
    const cell = await startCellServer({ onCall: () => Promise.reject(new Error('no model')) });
    const callId = callSid();
    const { text } = await cell.webhook('/twilio/voice', { CallSid: callId });
    const socket = open(await cell.mediaSocket());
    socket.send(startMessage(callId, tokenIn(text)));
    expect((await socket.closed).code).toBe(1000);
    const then = await cell.webhook('/twilio/continue?attachment=0', { CallSid: callId, CallStatus: 'in-progress' });
    expect(then.text).toContain(agent.sentences.goodbyeBroken);
    expect(cell.admission.active).toBe(0);
  });
});

describe('after the socket', () => {
  test.each([
    [{ action: 'hang-up' } as const, '<Response><Hangup/></Response>'],
    [
      { action: 'transfer', to: '+14155550177' } as const,
      '<Response><Dial action="https://voice.example.com/twilio/transferred" method="POST"><Number>+14155550177</Number></Dial></Response>',
    ],
    [
      { action: 'say', text: 'Sorry & goodbye.' } as const,
      '<Response><Say language="en-US">Sorry &amp; goodbye.</Say><Hangup/></Response>',
    ],
  ])('a farewell is carried out: %j', async (farewell, expected) => {
    const cell = await startCellServer();
    const { callId, call, socket } = await placeCall(cell);
    call.channel.leave(farewell);
    call.channel.leave({ action: 'hang-up' });
    expect((await socket.closed).code).toBe(1000);
    const then = await cell.webhook('/twilio/continue?attachment=0', { CallSid: callId, CallStatus: 'in-progress' });
    expect(then.text).toContain(expected);
  });

  test('a call whose socket died is attached again, with its conversation', async () => {
    const cell = await startCellServer();
    const { callId, call, socket } = await placeCall(cell);
    const started = {
      channel: 'twilio',
      agent: 'front-desk',
      agentVersion: '1',
      region: 'eu-central-1',
      resumed: false,
    };
    call.show({ type: 'call-started', tenantId: 'tenant-1', ...started });
    socket.socket.terminate();
    await until(() => cell.admission.active === 0);

    const form = { CallSid: callId, CallStatus: 'in-progress' };
    const { text } = await cell.webhook('/twilio/continue?attachment=0', form);
    expect(text).toContain('/twilio/continue?attachment=1');
    const again = open(await cell.mediaSocket());
    const next = cell.nextCall();
    again.send(startMessage(callId, tokenIn(text)));
    expect((await next).channel.details).toMatchObject({ callId, from: CALLER, to: NUMBER, resumes: 'conversation-1' });
    expect((await cell.webhook('/twilio/continue?attachment=0', form)).status).toBe(403);
  });

  test('a call that is attached again leaves its old socket, even if that still seems alive', async () => {
    const cell = await startCellServer();
    const first = await placeCall(cell);
    const form = { CallSid: first.callId, CallStatus: 'in-progress' };
    const { text } = await cell.webhook('/twilio/continue?attachment=0', form);
    const again = open(await cell.mediaSocket());
    again.send(startMessage(first.callId, tokenIn(text)));
    expect((await first.socket.closed).code).toBe(1006);
    await until(() => cell.calls.length === 2 && cell.admission.active === 1);
  });

  test('a call whose sockets keep breaking is given up, with words', async () => {
    const cell = await startCellServer();
    const { text } = await cell.webhook('/twilio/continue?attachment=3', { CallStatus: 'in-progress' });
    expect(text).toContain(agent.sentences.goodbyeBroken);
    expect(tokenIn(text)).toBe('');
  });

  test('a caller who hung up is left alone', async () => {
    const cell = await startCellServer();
    const { callId, socket } = await placeCall(cell);
    socket.socket.terminate();
    const { text } = await cell.webhook('/twilio/continue?attachment=0', { CallSid: callId, CallStatus: 'completed' });
    expect(tokenIn(text)).toBe('');
  });

  test.each([
    ['completed', '<Response><Hangup/></Response>'],
    ['busy', agent.sentences.goodbyeBroken],
    ['no-answer', agent.sentences.goodbyeBroken],
  ])('a transfer that ended with %s', async (status, expected) => {
    const cell = await startCellServer();
    const form = { DialCallStatus: status, CallStatus: 'in-progress' };
    expect((await cell.webhook('/twilio/transferred', form)).text).toContain(expected);
  });

  test.each(['/twilio/continue?attachment=0', '/twilio/transferred'])('%s is signed too', async (path) => {
    const cell = await startCellServer();
    expect((await cell.webhook(path, {}, {})).status).toBe(403);
    expect((await cell.webhook(path, {}, { 'x-twilio-signature': 'forged' })).status).toBe(403);
  });

  test('a changed query is a forged one', async () => {
    const cell = await startCellServer();
    const form = { CallSid: callSid(), CallStatus: 'in-progress', From: CALLER, To: NUMBER };
    const signed = 'https://voice.example.com/twilio/continue?attachment=3';
    const signature = getExpectedTwilioSignature(AUTH_TOKEN, signed, form);
    const headers = { 'x-twilio-signature': signature };
    expect((await cell.webhook('/twilio/continue?attachment=3', form, headers)).status).toBe(200);
    expect((await cell.webhook('/twilio/continue?attachment=0', form, headers)).status).toBe(403);
  });
});
