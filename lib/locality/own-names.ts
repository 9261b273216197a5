/** The public names that a template gives to resources of its own: they lead back into the same region. */
import type { Leaf } from './leaf.ts';

const RECORD = 'AWS::Route53::RecordSet';
/** A record's target is an attribute of a resource of this template, alone or behind `dualstack.`. */
const OWN_TARGET = /^(?:dualstack\.)?⟨([A-Za-z0-9]+)\.[A-Za-z0-9.]+⟩$/;

export function ownNames(leaves: readonly Leaf[]): ReadonlySet<string> {
  const records = leaves.filter(({ owner }) => owner.type === RECORD);
  if (records.length === 0) return new Set();
  const resources = new Set(leaves.filter(({ path }) => path === 'Type').map(({ owner }) => owner.logicalId));
  const leadsHome = ({ key, path, value }: Leaf) => {
    const isTarget = key === 'DNSName' || path.startsWith('Properties.ResourceRecords[');
    return isTarget && resources.has(OWN_TARGET.exec(value)?.[1] ?? '');
  };
  const own = new Set(records.filter(leadsHome).map(({ owner }) => owner.logicalId));
  return new Set(
    records
      .filter(({ path, owner }) => path === 'Properties.Name' && own.has(owner.logicalId))
      .map(({ value }) => value.replace(/\.$/, '').toLowerCase()),
  );
}
