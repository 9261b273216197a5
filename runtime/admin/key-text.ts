/** What a key looks like: `vck_`, its id, and a secret of 256 random bits. */
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

/** Undefined for anything else. */
export function readKey(text: string): KeyText | undefined {
  const [, ...parts] = KEY.exec(text) ?? [];
  const secret = Buffer.from(parts.pop() ?? '', 'base64url');
  return secret.length === 32 ? { id: parts.join('-'), secret } : undefined;
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
