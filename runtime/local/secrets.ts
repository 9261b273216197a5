/**
 * Stands in for Twilio's auth token where there is no Twilio: a cell on a laptop, and the simulated caller that dials it.
 * A public constant and thus no secret, which is why a local cell listens on the loopback interface only.
 */
export const LOCAL_AUTH_TOKEN = 'voicecell-on-this-machine-only';

/** Callers of a laptop are known again after a restart, if its database is kept. No more of a secret. */
export const LOCAL_CALLER_KEY = 'the-callers-of-this-machine-are-simulated';
