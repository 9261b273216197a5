/**
 * Everything that can be asked of the process from outside, on one port: webhooks, media sockets, the browser phone and
 * its page, the administration, and how it is doing. What a call is, and who answers it, is given from outside.
 */
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import formbody from '@fastify/formbody';
import Fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import { WebSocketServer } from 'ws';
import type { DrainContract } from '../regions/drain.ts';
import { type AdminApiOptions, addAdminApi } from './admin/http/api.ts';
import type { Admission } from './call/admission.ts';
import { type Conversation, Switchboard } from './call/switchboard.ts';
import { PhoneDoor, type PhoneOptions } from './channels/browser/door.ts';
import { webFiles } from './channels/browser/page.ts';
import type { CallChannel } from './channels/channel.ts';
import { type Door, type DoorOptions, refuseUpgrade } from './channels/door.ts';
import { keepAlive } from './channels/heartbeat.ts';
import type { CallRegister } from './channels/register.ts';
import { Tokens } from './channels/token.ts';
import { twilioDoor } from './channels/twilio/door.ts';
import { type Logger, safeError } from './logger.ts';
import type { Health } from './observability/health.ts';
import type { Answerer, AnswererOf } from './tenants/directory.ts';

/** Twilio's forms and frames are far smaller; nothing bigger has any business here. */
const LARGEST_MESSAGE_BYTES = 64 * 1024;
/** A request that has not fully arrived by then never will. */
const REQUEST_WITHIN_MS = 10_000;
/** A kept-alive connection must outlive the load balancer's, or a request meets a closed door (502). */
const KEEP_ALIVE_MARGIN_MS = 5_000;

export interface ServerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** The cell's origin, as the world sees it. */
  readonly publicUrl: URL;
  readonly region: string;
  readonly drain: Pick<DrainContract, 'heartbeatMs' | 'idleTimeoutMs' | 'continuation'>;
  /** Signs the one-time tokens; the same in all tasks of a cell. */
  readonly tokenSecret: string;
  readonly twilio?: { readonly authToken: string };
  readonly phone?: Omit<PhoneOptions, 'region' | 'files'>;
  /** Set if the cell is administered over HTTP. */
  readonly admin?: Omit<AdminApiOptions, 'logger'>;
  readonly logger: Logger;
  readonly admission: Admission;
  readonly register: CallRegister;
  readonly health: Health;
  readonly answererOf: AnswererOf;
  readonly onCall: (channel: CallChannel, answerer: Answerer) => Promise<Conversation>;
}

export interface RuntimeServer {
  readonly port: number;
  /** Ends every conversation with words, as soon as they can be said. */
  shutDownCalls(): void;
  /** Cuts whatever is still connected. */
  close(): Promise<void>;
}

/** Resolves once the server listens; rejects if it cannot. */
export async function startServer(options: ServerOptions): Promise<RuntimeServer> {
  const { logger, drain } = options;
  const app = Fastify({
    bodyLimit: LARGEST_MESSAGE_BYTES,
    requestTimeout: REQUEST_WITHIN_MS,
    keepAliveTimeout: drain.idleTimeoutMs + KEEP_ALIVE_MARGIN_MS,
    forceCloseConnections: true,
  });
  await app.register(formbody);
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) logger.error({ path: request.routeOptions.url, ...safeError(error) }, 'request failed');
    return reply.code(status).send({ error: status >= 500 ? 'something is broken on our side' : error.message });
  });
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: LARGEST_MESSAGE_BYTES,
    perMessageDeflate: false,
  });
  const switchboard = new Switchboard({ ...options, begin: options.onCall });
  const doors = await openDoors(options, switchboard);
  addHealthRoutes(app, options);
  for (const door of doors) door.addRoutes(app);
  if (options.admin) await addAdminApi(app, { ...options.admin, logger });

  app.server.on('upgrade', async (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', (error) => logger.debug({ ...safeError(error) }, 'connection failed during its upgrade'));
    const door = doors.find(({ path }) => path === request.url?.split('?')[0]);
    if (!door) return refuseUpgrade(socket, 404);
    try {
      const attend = await door.admit(request);
      if (!attend) return refuseUpgrade(socket, 403);
      sockets.handleUpgrade(request, socket, head, (webSocket) => {
        sockets.emit('connection', webSocket, request);
        attend(webSocket);
      });
    } catch (error) {
      logger.error({ path: door.path, ...safeError(error) }, 'upgrade failed');
      refuseUpgrade(socket, 503);
    }
  });
  await app.listen({ host: options.host, port: options.port });
  const stopBeating = keepAlive(sockets, drain.heartbeatMs);

  return {
    port: (app.server.address() as AddressInfo).port,
    shutDownCalls: () => switchboard.shutDown(),
    async close() {
      stopBeating();
      for (const socket of sockets.clients) socket.terminate();
      await app.close();
    },
  };
}

function addHealthRoutes(app: FastifyInstance, { admission, health, region }: ServerOptions): void {
  /** The process runs. Whoever restarts it asks this. */
  app.get('/healthz', async () => ({ status: 'ok', region }));
  /** It takes calls. Whoever sends it calls asks this. */
  app.get('/readyz', async (_request, reply) => {
    const { refusal, active } = admission;
    return reply.code(refusal ? 503 : 200).send({ status: refusal ?? 'ready', region, calls: active });
  });
  /** What it needs works. */
  app.get('/health', async (_request, reply) => {
    const report = await health();
    return reply
      .code(report.status === 'failed' ? 503 : 200)
      .header('cache-control', 'no-store')
      .send(report);
  });
}

async function openDoors(options: ServerOptions, switchboard: Switchboard): Promise<Door[]> {
  const { twilio, phone, region } = options;
  const common: DoorOptions = {
    ...options,
    tokens: new Tokens(options.tokenSecret),
    converse: (channel, release) => switchboard.converse(channel, release),
  };
  const doors: Door[] = [];
  if (twilio) doors.push(twilioDoor({ ...twilio, continuation: options.drain.continuation }, common));
  if (phone) doors.push(new PhoneDoor({ ...phone, region, files: await webFiles() }, common));
  return doors;
}
