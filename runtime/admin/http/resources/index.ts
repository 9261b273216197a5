/** Every endpoint of the administration. A new resource is a file beside this and a line here. */
import type { Endpoint } from '../endpoint.ts';
import { agentEndpoints } from './agents.ts';
import { auditEndpoints } from './audit.ts';
import { consentEndpoints } from './consents.ts';
import { conversationEndpoints } from './conversations.ts';
import { keyEndpoints } from './keys.ts';
import { numberEndpoints } from './numbers.ts';
import { type SubjectDesk, subjectRequestEndpoints } from './subject-requests.ts';
import { tenantEndpoints } from './tenants.ts';

/** What the process remembers and a change makes untrue. */
export interface Changes {
  /** E.164: somebody else answers them, or another version. */
  onNumbers?(numbers: readonly string[]): void;
  onKey?(id: string): void;
}

/** @param desk where what people ask about their data is taken in */
export function adminEndpoints(
  { onNumbers = () => {}, onKey = () => {} }: Changes = {},
  desk?: SubjectDesk,
): readonly Endpoint[] {
  return [
    ...tenantEndpoints(onNumbers),
    ...numberEndpoints(onNumbers),
    ...agentEndpoints(onNumbers),
    ...conversationEndpoints,
    ...consentEndpoints,
    ...subjectRequestEndpoints(desk),
    ...auditEndpoints,
    ...keyEndpoints(onKey),
  ];
}
