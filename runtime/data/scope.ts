/** Who asks the database, and for whom: row-level security shows one tenant, or all of the cell to the administration. */

export type Scope =
  | { readonly role: 'voicecell_runtime' | 'voicecell_admin'; readonly tenantId: string }
  | { readonly role: 'voicecell_admin'; readonly cellWide: true };

/** Everything in the cell. Never what a missing tenant becomes: it has to be said. */
export const WHOLE_CELL = { role: 'voicecell_admin', cellWide: true } as const satisfies Scope;

/** What the administration sees of one tenant. @param tenantId UUID */
export const adminOf = (tenantId: string) => ({ role: 'voicecell_admin', tenantId }) as const satisfies Scope;

/** What a call sees of its tenant. @param tenantId UUID */
export const runtimeOf = (tenantId: string) => ({ role: 'voicecell_runtime', tenantId }) as const satisfies Scope;
