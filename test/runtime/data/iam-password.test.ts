import { afterEach, expect, test, vi } from 'vitest';
import { databasePassword } from '../../../runtime/data/iam-password.ts';

afterEach(() => vi.unstubAllEnvs());

test("the password is a token of the task's role for one user of one server in one region", async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_SESSION_TOKEN', 'session');
  const token = await databasePassword('postgres://voicecell@db.internal/voicecell', 'eu-central-1')();
  const url = new URL(`https://${token}`);
  expect(url.host).toBe('db.internal:5432');
  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    Action: 'connect',
    DBUser: 'voicecell',
    'X-Amz-Credential': expect.stringMatching(/^AKIDEXAMPLE\/\d{8}\/eu-central-1\/rds-db\/aws4_request$/),
    'X-Amz-Expires': '900',
  });
});
