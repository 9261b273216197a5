/** Answers a request in this process, or follows the one that does. */
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { RequestProgress, SubjectRequest } from '../../runtime/compliance/subject-requests/request.ts';
import type { Stores } from '../../runtime/compliance/subject-requests/work.ts';
import type { ObjectStore } from '../../runtime/objects/store.ts';
import { type Administration, inTenant } from '../administration.ts';
import { CommandFailure } from '../command-line.ts';

const ASKED_AGAIN_MS = 500;
const SAID_EVERY_MS = 1_000;

export interface AnswerOptions {
  readonly stores: Stores;
  readonly onProgress?: (text: string) => void;
}

/** Resolves when the request is done or has failed. Interrupted, it is left to whoever goes on with it. */
export async function answerHere(
  administration: Administration,
  { id, tenantId }: SubjectRequest,
  { stores, onProgress }: AnswerOptions,
): Promise<SubjectRequest> {
  const { claimRequest } = await import('../../runtime/compliance/subject-requests/lease.ts');
  const { runRequest } = await import('../../runtime/compliance/subject-requests/run.ts');
  const { showSubjectRequest } = await import('../../runtime/admin/subject-requests.ts');
  const { pause } = await import('../../runtime/pause.ts');
  const { database, cell } = administration;
  const worker = randomUUID();
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  const say = sometimes(onProgress);
  try {
    for (;;) {
      const claimed = await claimRequest(database, worker, { id, orEarlier: true });
      const options = { database, stores, region: cell.region, worker, signal: stop.signal, onProgress: say };
      if (claimed) await runRequest({ ...options, claimed }).catch((error) => explain(error, stop.signal, id));
      const now = await inTenant(administration, tenantId, (transaction) => showSubjectRequest(transaction, id));
      if (now.state !== 'received' && now.state !== 'running') return now;
      if (stop.signal.aborted) explain(undefined, stop.signal, id);
      if (claimed) continue;
      // Another process works on it, or waits to try again.
      say(now.progress);
      await pause(ASKED_AGAIN_MS, stop.signal);
    }
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

function explain(error: unknown, signal: AbortSignal, id: string): never {
  if (signal.aborted)
    throw new CommandFailure(
      `request ${id} was interrupted: it goes on when it is asked again, or in a cell that is up`,
    );
  throw error;
}

/** Saves the archive as a file that is there when it is whole. */
export async function saveArchive(
  administration: Administration,
  { id, tenantId }: Pick<SubjectRequest, 'id' | 'tenantId'>,
  exports: ObjectStore,
  path: string,
): Promise<void> {
  const { fetchArchive } = await import('../../runtime/admin/subject-requests.ts');
  const { key } = await inTenant(administration, tenantId, (transaction) =>
    fetchArchive(transaction, administration.actor, id),
  );
  const body = await exports.get(key);
  if (!body) throw new CommandFailure('the archive is no longer kept: ask for another');
  const part = `${path}.${process.pid}.part`;
  try {
    await pipeline(Readable.from(body), createWriteStream(part, { mode: 0o600, flags: 'wx' }));
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

/** Says how far the work is, now and then and only what is new. */
function sometimes(write: AnswerOptions['onProgress']): (progress: RequestProgress) => void {
  let saidAt = performance.now();
  let said = '';
  return ({ counts = {} }) => {
    const text = Object.entries(counts)
      .filter(([, count]) => count > 0)
      .map(([what, count]) => `${count} ${what}`)
      .join(', ');
    if (!write || text === said || text === '' || performance.now() - saidAt < SAID_EVERY_MS) return;
    saidAt = performance.now();
    said = text;
    write(`  … ${text}`);
  };
}
