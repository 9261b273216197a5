import type { PGlite } from '@electric-sql/pglite';

/** All that the socket server asks of the database. */
type ServedDatabase = Pick<PGlite, 'waitReady' | 'isInTransaction' | 'runExclusive' | 'execProtocolRawStream' | 'exec'>;

/** Parse, Bind, Describe, Execute, Close, Flush: https://www.postgresql.org/docs/current/protocol-message-formats.html */
const EXTENDED = new Set([...'PBDECH'].map((letter) => letter.charCodeAt(0)));

/**
 * The socket server lets connections take turns after every message, unless a transaction is open. But a query with
 * parameters is five messages (parse, bind, describe, execute, sync) that speak of one unnamed statement, and there is
 * only one session: as soon as the parameters fill more than one packet, two connections would get each other's rows.
 * So an unfinished batch is made to look like an open transaction.
 */
export function keepBatchesTogether(database: PGlite): ServedDatabase {
  let batchOpen = false;
  return {
    get waitReady() {
      return database.waitReady;
    },
    isInTransaction: () => batchOpen || database.isInTransaction(),
    runExclusive: (work) => database.runExclusive(work),
    execProtocolRawStream(message, options) {
      batchOpen = EXTENDED.has(message[0] as number);
      return database.execProtocolRawStream(message, options);
    },
    /** The server's only use of it: `ROLLBACK` after a client that left in the middle of something. */
    exec(sql) {
      batchOpen = false;
      return database.exec(sql);
    },
  };
}
