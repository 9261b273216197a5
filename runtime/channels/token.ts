/**
 * One-time tokens that admit a socket: what the webhook promised, signed, so that any task of the cell can honour it.
 * `base64url(claims).base64url(HMAC-SHA-256)`. Under 450 characters with both numbers and a conversation's UUID in it
 * (Twilio's `<Parameter>` takes 500, name included).
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

/** Time between the webhook's answer and the socket's first message. Twilio needs well under a second. */
export const TOKEN_LIFETIME_MS = 60_000;

const claimsSchema = z.object({
  /** Which door it opens: a token of the phone is none of Twilio's. */
  door: z.enum(['twilio', 'phone']),
  callId: z.string(),
  /** 0 for the call's first socket, 1 for the one that continues it after that broke, … */
  attachment: z.int().min(0),
  /** E.164, or empty. */
  from: z.string(),
  to: z.string(),
  /** The conversation that the call continues. */
  resumes: z.string().optional(),
});

export type Claims = z.output<typeof claimsSchema>;
export type TokenProblem = 'malformed' | 'forged' | 'expired';

const envelopeSchema = claimsSchema.extend({ expiresAtMs: z.int() });

export class Tokens {
  readonly #secret: string;

  constructor(secret: string) {
    this.#secret = secret;
  }

  issue(claims: Claims, nowMs: number): string {
    const payload = Buffer.from(JSON.stringify({ ...claims, expiresAtMs: nowMs + TOKEN_LIFETIME_MS }));
    return `${payload.toString('base64url')}.${this.#sign(payload).toString('base64url')}`;
  }

  /** The claims of a genuine token that has not expired. Whether it was used before is the register's question. */
  open(token: string, nowMs: number): Claims | TokenProblem {
    const [payloadText, signatureText, ...more] = token.split('.');
    if (!payloadText || !signatureText || more.length > 0) return 'malformed';
    const payload = Buffer.from(payloadText, 'base64url');
    const signature = Buffer.from(signatureText, 'base64url');
    const expected = this.#sign(payload);
    if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) return 'forged';
    const { expiresAtMs, ...claims } = envelopeSchema.parse(JSON.parse(payload.toString()));
    return nowMs < expiresAtMs ? claims : 'expired';
  }

  #sign(payload: Buffer): Buffer {
    return createHmac('sha256', this.#secret).update(payload).digest();
  }
}

/** What a register remembers of a used token. Several tokens for one socket of one call count as one. */
export function claimKey(claims: Pick<Claims, 'door' | 'callId' | 'attachment'>): string {
  return `${claims.door}:${claims.callId}:${claims.attachment}`;
}
