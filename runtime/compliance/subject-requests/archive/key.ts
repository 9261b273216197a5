/** Where a person's archive is, in the store of exports: one a request, so that a second attempt takes the first's place. */
export function archiveKey({ id, tenantId }: { readonly id: string; readonly tenantId: string }): string {
  return `subjects/${tenantId}/${id}.zip`;
}
