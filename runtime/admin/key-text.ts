/**
 * What a key looks like: `vck_`, its id, and a secret of 256 random bits. The first key of a cell in the cloud is made by
 * Secrets Manager and looks like any long text: its id and its secret follow from that.
 */
import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';

export interface KeyText {
  /** UUID. */
  readonly id: string;
  /** 32 bytes. */
  readonly secret: Uint8Array;
}

const KEY = /^vck_([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/;

export function mintKey(): KeyText {
  return { id: randomUUID(), secret: randomBytes(32) };
}

export function spellKey({ id, secret }: KeyText): string {
  return `vck_${id.replaceAll('-', '')}_${Buffer.from(secret).toString('base64url')}`;
}

/** Undefined for what cannot be a key. */
export function readKey(text: string): KeyText | undefined {
  if (!text.startsWith('vck_')) return FIRST_KEY.test(text) ? readFirstKey(text) : undefined;
  const [, ...parts] = KEY.exec(text) ?? [];
  const secret = Buffer.from(parts.pop() ?? '', 'base64url');
  return secret.length === 32 ? { id: parts.join('-'), secret } : undefined;
}

/** As much as VOICECELL_OPERATOR_KEY must have, and no more than anybody makes it. */
const FIRST_KEY = /^[\x21-\x7e]{32,200}$/;

function readFirstKey(text: string): KeyText {
  const bytes = createHash('sha256').update(`id of the key ${text}`).digest().subarray(0, 16);
  // Version 8: made in a way of our own (RFC 9562).
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const id = bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return { id, secret: createHash('sha256').update(text).digest() };
}

export function hashSecret(secret: Uint8Array): Uint8Array {
  return createHash('sha256').update(secret).digest();
}

/** In constant time. @param hash of the secret it should be; undefined when there is no such key */
export function isSecretOf(hash: Uint8Array | undefined, secret: Uint8Array): boolean {
  const isSame = timingSafeEqual(hashSecret(secret), hash ?? NO_HASH);
  return isSame && hash !== undefined;
}

const NO_HASH = new Uint8Array(32);
