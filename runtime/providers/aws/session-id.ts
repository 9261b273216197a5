import { createHash } from 'node:crypto';

/**
 * The SessionId a Transcribe stream is opened with: the call's id hashed into a UUID, its last eight digits counting the
 * attempts (0, 1, 2, … for each stream reopened). The service refuses an id that is still in use, so every attempt needs
 * its own; and its logs can be matched with a call without holding the call's id.
 */
export function sessionIdOf(callId: string, attempt: number): string {
  const hash = createHash('sha256').update(callId).digest('hex');
  const counter = attempt.toString(16).padStart(8, '0');
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-5${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 24)}${counter}`;
}

/** What the session ids of all attempts of one call have in common. */
export function callKeyOf(sessionId: string): string {
  return sessionId.slice(0, -8);
}
