/** By what a caller is known without his number: two calls of his can be told to be that, by whoever holds the key. */
import { createHmac } from 'node:crypto';

/**
 * HMAC-SHA-256, hex. The tenant is part of it: what one tenant knows of a caller cannot be matched with what another does.
 * @param number E.164
 * @returns undefined for a caller who shows no number
 */
export function callerHash(key: string, tenantId: string, number: string): string | undefined {
  return number === '' ? undefined : createHmac('sha256', key).update(`${tenantId}\n${number}`).digest('hex');
}
