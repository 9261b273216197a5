/**
 * A cleartext HTTP/2 server that answers each request as its test tells it to, down to the byte: the protocol faults
 * (half an event, a reset, silence) that a well-behaved emulator cannot show.
 */
import { createServer, type IncomingHttpHeaders, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { EventStreamCodec } from '@smithy/eventstream-codec';

export interface ScriptedRequest {
  readonly stream: ServerHttp2Stream;
  readonly headers: IncomingHttpHeaders;
  /** 0, 1, 2, … in the order of arrival. */
  readonly index: number;
  /** The whole body as JSON; not for bidirectional streams. */
  json(): Promise<Record<string, unknown>>;
  /** Messages of a bidirectional stream, out of their signed envelopes; the empty last one is left out. */
  events(): AsyncIterable<{ type: string; body: Uint8Array }>;
}

export interface ScriptedService {
  readonly url: string;
  readonly requests: readonly ScriptedRequest[];
  /** TCP connections accepted so far. */
  readonly connections: number;
  /** Streams that are still open. */
  openStreams(): number;
  close(): Promise<void>;
}

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes as Uint8Array).toString(),
  (text) => Buffer.from(text),
);

export async function startScriptedService(answer: (request: ScriptedRequest) => unknown): Promise<ScriptedService> {
  const requests: ScriptedRequest[] = [];
  const sessions = new Set<ServerHttp2Session>();
  const open = new Set<ServerHttp2Stream>();
  let connections = 0;
  const server = createServer();
  server.on('session', (session) => {
    connections++;
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
    session.on('error', () => {});
  });
  server.on('stream', (stream, headers) => {
    open.add(stream);
    stream.on('close', () => open.delete(stream));
    stream.on('error', () => {});
    const request: ScriptedRequest = {
      stream,
      headers,
      index: requests.length,
      json: async () => JSON.parse(Buffer.concat(await stream.toArray()).toString()),
      events: () => unwrap(stream),
    };
    requests.push(request);
    answer(request);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    get connections() {
      return connections;
    },
    openStreams: () => open.size,
    async close() {
      for (const session of sessions) session.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** One event as it goes over the wire. `body` is JSON, or raw bytes for audio. */
export function event(type: string, body: object | Uint8Array): Uint8Array {
  return message({ ':message-type': 'event', ':event-type': type }, body);
}

/** An error in the middle of a stream. */
export function exception(type: string, text = 'scripted'): Uint8Array {
  return message({ ':message-type': 'exception', ':exception-type': type }, { message: text, Message: text });
}

function message(headers: Record<string, string>, body: object | Uint8Array): Uint8Array {
  return codec.encode({
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, { type: 'string', value }])),
    body: body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body)),
  });
}

/** A refusal as REST-JSON services write it. */
export function refuse({ stream }: ScriptedRequest, status: number, type: string, text = 'scripted'): void {
  stream.respond({ ':status': status, 'content-type': 'application/json', 'x-amzn-errortype': type });
  stream.end(JSON.stringify({ message: text }));
}

export function beginEvents({ stream }: ScriptedRequest): void {
  stream.respond({ ':status': 200, 'content-type': 'application/vnd.amazon.eventstream' });
}

async function* unwrap(stream: ServerHttp2Stream): AsyncGenerator<{ type: string; body: Uint8Array }> {
  let held = Buffer.alloc(0);
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    held = Buffer.concat([held, chunk]);
    while (held.length >= 4 && held.length >= held.readUInt32BE(0)) {
      const length = held.readUInt32BE(0);
      const inner = codec.decode(held.subarray(0, length)).body;
      held = held.subarray(length);
      if (inner.length === 0) continue;
      const { headers, body } = codec.decode(inner);
      yield { type: String(headers[':event-type']?.value), body };
    }
  }
}
