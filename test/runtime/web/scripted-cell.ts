/** The cell's end of the browser phone's protocol, saying what the test tells it to. Serves the page's real files. */
import { EventEmitter, once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';
import { type WebSocket, WebSocketServer } from 'ws';
import type { CallEventBody } from '../../../runtime/call/events.ts';
import type { Farewell } from '../../../runtime/channels/channel.ts';

const WEB = new URL('../../../runtime/web/', import.meta.url);
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const CONTENT_TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
};

export interface CellOptions {
  readonly emulated?: boolean;
  /** The access key the page must present; none is asked for without it. */
  readonly key?: string;
  /** What `GET /phone/info` says instead of the truth. */
  readonly info?: unknown;
  /** How many times `GET /phone/info` fails before it is answered. */
  readonly infoFailures?: number;
  readonly refuseCalls?: boolean;
}

export class ScriptedCell {
  readonly url: string;
  readonly #server: Server;
  readonly #options: CellOptions;
  readonly #sockets = new WebSocketServer({ noServer: true });
  readonly #placed = new EventEmitter();
  readonly #calls: ScriptedCall[] = [];
  #tokens = 0;
  #infoRequests = 0;

  static async start(options: CellOptions = {}): Promise<ScriptedCell> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ScriptedCell(server, options);
  }

  private constructor(server: Server, options: CellOptions) {
    this.#server = server;
    this.#options = options;
    this.url = `http://localhost:${(server.address() as AddressInfo).port}/`;
    server.on('request', (request, response) => this.#serve(request, response));
    server.on('upgrade', (request, socket, head) => {
      if (options.refuseCalls || request.url !== `/phone/call?token=token-${this.#tokens}`) {
        socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
        return;
      }
      this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
        this.#calls.push(new ScriptedCall(webSocket));
        this.#placed.emit('call');
      });
    });
  }

  /** The next call nobody has taken yet. */
  async call(): Promise<ScriptedCall> {
    if (this.#calls.length === 0) await once(this.#placed, 'call');
    return this.#calls.shift()!;
  }

  /** Safe to call twice. */
  async stop(): Promise<void> {
    for (const client of this.#sockets.clients) client.terminate();
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { emulated = false, key, info, infoFailures = 0 } = this.#options;
    response.setHeader('Content-Security-Policy', POLICY);
    response.setHeader('X-Content-Type-Options', 'nosniff');
    if (request.url === '/phone/info') {
      const truth = { region: 'us-east-1', agent: 'dental-front-desk', emulated, phoneKeyNeeded: key !== undefined };
      if (++this.#infoRequests <= infoFailures) response.statusCode = 500;
      response.end(JSON.stringify(info ?? truth));
    } else if (request.method === 'POST' && request.url === '/phone/token') {
      const allowed = key === undefined || request.headers.authorization === `Bearer ${key}`;
      if (!allowed) response.statusCode = 403;
      response.end(JSON.stringify(allowed ? { token: `token-${++this.#tokens}` } : { error: 'forbidden' }));
    } else {
      const file = request.url === '/' ? 'index.html' : (request.url ?? '').slice(1);
      const content = await readFile(new URL(file, WEB)).catch(() => undefined);
      response.statusCode = content ? 200 : 404;
      response.setHeader('Content-Type', CONTENT_TYPES[extname(file)] ?? 'text/plain');
      response.end(content);
    }
  }
}

export class ScriptedCall {
  /** µ-law, as the page sent it. */
  readonly frames: Buffer[] = [];
  readonly messages: Record<string, unknown>[] = [];
  readonly #socket: WebSocket;
  readonly #arrivals = new EventEmitter();
  #sequence = 0;
  isOver = false;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) this.frames.push(data);
      else this.messages.push(JSON.parse(data.toString()));
      this.#arrivals.emit('arrival');
    });
    socket.on('close', () => {
      this.isOver = true;
      this.#arrivals.emit('arrival');
    });
  }

  /** Events as the conversation would report them. */
  tell(...events: (CallEventBody | Record<string, unknown>)[]): void {
    for (const event of events) {
      const sequence = this.#sequence++;
      const stamp = { conversationId: 'c', sequence, at: new Date(0).toISOString(), atMs: sequence };
      this.send({ type: 'event', event: { ...stamp, ...event } });
    }
  }

  play(mulaw: Uint8Array): void {
    this.#socket.send(mulaw);
  }

  send(message: unknown): void {
    this.#socket.send(JSON.stringify(message));
  }

  sendRaw(message: string): void {
    this.#socket.send(message);
  }

  leave(farewell: Farewell): void {
    this.send({ type: 'farewell', farewell });
    this.#socket.close();
  }

  close(code: number): void {
    this.#socket.close(code);
  }

  /** As when the process dies or the network breaks. */
  vanish(): void {
    this.#socket.terminate();
  }

  /** Waits for the page to have sent something; the test's own time limit ends the wait. */
  async until(condition: (call: this) => boolean): Promise<void> {
    while (!condition(this)) await once(this.#arrivals, 'arrival');
  }

  /** All messages of a type, in order. */
  sent(type: string): Record<string, unknown>[] {
    return this.messages.filter((message) => message.type === type);
  }
}
