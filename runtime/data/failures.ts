/** What an error of the database means for the one who met it. */

/**
 * SQLSTATE classes (https://www.postgresql.org/docs/current/errcodes-appendix.html) in which the server understood the
 * rows and will not have them, however often it is asked: 22 data exception, 23 integrity constraint violation,
 * 54 program limit exceeded, P0 raised by a trigger of ours.
 */
const REFUSAL = /^(22|23|54|P0)/;

/** 08 connection exception, 53 insufficient resources, 57 operator intervention (shutdown, starting up, timeout). */
const UNAVAILABLE = /^(08|53|57)/;

const NETWORK_CODE = /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOST|ENET)/;
/** `pg` gives its own errors no code. */
const DRIVER_MESSAGE = /Connection terminated|timeout exp|timeout exceeded|Query read timeout|not queryable/;

/** Trying the same rows again is pointless. */
export function isRefusal(error: unknown): boolean {
  return REFUSAL.test(sqlState(error) ?? '');
}

/** The server cannot be reached, or cannot work right now: a matter of waiting. */
export function isUnavailable(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== undefined) return UNAVAILABLE.test(state);
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : undefined;
  return code === undefined ? DRIVER_MESSAGE.test(error.message) : NETWORK_CODE.test(code);
}

/** Fit for a log: what a refusal quotes may be a caller's words, so only its code is told. */
export function describeFailure(error: unknown): string {
  const state = sqlState(error);
  if (isRefusal(error)) return `the database refused a row (SQLSTATE ${state})`;
  // A host with two addresses that both refuse.
  if (error instanceof AggregateError) return error.errors.map(describeFailure).join('; ');
  const message = error instanceof Error ? error.message : String(error);
  return state === undefined ? message : `${message} (SQLSTATE ${state})`;
}

/** What the server sent has a severity; Node's errors have codes too, but none of the server's. */
function sqlState(error: unknown): string | undefined {
  if (!(error instanceof Error && 'severity' in error && 'code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
