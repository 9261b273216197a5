/** A way into the process for calls: routes that promise a socket, and the upgrade that keeps the promise. */
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { WebSocket } from 'ws';
import type { Admission } from '../call/admission.ts';
import type { Logger } from '../logger.ts';
import type { AnswererOf } from '../tenants/directory.ts';
import type { CallChannel } from './channel.ts';
import type { CallRegister } from './register.ts';
import type { Tokens } from './token.ts';

export interface Door {
  /** Of the upgrade. */
  readonly path: string;
  addRoutes(app: FastifyInstance): void;
  /** Decides before a WebSocket exists: who takes it over, or undefined when it is refused (and logged). */
  admit(request: IncomingMessage): Promise<((socket: WebSocket) => void) | undefined>;
}

/** What every door needs. */
export interface DoorOptions {
  /** The cell's origin, as the world sees it. */
  readonly publicUrl: URL;
  readonly tokens: Tokens;
  readonly register: CallRegister;
  readonly admission: Admission;
  readonly logger: Logger;
  readonly answererOf: AnswererOf;
  /** Has the conversation, then gives the call's place back. Never rejects. */
  readonly converse: (channel: CallChannel, release: () => void) => Promise<void>;
}

/** Close codes of RFC 6455 and its registry. */
export const CLOSE = { normal: 1000, policyViolation: 1008, internalError: 1011, tryAgainLater: 1013 } as const;

/** Messages out of protocol before a socket is closed. */
export const MOST_VIOLATIONS = 5;

/** Answers an upgrade in plain HTTP and hangs up. */
export function refuseUpgrade(socket: Duplex, status: 403 | 404 | 503): void {
  const body = `${STATUS_CODES[status]?.toLowerCase()}\n`;
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n` +
      `Content-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
}
