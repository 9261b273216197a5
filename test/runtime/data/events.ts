/** Events as calls make them. */
import { randomUUID } from 'node:crypto';
import type { CallEvent, CallEventBody } from '../../../runtime/call/events.ts';
import { house } from '../../support/tenants.ts';

export const CALL_BEGAN_AT = Date.parse('2026-11-22T10:00:00.000Z');

/** One call's events, numbered and dated like a real call's: one every 20 ms. */
export function callEvents(conversationId: string = randomUUID()) {
  let sequence = 0;
  const next = (body: CallEventBody): CallEvent => {
    const atMs = sequence * 20;
    return { ...body, conversationId, sequence: sequence++, at: new Date(CALL_BEGAN_AT + atMs).toISOString(), atMs };
  };
  return {
    conversationId,
    next,
    started: (callId?: string) =>
      next({
        type: 'call-started',
        tenantId: house.id,
        channel: 'twilio',
        callId,
        agent: 'bright-smile',
        agentVersion: '1',
        region: 'eu-central-1',
        resumed: false,
      }),
    said: (text: string) => next({ type: 'caller-turn', turn: 1, text, by: 'speech', waitMs: 300 }),
    ended: () => next({ type: 'call-ended', reason: 'caller-hung-up', durationMs: sequence * 20 }),
  };
}
