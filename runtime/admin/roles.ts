/** Who may do what: the whole of it. A key has one role; a role has scopes; every endpoint names the one it needs. */
import type { ApiKey, Role } from '../data/api-keys.ts';

export type { Role };

/**
 * A key of the cell (`operator`, and an `auditor` without a tenant) may name any tenant; all others know their own only.
 *
 * A number is a claim that the calls to it are one's own, which a cell cannot check: only its operator adds one.
 * What was said in conversations is not for those who write agents.
 */
const table = {
  'tenants:read': ['operator', 'admin', 'agent-developer', 'auditor'],
  'tenants:write': ['operator'],
  'numbers:read': ['operator', 'admin', 'agent-developer', 'auditor'],
  'numbers:write': ['operator'],
  'numbers:move': ['operator', 'admin', 'agent-developer'],
  'agents:read': ['operator', 'admin', 'agent-developer', 'auditor'],
  'agents:write': ['operator', 'admin', 'agent-developer'],
  'conversations:read': ['operator', 'admin', 'auditor'],
  'consents:read': ['operator', 'admin', 'auditor'],
  'subject-requests:read': ['operator', 'admin', 'auditor'],
  'subject-requests:write': ['operator', 'admin'],
  'audit:read': ['operator', 'admin', 'auditor'],
  'keys:read': ['operator', 'admin', 'auditor'],
  'keys:write': ['operator', 'admin'],
} as const satisfies Record<string, readonly Role[]>;

export type Scope = keyof typeof table;

export const SCOPES: Readonly<Record<Scope, readonly Role[]>> = table;

export const ROLES = ['operator', 'admin', 'agent-developer', 'auditor'] as const satisfies readonly Role[];
/** What a key of the cell can be, and what a key of a tenant can. */
export const CELL_ROLES = ['operator', 'auditor'] as const satisfies readonly Role[];
export const TENANT_ROLES = ['admin', 'agent-developer', 'auditor'] as const satisfies readonly Role[];

export function mayUse({ role }: Pick<ApiKey, 'role'>, scope: Scope): boolean {
  return SCOPES[scope].includes(role);
}
