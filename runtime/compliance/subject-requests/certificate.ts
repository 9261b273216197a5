/** What a deletion deleted, proven by counting again: for the person, his lawyer, and the authority. Pure. */
import { createHash } from 'node:crypto';
import { type Finding, KEPT } from './recount.ts';
import type { Counts, SubjectRequest } from './request.ts';

export interface Certificate {
  readonly certificate: 'voicecell-deletion-1';
  readonly requestId: string;
  readonly tenantId: string;
  readonly tenant: string;
  readonly region: string;
  readonly jurisdiction: string;
  readonly law: string;
  readonly requestedAt: string;
  readonly dueAt: string;
  readonly completedAt: string;
  readonly verifiedBy: string;
  readonly deleted: Counts;
  readonly kept: readonly { readonly what: string; readonly why: string }[];
  readonly verification: readonly Finding[];
  /** What a task that was cut off from the database wrote after the deletion, and was deleted again. */
  readonly late?: readonly { readonly at: string; readonly deleted: Counts }[];
  /** SHA-256 of all the above as JSON without blanks, keys in alphabetical order at every depth. */
  readonly hash: string;
}

export interface CertificateFacts {
  readonly request: SubjectRequest;
  readonly tenant: string;
  readonly region: string;
  readonly completedAt: Date;
  readonly deleted: Counts;
  readonly verification: readonly Finding[];
  readonly hasOptedOut: boolean;
}

export function certify(facts: CertificateFacts): Certificate {
  const { request, tenant, region, completedAt, deleted, verification, hasOptedOut } = facts;
  const kept = Object.entries(KEPT).map(([what, why]) => ({ what, why }));
  kept.push({
    what: 'subject_requests',
    why: 'that this was asked and done; the keyed hash of the number is kept for a day more, to delete what comes late, and then emptied',
  });
  if (hasOptedOut)
    kept.push({
      what: 'callers',
      why: 'that this number is not to be recorded, as was asked: its keyed hash and nothing else',
    });
  return sealed({
    certificate: 'voicecell-deletion-1',
    requestId: request.id,
    tenantId: request.tenantId,
    tenant,
    region,
    jurisdiction: request.jurisdiction,
    law: request.law,
    requestedAt: request.requestedAt,
    dueAt: request.dueAt,
    completedAt: completedAt.toISOString(),
    verifiedBy: request.verifiedBy,
    deleted,
    kept,
    verification,
  });
}

/** With what came late. */
export function amended(
  certificate: Certificate,
  late: { readonly at: string; readonly deleted: Counts },
): Certificate {
  const { hash: _hash, ...before } = certificate;
  return sealed({ ...before, late: [...(before.late ?? []), late] });
}

/** Does the certificate say what it said when it was made? */
export function isSealed({ hash, ...rest }: Certificate): boolean {
  return hash === hashOf(rest);
}

function sealed(contents: Omit<Certificate, 'hash'>): Certificate {
  return { ...contents, hash: hashOf(contents) };
}

function hashOf(contents: object): string {
  return createHash('sha256').update(canonical(contents)).digest('hex');
}

/** The database does not keep the order of keys. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  const sorted = entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(',')}}`;
}

/** The certificate as a page to read or to print. */
export function certificatePage(certificate: Certificate): string {
  const { deleted, kept, verification, late = [] } = certificate;
  const rows = (entries: readonly (readonly [string, string | number])[]) =>
    entries.map(([left, right]) => `  ${left.padEnd(34)}${right}`).join('\n');
  return `CERTIFICATE OF DELETION

${rows([
  ['Request', certificate.requestId],
  ['Answered by', certificate.tenant],
  ['Asked', certificate.requestedAt],
  ['Due', `${certificate.dueAt} (${certificate.law})`],
  ['Done', certificate.completedAt],
  ['Region', certificate.region],
  ['Identity made sure by', certificate.verifiedBy],
])}

Deleted

${rows(Object.entries(deleted))}
${late.map(({ at, deleted: more }) => `\nCame late, and was deleted at ${at}\n\n${rows(Object.entries(more))}\n`).join('')}
Counted again afterwards

${rows(verification.map(({ where, asked, found }) => [`${found} in ${where}`, asked]))}

Kept, and why

${kept.map(({ what, why }) => `  ${what}: ${why}`).join('\n')}

SHA-256 of this certificate: ${certificate.hash}
`;
}
