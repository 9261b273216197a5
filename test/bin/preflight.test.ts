/** The real AWS SDK, over the wire, against an account on a local port. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readOptOutPolicy } from '../../bin/preflight/ask.ts';
import {
  type AccountServer,
  agreeingAccount,
  error,
  json,
  optOutPolicy,
  queryError,
  type Script,
  startAccount,
} from './account-server.ts';
import { run } from './run.ts';

let account: AccountServer | undefined;

async function accountWith(region: string, changes: Script = {}): Promise<AccountServer> {
  account = await startAccount({ ...agreeingAccount(region), ...changes });
  vi.stubEnv('AWS_ENDPOINT_URL', account.endpoint);
  return account;
}

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'not-a-secret');
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  vi.stubEnv('AWS_CONFIG_FILE', '/dev/null');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/dev/null');
  for (const name of ['AWS_PROFILE', 'AWS_SESSION_TOKEN', 'AWS_REGION']) vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED', 'true');
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await account?.close();
  account = undefined;
});

describe('an account that agrees', () => {
  it('passes, for both cells we ship', async () => {
    for (const region of ['us-east-1', 'eu-central-1']) {
      const server = await accountWith(region);
      const { exitCode, out, err } = await run('preflight', region);
      expect(err).toBe('');
      expect(out).toContain(`${region}  asked of account 111122223333 as arn:aws:iam::111122223333:user/operator`);
      expect(out).toMatch(/0 differ, 0 unanswered, 0 to know, 7 as on record/);
      expect(exitCode).toBe(0);
      await server.close();
    }
  });

  it('is asked in the region and about it, with a signature', async () => {
    const server = await accountWith('eu-central-1');
    await run('preflight', 'eu-central-1');
    const signed = server.asked.map(({ signedFor }) => signedFor);
    for (const service of ['sts', 'ssm', 'bedrock', 'polly', 'servicequotas'])
      expect(signed).toContain(`eu-central-1/${service}`);
    const models = server.asked.find(({ operation }) => operation === 'Bedrock.ListFoundationModels');
    expect(models?.url).toContain('byInferenceType=ON_DEMAND');
    expect(server.asked.filter(({ operation }) => operation === 'Polly.DescribeVoices')).toHaveLength(2);
  });

  it('answers as JSON too', async () => {
    await accountWith('us-east-1');
    const { out } = await run('preflight', 'us-east-1', '--json');
    expect(JSON.parse(out)).toMatchObject({ region: 'us-east-1', account: { account: '111122223333' }, cell: true });
  });

  it('is asked about a region without a cell as well', async () => {
    await accountWith('us-west-2');
    const { exitCode, out } = await run('preflight', 'us-west-2');
    expect(exitCode).toBe(0);
    expect(out).toContain('0 differ, 0 unanswered, 3 to know');
  });

  it('asks the nearest region that knows the infrastructure where the region itself does not answer', async () => {
    const server = await accountWith('eu-central-2');
    const { exitCode } = await run('preflight', 'eu-central-2');
    expect(exitCode).toBe(0);
    const ssm = server.asked.find(({ operation }) => operation === 'SSM.GetParameters');
    expect(ssm?.signedFor).toBe('eu-central-1/ssm');
    expect(ssm?.body).toContain('/aws/service/global-infrastructure/regions/eu-central-2/services/polly');
  });
});

describe('an account that differs', () => {
  it('without the model of the cell fails, and says what to do', async () => {
    await accountWith('us-east-1', { 'Bedrock.ListFoundationModels': () => json({ modelSummaries: [] }) });
    const { exitCode, out } = await run('preflight', 'us-east-1');
    expect(exitCode).toBe(1);
    expect(out).toMatch(/✗ {2}models +amazon\.nova-lite-v1:0 is on record in-region, the account does not list it/);
    expect(out).toContain('→ request access to the model');
  });

  it('without any opt-out policy fails: no organization, no policy, or one that spares a speech service', async () => {
    const replies = [
      () => error(400, 'AWSOrganizationsNotInUseException', 'Your account is not a member of an organization.'),
      () => error(400, 'EffectivePolicyNotFoundException', 'no effective policy'),
      () => optOutPolicy({ default: 'optOut', transcribe: 'optIn' }),
    ];
    for (const reply of replies) {
      const server = await accountWith('us-east-1', { 'Organizations.DescribeEffectivePolicy': reply });
      const { exitCode, out } = await run('preflight', 'us-east-1');
      expect(exitCode).toBe(1);
      expect(out).toMatch(/✗ {2}opt-out +not opted out for transcribe/);
      await server.close();
    }
  });

  it('with quotas nobody raised is held against the defaults', async () => {
    const defaults: Record<string, number> = { 'L-0599F82B': 25, 'L-2B06FDCC': 25, 'L-3032A538': 6 };
    await accountWith('us-east-1', {
      'ServiceQuotas.GetServiceQuota': () => error(400, 'NoSuchResourceException', 'no such quota'),
      'ServiceQuotas.GetAWSDefaultServiceQuota': ({ body }) =>
        json({ Quota: { Value: defaults[JSON.parse(body).QuotaCode] } }),
    });
    const { exitCode, out } = await run('preflight', 'us-east-1');
    expect(exitCode).toBe(0);
    expect(out).toMatch(
      /– {2}quotas +concurrent streams .* \(L-0599F82B\) is 25; at its full size the cell needs 2000/,
    );
  });
});

describe('an account that does not answer', () => {
  it('for lack of permission: each question by its IAM action, the others answered', async () => {
    const denied = (action: string) => () =>
      error(403, 'AccessDeniedException', `not authorized to perform: ${action}`);
    await accountWith('us-east-1', {
      'Polly.DescribeVoices': denied('polly:DescribeVoices'),
      'Organizations.DescribeEffectivePolicy': denied('organizations:DescribeEffectivePolicy'),
      'ServiceQuotas.GetServiceQuota': denied('servicequotas:GetServiceQuota'),
    });
    const { exitCode, out, err } = await run('preflight', 'us-east-1');
    expect(exitCode).toBe(1);
    expect(err).toBe('');
    for (const action of [
      'polly:DescribeVoices',
      'organizations:DescribeEffectivePolicy',
      'servicequotas:GetServiceQuota',
    ])
      expect(out).toContain(`→ allow ${action}`);
    expect(out).toContain('0 differ, 3 unanswered');
    expect(out).toMatch(/✓ {2}models/);
  });

  it('because the region is not enabled: says how to enable it, and asks nothing more', async () => {
    const server = await accountWith('ap-east-1', {
      'STS.GetCallerIdentity': () => queryError(403, 'InvalidClientTokenId', 'The security token included is invalid.'),
    });
    const { exitCode, out, err } = await run('preflight', 'ap-east-1');
    expect(exitCode).toBe(1);
    expect(out).toBe('');
    expect(err).toContain('the account has not enabled ap-east-1');
    expect(err).toContain('aws account enable-region --region-name ap-east-1');
    expect(server.asked.map(({ operation }) => operation)).toEqual(['STS.GetCallerIdentity']);
  });

  it('because the keys are wrong: not mistaken for a region that is switched off', async () => {
    await accountWith('us-east-1', {
      'STS.GetCallerIdentity': () => queryError(403, 'InvalidClientTokenId', 'The security token included is invalid.'),
    });
    const { exitCode, err } = await run('preflight', 'us-east-1');
    expect(exitCode).toBe(1);
    expect(err).toContain('AWS does not accept the credentials in us-east-1');
  });

  it('because they have expired', async () => {
    await accountWith('us-east-1', {
      'STS.GetCallerIdentity': () => queryError(403, 'ExpiredToken', 'The security token included is expired'),
    });
    expect((await run('preflight', 'us-east-1')).err).toContain('the AWS credentials have expired');
  });

  it('without credentials: wrong configuration, and how to get some', async () => {
    await accountWith('us-east-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined);
    const { exitCode, err } = await run('preflight', 'us-east-1');
    expect(exitCode).toBe(2);
    expect(err).toBe('error: no AWS credentials were found: set AWS_PROFILE, or sign in with `aws sso login`\n');
  });

  it('because a service is silent: given up after the time allowed, the others answered', async () => {
    await accountWith('us-east-1', { 'Bedrock.ListFoundationModels': () => undefined });
    const { exitCode, out } = await run('preflight', 'us-east-1', '--timeout', '150');
    expect(exitCode).toBe(1);
    expect(out).toMatch(/\? {2}models +bedrock:ListFoundationModels did not answer in time/);
    expect(out).toContain('give it longer with --timeout');
    expect(out).toMatch(/✓ {2}voices/);
  });

  it('because nothing listens there', async () => {
    const server = await accountWith('us-east-1');
    await server.close();
    const { exitCode, err } = await run('preflight', 'us-east-1');
    expect(exitCode).toBe(1);
    expect(err).toContain('the endpoint of sts:GetCallerIdentity could not be reached');
  });

  it('sensibly: the failure is told with its message, not thrown', async () => {
    await accountWith('us-east-1', {
      'Organizations.DescribeEffectivePolicy': () =>
        json({ EffectivePolicy: { PolicyContent: '<html>', PolicyType: 'AISERVICES_OPT_OUT_POLICY' } }),
      'SSM.GetParameters': () => error(500, 'InternalServerError', 'try later'),
    });
    const { exitCode, out } = await run('preflight', 'us-east-1');
    expect(exitCode).toBe(1);
    expect(out).toMatch(/\? {2}services +ssm:GetParameters failed: try later/);
    expect(out).toMatch(/\? {2}opt-out +organizations:DescribeEffectivePolicy failed: /);
  });
});

describe('a wrong question', () => {
  it('about an unknown region asks nobody', async () => {
    const server = await accountWith('us-east-1');
    const { exitCode, err } = await run('preflight', 'eu-wst-1');
    expect(exitCode).toBe(2);
    expect(err).toContain('did you mean eu-west-1');
    expect(server.asked).toEqual([]);
  });
});

describe('the opt-out policy', () => {
  it.each([
    ['{}', false],
    ['{"services":{}}', false],
    ['{"services":{"default":{"opt_out_policy":"optOut"}}}', true],
    ['{"services":{"default":{"opt_out_policy":"optIn"}}}', false],
    ['{"services":{"default":{"opt_out_policy":"optin"},"polly":{"opt_out_policy":"optOut"}}}', true],
    ['{"services":{"default":{"opt_out_policy":"optOut"},"polly":{"opt_out_policy":"optIn"}}}', false],
  ])('%s opts Polly out: %s', (content, optedOut) => {
    expect(readOptOutPolicy(content).polly).toBe(optedOut);
  });
});
