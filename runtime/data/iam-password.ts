import { Signer } from '@aws-sdk/rds-signer';
import { clientConfig } from './database.ts';

/**
 * Logs in to RDS as the task's own role: each password is a token, signed here without asking anybody, that lives
 * 15 minutes. The server checks it when a connection is opened, not afterwards.
 * @param url names the host, port and user that the token is for.
 */
export function databasePassword(url: string, region: string): () => Promise<string> {
  const { host, port, user } = clientConfig({ url, applicationName: 'voicecell' });
  const signer = new Signer({ hostname: host as string, port: port as number, username: user as string, region });
  return () => signer.getAuthToken();
}
