export const HTTPS_PORT = 443;
export const HTTP_PORT = 80;

/** Where the parts of a cell listen. The stores are off their well-known ports, where scanners knock first. */
export const PORTS = { service: 8080, database: 5433, sessions: 6380 } as const;
