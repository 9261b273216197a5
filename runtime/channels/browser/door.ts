/** The browser phone's way in: the key buys a one-time token, the token opens one socket. */
import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { WebSocket } from 'ws';
import { safeError } from '../../logger.ts';
import { isLoopback } from '../../loopback.ts';
import { BrowserChannel, type SpeakTyped } from '../browser.ts';
import { CLOSE, type Door, type DoorOptions } from '../door.ts';
import { type Claims, claimKey, TOKEN_LIFETIME_MS } from '../token.ts';
import { addPageRoutes, type WebFiles } from './page.ts';

export const PHONE_CALL_PATH = '/phone/call';
export const PHONE_TOKEN_PATH = '/phone/token';
export const PHONE_INFO_PATH = '/phone/info';

export interface PhoneOptions {
  /** Shared with the people who may use the phone. Without one, whoever opens the page may. */
  readonly key?: string;
  readonly region: string;
  /**
   * Address of the stand-ins for the speech services, which do not understand speech: the page says so, and a simulated
   * caller tells them there what he is going to say.
   */
  readonly speechEmulator?: string;
  readonly files: WebFiles;
  readonly speakTyped?: SpeakTyped;
}

export class PhoneDoor implements Door {
  readonly path = PHONE_CALL_PATH;
  readonly #phone: PhoneOptions;
  readonly #options: DoorOptions;

  constructor(phone: PhoneOptions, options: DoorOptions) {
    this.#phone = phone;
    this.#options = options;
  }

  addRoutes(app: FastifyInstance): void {
    const { key, region, speechEmulator, files } = this.#phone;
    const { tokens, admission, logger, answererOf } = this.#options;
    addPageRoutes(app, files);
    app.get(PHONE_INFO_PATH, async () => {
      const answerer = await answererOf('');
      const agent = typeof answerer === 'string' ? '' : answerer.agent.name;
      const emulated = speechEmulator !== undefined;
      return { region, agent, emulated, speechEmulator, phoneKeyNeeded: key !== undefined };
    });
    app.post(PHONE_TOKEN_PATH, async (request, reply) => {
      const problem = this.#visitorProblem(request.headers);
      if (problem) {
        logger.warn({ path: PHONE_TOKEN_PATH, problem }, 'phone refused');
        return reply
          .code(401)
          .header('www-authenticate', 'Bearer')
          .send({
            error: `${problem}: expected the cell's own page, and the header "Authorization: Bearer <PHONE_KEY>"`,
          });
      }
      const callId = randomUUID();
      const refusal = admission.hold(callId);
      if (refusal) return reply.code(503).send({ error: `no call can be taken now: ${refusal}` });
      const token = tokens.issue({ door: 'phone', callId, attachment: 0, from: '', to: '' }, Date.now());
      return reply.header('cache-control', 'no-store').send({ token, expiresInMs: TOKEN_LIFETIME_MS });
    });
  }

  async admit(request: IncomingMessage): Promise<((socket: WebSocket) => void) | undefined> {
    const claims = this.#isOwnPage(request.headers) ? this.#claims(request.url ?? '') : 'another origin';
    const problem = typeof claims === 'string' ? claims : await this.#usedBefore(claims);
    if (problem === undefined && typeof claims !== 'string') return (socket) => this.#attend(socket, claims.callId);
    this.#options.logger.warn({ path: PHONE_CALL_PATH, problem }, 'phone refused');
    return undefined;
  }

  #attend(socket: WebSocket, callId: string): void {
    const { admission, logger, converse } = this.#options;
    socket.on('error', (error) => logger.warn({ callId, ...safeError(error) }, 'phone socket failed'));
    const place = admission.enter(callId);
    if (typeof place === 'string') {
      logger.warn({ callId, problem: place }, 'phone refused');
      socket.close(CLOSE.tryAgainLater, place);
      return;
    }
    const details = { callId, channel: 'browser', from: '', to: '' } as const;
    const channel = new BrowserChannel({ socket, details, logger, speakTyped: this.#phone.speakTyped });
    void converse(channel, place).then(() => channel.close());
  }

  async #usedBefore(claims: Claims): Promise<string | undefined> {
    return (await this.#options.register.claim(claimKey(claims))) ? undefined : 'token used before';
  }

  #visitorProblem(headers: IncomingHttpHeaders): string | undefined {
    const { key } = this.#phone;
    if (key === undefined) return this.#isOwnPage(headers) ? undefined : 'another origin';
    const [scheme, given] = headers.authorization?.split(' ') ?? [];
    if (scheme?.toLowerCase() !== 'bearer' || !given) return 'no key';
    return isSame(given, key) ? undefined : 'wrong key';
  }

  /**
   * The page must be this cell's own. On a laptop `localhost` and `127.0.0.1` are the same machine, but another port is
   * another program's page.
   */
  #isOwnPage({ origin, host }: IncomingHttpHeaders): boolean {
    const { publicUrl } = this.#options;
    if (!origin || !URL.canParse(origin)) return false;
    if (origin === publicUrl.origin) return true;
    const page = new URL(origin);
    const door = URL.canParse(`http://${host}`) ? new URL(`http://${host}`) : undefined;
    return [publicUrl, page, door].every((url) => url && isLoopback(url.hostname)) && page.port === door?.port;
  }

  #claims(path: string): Claims | string {
    const token = new URLSearchParams(path.split('?')[1]).get('token');
    if (!token) return 'token missing';
    const claims = this.#options.tokens.open(token, Date.now());
    if (typeof claims === 'string') return `token ${claims}`;
    return claims.door === 'phone' ? claims : 'token of another door';
  }
}

/** In constant time, whatever the lengths. */
function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
