/** What people ask about their data, taken in and looked at by those who administer. */
import { z } from 'zod';
import { type Actor, audit } from '../compliance/audit/audit.ts';
import { type Certificate, certificatePage } from '../compliance/subject-requests/certificate.ts';
import { type Filed, fileRequest } from '../compliance/subject-requests/filing.ts';
import { refuseRequest } from '../compliance/subject-requests/lease.ts';
import {
  correctionSchema,
  numberSchema,
  REQUEST_KINDS,
  type SubjectRequest,
  verifiedBySchema,
} from '../compliance/subject-requests/request.ts';
import * as requests from '../compliance/subject-requests/requests.ts';
import type { Queryable } from '../data/database.ts';
import { callerHash } from '../tenants/caller-hash.ts';
import { AdminRefusal, notFound } from './refusal.ts';

/** What is asked for, of whom. The number is turned into its hash and then forgotten. */
export const subjectRequestSchema = z
  .strictObject({
    kind: z.enum(REQUEST_KINDS),
    number: numberSchema.describe('The telephone number he called from, E.164; it is not kept'),
    verifiedBy: verifiedBySchema.describe('How you made sure who asks, in words without digits: "account login"'),
    correction: correctionSchema.optional().describe('Of `rectify`: which words of his transcripts stand for which'),
  })
  .superRefine(({ kind, correction }, context) => {
    const isMissing = kind === 'rectify' && correction === undefined;
    if (isMissing) context.addIssue({ code: 'custom', path: ['correction'], message: 'expected what to correct' });
    if (kind !== 'rectify' && correction !== undefined)
      context.addIssue({ code: 'custom', path: ['correction'], message: 'expected none, unless `kind` is `rectify`' });
  });

export type AskedFor = z.output<typeof subjectRequestSchema>;

export async function takeSubjectRequest(
  transaction: Queryable,
  actor: Actor,
  asked: AskedFor & { readonly tenantId: string; readonly callerKey: string },
): Promise<Filed> {
  const { tenantId, callerKey, number, kind, verifiedBy, correction } = asked;
  // Only who shows no number has no hash.
  const subjectHash = callerHash(callerKey, tenantId, number)!;
  const filed = await fileRequest(transaction, actor, { tenantId, kind, subjectHash, verifiedBy, correction });
  if (!filed) throw notFound('tenant');
  return filed;
}

export async function showSubjectRequest(transaction: Queryable, id: string): Promise<SubjectRequest> {
  const request = await requests.findRequest(transaction, id);
  if (!request) throw notFound('subject request');
  return request;
}

/** The law lets some requests be refused: who asks cannot be made out, or asks for the tenth time. */
export async function refuseSubjectRequest(
  transaction: Queryable,
  actor: Actor,
  { id, because }: { readonly id: string; readonly because: string },
): Promise<SubjectRequest> {
  const { tenantId, state } = await showSubjectRequest(transaction, id);
  if (!(await refuseRequest(transaction, { id, because })))
    throw new AdminRefusal('conflict', 'the request cannot be refused any more', [
      { found: `a request that is ${state}`, expected: 'one that nobody has answered, or works on' },
    ]);
  await audit(transaction, actor, { action: 'refuse', resource: 'subject-request', resourceId: id, tenantId });
  return showSubjectRequest(transaction, id);
}

/** Where the archive is; that it is given out is entered in the audit. */
export async function fetchArchive(
  transaction: Queryable,
  actor: Actor,
  id: string,
): Promise<{ readonly key: string }> {
  const { tenantId, kind, state, result } = await showSubjectRequest(transaction, id);
  if (kind !== 'access' && kind !== 'export')
    throw new AdminRefusal('conflict', `a request to ${kind} has no archive`, [
      { found: `a request to ${kind}`, expected: 'one of the kind access or export' },
    ]);
  if (!result?.archive)
    throw new AdminRefusal(
      'conflict',
      state === 'done' ? 'the archive is no longer kept: ask for another' : 'the archive is not made yet',
      [{ found: `a request that is ${state}`, expected: 'one that is done, a few days ago at most' }],
    );
  const { key } = result.archive;
  await audit(transaction, actor, { action: 'download', resource: 'subject-archive', resourceId: id, tenantId });
  return { key };
}

/** As a page to read. */
export async function showCertificate(transaction: Queryable, id: string): Promise<string> {
  const { result } = await showSubjectRequest(transaction, id);
  if (result?.certificate) return certificatePage(result.certificate as unknown as Certificate);
  throw new AdminRefusal('conflict', 'there is no certificate for this request', [
    { expected: 'a request to delete that is done' },
  ]);
}
