// @ts-check
import { record, text } from './untrusted.js';

/** More events than any call has; a cell that sends no end of pages is given up. */
const MOST_PAGES = 1_000;

/**
 * All events of one conversation, a page after the other. Rejects with words for the user.
 * @param {{ tenant: string, conversation: string, key: string, reason: string }} wanted
 * @returns {Promise<unknown[]>}
 */
export async function fetchEvents({ tenant, conversation, key, reason }) {
  const path = `/v1/tenants/${encodeURIComponent(tenant)}/conversations/${encodeURIComponent(conversation)}/events`;
  const headers = { authorization: `Bearer ${key}`, 'audit-reason': reason.replace(/[^ -~]/g, '?') };
  /** @type {unknown[]} */
  const events = [];
  let after = '';
  for (let page = 0; page < MOST_PAGES; page++) {
    const url = `${path}?limit=200${after && `&after=${encodeURIComponent(after)}`}`;
    const answer = await fetch(url, { headers }).catch(() => undefined);
    if (!answer) throw new Error('The cell does not answer.');
    const body = record(await answer.json().catch(() => undefined));
    if (!answer.ok) throw new Error(complaint(answer.status, body));
    if (Array.isArray(body.items)) events.push(...body.items);
    after = text(body.next);
    if (!after) return events;
  }
  throw new Error('The conversation has no end.');
}

/** @param {number} status @param {Record<string, unknown>} body */
function complaint(status, body) {
  if (status === 401) return 'The cell does not know this key.';
  if (status === 404) return 'There is no such conversation, or not for this key.';
  if (status === 429) return 'Too many requests: wait a moment.';
  return text(body.detail) || text(body.title) || `The cell refused: ${status}`;
}
