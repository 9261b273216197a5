/** The first key of a cell, where nobody reaches the database to make one: VOICECELL_OPERATOR_KEY. */
import { audit } from '../compliance/audit/audit.ts';
import { insertKeyOnce, revokeOthers } from '../data/api-keys.ts';
import type { Database } from '../data/database.ts';
import { WHOLE_CELL } from '../data/scope.ts';
import { hashSecret, readKey } from './key-text.ts';
import { LONGEST_EXPIRES_IN_DAYS } from './keys.ts';

const NAME = 'VOICECELL_OPERATOR_KEY';
const ACTOR = { id: 'job:start', reason: `${NAME} is set` } as const;

/**
 * Writes it down when it is not known yet; any number of processes may. Another text is another key, and revokes the one
 * before. One that was revoked stays revoked, and one that has expired stays expired.
 */
export async function ensureFirstKey(database: Pick<Database, 'within'>, text: string): Promise<void> {
  const read = readKey(text);
  if (!read) throw new Error(`${NAME} cannot be a key, expected 32 to 200 printable characters without blanks`);
  const { id, secret } = read;
  await database.within(WHOLE_CELL, async (transaction) => {
    const expiresAt = new Date(Date.now() + LONGEST_EXPIRES_IN_DAYS * 86_400_000);
    const key = { id, role: 'operator', name: NAME, secretHash: hashSecret(secret), expiresAt } as const;
    if (!(await insertKeyOnce(transaction, key))) return;
    await revokeOthers(transaction, key);
    await audit(transaction, ACTOR, { action: 'create', resource: 'api-key', resourceId: id });
  });
}
