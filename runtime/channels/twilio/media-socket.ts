/** Media sockets from their upgrade to their end: who may start a call on one, and how much nonsense it may send. */
import { WebSocket } from 'ws';
import { safeError } from '../../logger.ts';
import { CLOSE, type DoorOptions, MOST_VIOLATIONS } from '../door.ts';
import { type Claims, claimKey, type TokenProblem } from '../token.ts';
import { TwilioChannel } from '../twilio.ts';
import type { StreamStart } from './messages.ts';
import { StreamProtocol } from './protocol.ts';

/** From the upgrade to `start`, which Twilio sends at once. */
export const START_WITHIN_MS = 10_000;
/** A farewell that cannot be kept within this is given up: the call ends all the same. */
const FAREWELL_WITHIN_MS = 2_000;

export class MediaSockets {
  readonly #options: DoorOptions;
  /** The socket of each call that is up, and the end of its conversation. */
  readonly #live = new Map<string, { readonly socket: WebSocket; readonly over: Promise<void> }>();

  constructor(options: DoorOptions) {
    this.#options = options;
  }

  /** Takes over a socket whose signature was checked. Never throws. */
  attend(socket: WebSocket): void {
    const protocol = new StreamProtocol();
    let channel: TwilioChannel | undefined;
    let violations = 0;
    const startTimer = setTimeout(() => this.#refuse(socket, CLOSE.policyViolation, 'no start'), START_WITHIN_MS);
    socket.on('close', () => clearTimeout(startTimer));
    socket.on('error', (error) => this.#options.logger.warn({ ...safeError(error) }, 'media socket failed'));
    socket.on('message', (data: Buffer, isBinary) => {
      if (socket.readyState !== WebSocket.OPEN) return;
      const message = protocol.receive(data, isBinary);
      if (message.event === 'violation') {
        violations += 1;
        const { problem } = message;
        this.#options.logger.warn({ callId: channel?.details.callId, problem }, 'media socket out of protocol');
        if (violations >= MOST_VIOLATIONS) this.#refuse(socket, CLOSE.policyViolation, 'too many violations');
      } else if (message.event === 'start') {
        clearTimeout(startTimer);
        channel = this.#start(socket, message);
      } else {
        channel?.receive(message);
      }
    });
  }

  /** The channel is there at once, so that no audio is lost while the register is asked about the token. */
  #start(socket: WebSocket, start: StreamStart): TwilioChannel | undefined {
    const claims = this.#claims(start);
    if (typeof claims === 'string') {
      this.#refuse(socket, CLOSE.policyViolation, `token ${claims}`, start.callSid);
      return undefined;
    }
    const { callId, from, to, resumes } = claims;
    const { register, logger } = this.#options;
    const channel = new TwilioChannel({
      socket,
      streamSid: start.streamSid,
      details: { callId, channel: 'twilio', from, to, resumes },
      onFarewell: (farewell) => this.#note(register.note(callId, { farewell }), callId),
      onConversation: (conversationId) => void this.#note(register.note(callId, { conversationId }), callId),
      onProblem: (problem) => logger.warn({ callId, problem }, 'media socket in trouble'),
    });
    void this.#admit(socket, channel, claims);
    return channel;
  }

  #claims(start: StreamStart): Claims | TokenProblem | 'missing' | 'of another call' {
    if (start.token === '') return 'missing';
    const claims = this.#options.tokens.open(start.token, Date.now());
    if (typeof claims === 'string') return claims;
    return claims.door === 'twilio' && claims.callId === start.callSid ? claims : 'of another call';
  }

  async #admit(socket: WebSocket, channel: TwilioChannel, claims: Claims): Promise<void> {
    const { register, admission, converse, logger } = this.#options;
    const { callId } = claims;
    try {
      if (!(await register.claim(claimKey(claims))))
        return this.#refuse(socket, CLOSE.policyViolation, 'token used before', callId);
      // Attached again before the old socket was known to be dead: two conversations with one caller would talk at
      // once, and the new one must know all of what the old one was.
      const before = this.#live.get(callId);
      before?.socket.terminate();
      await before?.over;
      if (socket.readyState !== WebSocket.OPEN) return;
      const place = admission.enter(callId);
      if (typeof place === 'string') return this.#refuse(socket, CLOSE.tryAgainLater, place, callId);
      const over = converse(channel, place);
      this.#live.set(callId, { socket, over });
      await over;
      if (this.#live.get(callId)?.socket === socket) this.#live.delete(callId);
    } catch (error) {
      logger.error({ callId, ...safeError(error) }, 'media socket: the call register failed');
      socket.close(CLOSE.internalError);
    }
  }

  async #note(noted: Promise<void>, callId: string): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<void>((_, reject) => {
      timer = setTimeout(() => reject(new Error('timeout')), FAREWELL_WITHIN_MS);
    });
    try {
      await Promise.race([noted, tooLong]);
    } catch (error) {
      this.#options.logger.error({ callId, ...safeError(error) }, 'the call register did not take a note');
    } finally {
      clearTimeout(timer);
    }
  }

  #refuse(socket: WebSocket, code: number, problem: string, callId?: string): void {
    this.#options.logger.warn({ callId, problem }, 'media socket refused');
    socket.close(code, problem);
  }
}
