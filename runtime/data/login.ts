/** As whom the process opens a connection. */
import { isLoopback } from '../loopback.ts';
import type { DatabaseConnection } from './database.ts';
import { databasePassword } from './iam-password.ts';

/** `owner` owns the schema and migrates it; what the others may do is granted in the migrations. */
export type Login = 'owner' | 'voicecell_runtime' | 'voicecell_admin';

/** Where the database is, and how one proves who one is. */
export interface DatabaseAddress {
  readonly url: string;
  /** See {@link usesIam}. */
  readonly usesIam: boolean;
}

/** The URL names another machine and no password: one logs in with a token of one's own role, over TLS. */
export function usesIam(url: string): boolean {
  const { hostname, password } = new URL(url);
  return password === '' && !isLoopback(hostname);
}

/**
 * In the cloud each role is a login of its own, with a token of the task's role. A database that is reached in another
 * way (on a laptop, in tests) has one login, which takes a role for as long as a transaction: see `Database.within`.
 */
export function loginAs(login: Login, database: DatabaseAddress, region: string): DatabaseConnection {
  const { url } = database;
  if (!database.usesIam) return { url, applicationName: 'voicecell' };
  const own = new URL(url);
  if (login !== 'owner') own.username = login;
  return { url: own.href, applicationName: login, ssl: true, password: databasePassword(own.href, region) };
}
