/**
 * Who asks: the key that was presented, looked up by its id and held against the hash of its secret. What the database
 * said is remembered for a few seconds, in every task by itself: a key that was revoked is refused everywhere after that.
 */
import { type ApiKey, keyWithHash, noteUse } from '../data/api-keys.ts';
import type { Database } from '../data/database.ts';
import { WHOLE_CELL } from '../data/scope.ts';
import { isSecretOf, readKey } from './key-text.ts';

/** Somebody who has shown a key that is good. */
export interface KeyHolder {
  readonly key: ApiKey;
  /** 32 bytes, known here only while the request lasts. */
  readonly secret: Uint8Array;
}

/** `unknown` also stands for a wrong secret. The last two are told only to one who knows the secret. */
export type KeyRefusal = 'missing' | 'unknown' | 'revoked' | 'expired';

/** A revoked key opens nothing after this long, wherever it was revoked. */
export const KEY_FRESH_MS = 5_000;
/** When a key was last used is kept to the minute. */
const USE_NOTED_EVERY_MS = 60_000;
/** Answers to writes are kept this long. */
export const ANSWERS_KEPT = '24 hours';
/** Far more than a cell has. */
const MOST_ENTRIES = 10_000;

interface Entry {
  readonly key: ApiKey;
  readonly secretHash: Uint8Array;
  readonly asOfMs: number;
}

export class KeyRing {
  readonly #database: Pick<Database, 'within'>;
  readonly #region: string;
  readonly #entries = new Map<string, Entry>();
  readonly #noted = new Map<string, number>();

  /** @param region of this cell: a database of another opens nothing */
  constructor(database: Pick<Database, 'within'>, region: string) {
    this.#database = database;
    this.#region = region;
  }

  /** @param header `Authorization: Bearer vck_…`. Rejects when the database is down and the key is not remembered. */
  async open(header: string | undefined): Promise<KeyHolder | KeyRefusal> {
    const [, text] = /^bearer +(\S+)$/i.exec(header ?? '') ?? [];
    if (text === undefined) return 'missing';
    const shown = readKey(text);
    if (!shown) return 'unknown';
    const entry = await this.#find(shown.id);
    if (!isSecretOf(entry?.secretHash, shown.secret) || !entry) return 'unknown';
    const { key } = entry;
    if (key.revokedAt !== undefined) return 'revoked';
    if (Date.parse(key.expiresAt) <= Date.now()) return 'expired';
    await this.#note(key);
    return { key, secret: shown.secret };
  }

  /** It changed: this task asks anew at once. */
  forget(id: string): void {
    this.#entries.delete(id);
  }

  async #find(id: string): Promise<Entry | undefined> {
    const known = this.#entries.get(id);
    const ageMs = known ? Date.now() - known.asOfMs : Number.POSITIVE_INFINITY;
    // A clock that was put back makes nothing fresh.
    if (known && ageMs >= 0 && ageMs < KEY_FRESH_MS) return known;
    const asOfMs = Date.now();
    const row = await this.#database.within(WHOLE_CELL, (transaction) => keyWithHash(transaction, id, this.#region));
    this.#entries.delete(id);
    if (!row) return undefined;
    const entry = { ...row, asOfMs };
    this.#entries.set(id, entry);
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined && this.#entries.size > MOST_ENTRIES) this.#entries.delete(oldest);
    return entry;
  }

  /** Once a minute a key; the same visit throws old answers away. */
  async #note({ id }: ApiKey): Promise<void> {
    const now = Date.now();
    const notedAt = this.#noted.get(id);
    if (notedAt !== undefined && Math.abs(now - notedAt) < USE_NOTED_EVERY_MS) return;
    this.#noted.set(id, now);
    await this.#database.within(WHOLE_CELL, async (transaction) => {
      await noteUse(transaction, id);
      await transaction.query(`delete from idempotency_keys where created_at < now() - interval '${ANSWERS_KEPT}'`);
    });
  }
}
