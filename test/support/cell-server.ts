/**
 * The real server on a free port of this machine, with conversations that a test can look into, and a Twilio that signs
 * as the real one does (with the `twilio` package).
 */
import { once } from 'node:events';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import { onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import { agentSchema } from '../../runtime/agents/definition.ts';
import { Admission } from '../../runtime/call/admission.ts';
import type { CallEventBody, EndReason } from '../../runtime/call/events.ts';
import type { CallChannel, ChannelEvent } from '../../runtime/channels/channel.ts';
import { MemoryCallRegister } from '../../runtime/channels/register.ts';
import { createLogger } from '../../runtime/logger.ts';
import { createHealth } from '../../runtime/observability/health.ts';
import { type ServerOptions, startServer } from '../../runtime/server.ts';
import { house } from './tenants.ts';

export const AUTH_TOKEN = 'the auth token of the cell';
export const PHONE_KEY = 'the-key-of-the-browser-phone';
export const PUBLIC_ORIGIN = 'https://voice.example.com';
export const CALLER = '+14155550123';
export const NUMBER = '+14155550100';
export const UNKNOWN_NUMBER = '+14155550199';

export const agent = agentSchema.parse({ name: 'front-desk', version: '1', prompt: 'Be brief.', greeting: 'Hello.' });

/** A conversation under test: what the channel brought, and how it ends. */
export interface TestConversation {
  readonly channel: CallChannel;
  readonly received: ChannelEvent[];
  readonly wasShutDown: () => boolean;
  /** Ends it from our side, as a conversation that does not let go of its channel. */
  end(reason: EndReason): void;
  show(event: CallEventBody): void;
}

export type CellServer = Awaited<ReturnType<typeof startCellServer>>;

/** Stopped when the test is over. */
export async function startCellServer(overrides: Partial<ServerOptions> = {}) {
  const logs: Array<Record<string, unknown>> = [];
  const destination = { write: (line: string) => void logs.push(JSON.parse(line)) };
  const calls: TestConversation[] = [];
  const waiting: Array<(call: TestConversation) => void> = [];
  const admission = overrides.admission ?? new Admission(10);
  const server = await startServer({
    host: '127.0.0.1',
    port: 0,
    publicUrl: new URL(PUBLIC_ORIGIN),
    region: 'eu-central-1',
    drain: { heartbeatMs: 20_000, idleTimeoutMs: 120_000, continuation: true },
    tokenSecret: 'the secret of the tokens',
    twilio: { authToken: AUTH_TOKEN },
    phone: { key: PHONE_KEY },
    logger: createLogger({ level: 'debug', region: 'eu-central-1', destination }),
    register: new MemoryCallRegister(),
    health: createHealth('eu-central-1', {}),
    answererOf: async (to) => (to === UNKNOWN_NUMBER ? 'unknown-number' : { tenant: house, agent }),
    onCall: async (channel) => {
      const { call, ended } = testConversation(channel);
      calls.push(call);
      waiting.shift()?.(call);
      return { ended, shutDown: () => shutDown.add(call) };
    },
    ...overrides,
    admission,
  });
  const shutDown = new Set<TestConversation>();
  function testConversation(channel: CallChannel) {
    const received: ChannelEvent[] = [];
    let end: (reason: EndReason) => void = () => {};
    const ended = new Promise<EndReason>((resolve) => {
      end = resolve;
    });
    const call: TestConversation = {
      channel,
      received,
      end,
      wasShutDown: () => shutDown.has(call),
      show: (event) => channel.show?.({ ...event, conversationId: 'conversation-1', sequence: 0, at: '', atMs: 0 }),
    };
    void (async () => {
      for await (const event of channel.events)
        received.push(event.type === 'audio' ? { ...event, frame: Uint8Array.from(event.frame) } : event);
      end('caller-hung-up');
    })();
    return { call, ended };
  }

  onTestFinished(() => server.close());
  const http = `http://127.0.0.1:${server.port}`;
  return {
    server,
    admission,
    logs,
    calls,
    http,
    /** The next call that begins. */
    nextCall: () => new Promise<TestConversation>((resolve) => waiting.push(resolve)),
    /** All log lines with this text. */
    logged: (text: string) => logs.filter((line) => line.msg === text),

    /** A webhook, signed as Twilio signs unless told otherwise. */
    async webhook(path: string, form: Record<string, string> = {}, headers?: Record<string, string>) {
      const fields = { CallSid: callSid(), CallStatus: 'ringing', From: CALLER, To: NUMBER, ...form };
      const signature = getExpectedTwilioSignature(AUTH_TOKEN, `${PUBLIC_ORIGIN}${path}`, fields);
      const response = await fetch(`${http}${path}`, {
        method: 'POST',
        headers: headers ?? { 'x-twilio-signature': signature },
        body: new URLSearchParams(fields),
      });
      return { status: response.status, text: await response.text() };
    },

    /** A media socket, or the status with which it was refused. */
    mediaSocket(headers?: Record<string, string>) {
      const signature = getExpectedTwilioSignature(AUTH_TOKEN, 'wss://voice.example.com/twilio/media', {});
      return openSocket(`ws://127.0.0.1:${server.port}/twilio/media`, headers ?? { 'x-twilio-signature': signature });
    },
    phoneSocket: (token: string, origin = PUBLIC_ORIGIN) =>
      openSocket(`ws://127.0.0.1:${server.port}/phone/call?token=${token}`, { origin }),
  };
}

/** An open socket that remembers all it was sent. */
export class TestSocket {
  readonly socket: WebSocket;
  readonly texts: Array<Record<string, unknown>> = [];
  readonly binaries: Buffer[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) this.binaries.push(data);
      else this.texts.push(JSON.parse(data.toString()));
    });
    this.closed = new Promise((resolve) =>
      socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() })),
    );
  }

  send(message: unknown): void {
    this.socket.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message));
  }
}

