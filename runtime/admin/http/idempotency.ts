/**
 * A write that is repeated with its `Idempotency-Key` is answered as it was the first time and changes nothing. The key is
 * taken in the transaction of the change: of two that come at once one waits for the other, and what did not commit never
 * was. The answer is kept encrypted with the secret of the API key, since it may hold a new key's text.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import type { Queryable } from '../../data/database.ts';
import type { KeyHolder } from '../key-ring.ts';
import { AdminRefusal } from '../refusal.ts';

export interface Answer {
  readonly status: number;
  /** JSON. */
  readonly body: string;
}

export interface Repeatable {
  readonly holder: KeyHolder;
  /** Of the path; absent for what concerns the whole cell. */
  readonly tenantId?: string;
  readonly idempotencyKey: string;
  /** Whatever makes the request this one: method, path, body. */
  readonly request: string;
}

/** Runs `work`, or finds what it was answered before. Throws {@link AdminRefusal} when the key was for something else. */
export async function onlyOnce(
  transaction: Queryable,
  { holder, tenantId, idempotencyKey, request }: Repeatable,
  work: () => Promise<Answer>,
): Promise<Answer> {
  const { key, secret } = holder;
  // Keyed: a request may hold a telephone number, which a plain hash would give away to whoever tries them all.
  const fingerprint = createHmac('sha256', secret).update(request).digest();
  const taken = await transaction.query<{ id: string }>(
    `insert into idempotency_keys (tenant_id, api_key_id, idempotency_key, fingerprint) values ($1, $2, $3, $4)
     on conflict (api_key_id, idempotency_key) do nothing returning id`,
    [tenantId ?? null, key.id, idempotencyKey, fingerprint],
  );
  const box = new AnswerBox(secret, `${key.id} ${idempotencyKey}`);
  if (taken[0]) {
    const answer = await work();
    await transaction.query('update idempotency_keys set status = $2, answer = $3 where id = $1', [
      taken[0].id,
      answer.status,
      box.close(answer.body),
    ]);
    return answer;
  }
  // Of another tenant, it is not even seen: then it was certainly another request.
  const [before] = await transaction.query<{ fingerprint: Buffer; status: number; answer: Buffer }>(
    'select fingerprint, status, answer from idempotency_keys where api_key_id = $1 and idempotency_key = $2',
    [key.id, idempotencyKey],
  );
  if (!before?.fingerprint.equals(fingerprint))
    throw new AdminRefusal('invalid', 'this Idempotency-Key was for another request', [
      { path: 'Idempotency-Key', expected: 'a new one for every request, the same only to repeat it' },
    ]);
  return { status: before.status, body: box.open(before.answer) };
}

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

class AnswerBox {
  readonly #key: Uint8Array;
  readonly #label: Buffer;

  constructor(secret: Uint8Array, label: string) {
    this.#key = new Uint8Array(hkdfSync('sha256', secret, '', 'voicecell answers to writes', 32));
    this.#label = Buffer.from(label);
  }

  close(text: string): Buffer {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(CIPHER, this.#key, iv).setAAD(this.#label);
    const closed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), closed]);
  }

  open(closed: Buffer): string {
    const iv = closed.subarray(0, IV_BYTES);
    const tag = closed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES);
    const decipher = createDecipheriv(CIPHER, this.#key, iv).setAAD(this.#label).setAuthTag(tag);
    const opened = Buffer.concat([decipher.update(closed.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
    return opened.toString('utf8');
  }
}
