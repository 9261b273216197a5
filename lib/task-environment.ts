import type { Cell } from '../regions/cell.ts';
import type { CellBuckets } from './buckets.ts';
import type { CellDatabase } from './database.ts';
import { PORTS } from './ports.ts';
import type { CellSessions } from './sessions.ts';

export interface TaskEnvironmentProps {
  readonly cell: Cell;
  readonly buckets: CellBuckets;
  readonly database: CellDatabase;
  readonly sessions: CellSessions;
}

/** What the process is told. The cell travels as the very value this stack was made from. */
export function taskEnvironment({ cell, buckets, database, sessions }: TaskEnvironmentProps): Record<string, string> {
  return {
    VOICECELL_CELL: JSON.stringify(cell),
    VOICECELL_HOST: '0.0.0.0',
    VOICECELL_PORT: String(PORTS.service),
    // Nothing here is a secret: both stores are logged in to with IAM tokens.
    VOICECELL_DATABASE_URL: `postgres://${database.user}@${database.host}:${PORTS.database}/${database.name}`,
    VOICECELL_SESSIONS_URL: `rediss://${sessions.user}@${sessions.host}:${PORTS.sessions}`,
    VOICECELL_RECORDINGS: `s3://${buckets.recordings.bucketName}`,
    VOICECELL_EXPORTS: `s3://${buckets.exports.bucketName}`,
    VOICECELL_DEFINITIONS_BUCKET: buckets.definitions.bucketName,
    ...(cell.domain && { VOICECELL_PUBLIC_URL: `https://${cell.domain.name}` }),
  };
}