async function openSocket(url: string, headers: Record<string, string>): Promise<TestSocket | number> {
  const { origin, ...others } = headers;
  const socket = new WebSocket(url, { headers: others, origin });
  const open = new TestSocket(socket);
  const status = new Promise<number>((resolve) => {
    socket.on('unexpected-response', (request, response) => {
      resolve(response.statusCode ?? 0);
      request.destroy();
    });
    // After a refusal the destroyed request reports itself; the status has been taken by then.
    socket.on('error', () => {});
  });
  onTestFinished(() => socket.terminate());
  return Promise.race([once(socket, 'open').then(() => open), status]);
}

/** Waits for something to become true, for as long as a busy machine may need. */
export const until = (condition: () => boolean) => vi.waitUntil(condition, { timeout: 15_000, interval: 5 });

/** Once this is answered, the server has read all that was sent on the socket before. */
export async function roundTrip({ socket }: TestSocket): Promise<void> {
  socket.ping();
  await once(socket, 'pong');
}

let calls = 0;
export function callSid(): string {
  calls += 1;
  return `CA${calls.toString(16).padStart(32, '0')}`;
}

/** The token in a TwiML answer; an empty string when it connects nobody. */
export function tokenIn(twiml: string): string {
  return /<Parameter name="token" value="([^"]+)"/.exec(twiml)?.[1] ?? '';
}

export const mediaFormat = { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 };

export function startMessage(callId: string, token: string) {
  return {
    event: 'start',
    sequenceNumber: '1',
    streamSid: 'MZ1',
    start: { streamSid: 'MZ1', accountSid: 'AC1', callSid: callId, customParameters: { token }, mediaFormat },
  };
}

export function mediaMessage(sequence: number, timestampMs: number, audio: Uint8Array) {
  const payload = Buffer.from(audio).toString('base64');
  return {
    event: 'media',
    sequenceNumber: String(sequence),
    streamSid: 'MZ1',
    media: { track: 'inbound', chunk: String(sequence), timestamp: String(timestampMs), payload },
  };
}

/** A call that is up: webhook, socket, start. */
export async function placeCall(cell: CellServer, callId = callSid()) {
  const { text } = await cell.webhook('/twilio/voice', { CallSid: callId });
  const socket = await cell.mediaSocket();
  if (typeof socket === 'number') throw new Error(`the media socket was refused with ${socket}`);
  const next = cell.nextCall();
  socket.send({ event: 'connected', protocol: 'Call', version: '1.0.0' });
  socket.send(startMessage(callId, tokenIn(text)));
  return { callId, socket, token: tokenIn(text), call: await next };
}
