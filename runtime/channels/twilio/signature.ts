/**
 * X-Twilio-Signature: HMAC-SHA-1 over the URL as Twilio called it, and the form's fields in order of their names.
 * Behind a load balancer only the configured public URL is that URL. The socket's upgrade is signed over the exact
 * `wss://` URL without fields: https://www.twilio.com/docs/usage/security#validating-requests
 */
import { validateRequest } from 'twilio/lib/webhooks/webhooks.js';

export type SignatureProblem = 'missing' | 'wrong';

export class TwilioSignatures {
  readonly #authToken: string;
  readonly #publicUrl: URL;

  /** @param publicUrl the cell's origin, as Twilio sees it. */
  constructor(authToken: string, publicUrl: URL) {
    this.#authToken = authToken;
    this.#publicUrl = publicUrl;
  }

  /** @param path with its query, as it arrived. */
  webhookProblem(header: unknown, path: string, form: Record<string, unknown>): SignatureProblem | undefined {
    return this.#problem(header, `${this.#publicUrl.origin}${path}`, form);
  }

  upgradeProblem(header: unknown, path: string): SignatureProblem | undefined {
    return this.#problem(header, `${socketOrigin(this.#publicUrl)}${path}`, {});
  }

  #problem(header: unknown, url: string, form: Record<string, unknown>): SignatureProblem | undefined {
    if (typeof header !== 'string' || header === '') return 'missing';
    return validateRequest(this.#authToken, header, url, form) ? undefined : 'wrong';
  }
}

/** `https://voice.example.com` → `wss://voice.example.com`, and `http` → `ws` on a laptop. */
export function socketOrigin(publicUrl: URL): string {
  return `${publicUrl.protocol === 'https:' ? 'wss' : 'ws'}://${publicUrl.host}`;
}
