/** Looking at what calls left behind. Whoever looks at personal data leaves an entry in the audit. */
import type { CallEvent } from '../call/events.ts';
import { type Actor, audit } from '../compliance/audit/audit.ts';
import type { AuditEntry } from '../compliance/audit/chain.ts';
import { auditEntries } from '../compliance/audit/read.ts';
import type { Consent, ConsentFilter } from '../data/consents.ts';
import * as consents from '../data/consents.ts';
import type { Conversation, Page } from '../data/conversations.ts';
import * as conversations from '../data/conversations.ts';
import type { Queryable } from '../data/database.ts';
import { notFound } from './refusal.ts';

export async function listConversations(
  transaction: Queryable,
  actor: Actor,
  tenantId: string,
  page: Page,
): Promise<Conversation[]> {
  const found = await conversations.recentConversations(transaction, page);
  const details = { count: found.length };
  await audit(transaction, actor, { action: 'list', resource: 'conversation', tenantId, details });
  return found;
}

export async function showConversation(
  transaction: Queryable,
  actor: Actor,
  tenantId: string,
  id: string,
): Promise<Conversation> {
  const conversation = await conversations.findConversation(transaction, id);
  if (!conversation) throw notFound('conversation');
  const { callerId } = conversation;
  await audit(transaction, actor, { action: 'read', resource: 'conversation', resourceId: id, tenantId, callerId });
  return conversation;
}

export interface EventsRequest {
  readonly conversationId: string;
  /** The sequence number of the last one that is known already; -1 for none. */
  readonly after: number;
  readonly limit: number;
}

/** What was said and done, in order: enough to replay the conversation. */
export async function listEvents(
  transaction: Queryable,
  actor: Actor,
  tenantId: string,
  { conversationId, after, limit }: EventsRequest,
): Promise<CallEvent[]> {
  const conversation = await conversations.findConversation(transaction, conversationId);
  if (!conversation) throw notFound('conversation');
  const events = await conversations.eventsAfter(transaction, conversationId, after, limit);
  await audit(transaction, actor, {
    action: 'read',
    resource: 'conversation-events',
    resourceId: conversationId,
    tenantId,
    callerId: conversation.callerId,
    details: { after, count: events.length },
  });
  return events;
}

export async function listConsents(
  transaction: Queryable,
  actor: Actor,
  tenantId: string,
  filter: ConsentFilter,
): Promise<Consent[]> {
  const found = await consents.listConsents(transaction, filter);
  // What was asked for is only worth an entry where it is: an id of somebody else's has no place in this tenant's audit.
  const about = found.length > 0 ? { resourceId: filter.conversationId, callerId: filter.callerId } : {};
  const details = { count: found.length };
  await audit(transaction, actor, { action: 'list', resource: 'consent', tenantId, ...about, details });
  return found;
}

export async function showConsent(
  transaction: Queryable,
  actor: Actor,
  tenantId: string,
  id: string,
): Promise<Consent> {
  const consent = await consents.findConsent(transaction, id);
  if (!consent) throw notFound('consent');
  const { callerId } = consent;
  await audit(transaction, actor, { action: 'read', resource: 'consent', resourceId: id, tenantId, callerId });
  return consent;
}

/** @param tenantId undefined: of the whole cell */
export async function listAudit(
  transaction: Queryable,
  actor: Actor,
  tenantId: string | undefined,
  filter: { readonly after: number; readonly limit: number; readonly callerId?: string; readonly resourceId?: string },
): Promise<AuditEntry[]> {
  const entries = await auditEntries(transaction, filter);
  const details = { after: filter.after, count: entries.length };
  await audit(transaction, actor, { action: 'list', resource: 'audit', tenantId, details });
  return entries;
}
