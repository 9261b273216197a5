/** Why an account did not answer, in words a person can act on. */
import type { RegionFacts } from '../../regions/facts.ts';

export type FailureKind =
  | 'no-credentials'
  | 'expired-credentials'
  | 'refused-credentials'
  | 'region-not-enabled'
  | 'access-denied'
  | 'timeout'
  | 'unreachable'
  | 'failed';

export interface Failure {
  readonly kind: FailureKind;
  readonly why: string;
  readonly mend: string;
}

/** Error names as the SDK for JavaScript reports them; the services do not agree on one spelling. */
const NAMES: Readonly<Record<string, FailureKind>> = {
  CredentialsProviderError: 'no-credentials',
  TokenProviderError: 'no-credentials',
  ExpiredToken: 'expired-credentials',
  ExpiredTokenException: 'expired-credentials',
  // In a region the account has not enabled, its tokens are simply unknown.
  UnrecognizedClientException: 'refused-credentials',
  InvalidClientTokenId: 'refused-credentials',
  AuthFailure: 'refused-credentials',
  OptInRequired: 'region-not-enabled',
  SubscriptionRequiredException: 'region-not-enabled',
  AccessDenied: 'access-denied',
  AccessDeniedException: 'access-denied',
  UnauthorizedOperation: 'access-denied',
  TimeoutError: 'timeout',
  ETIMEDOUT: 'timeout',
  ENOTFOUND: 'unreachable',
  EAI_AGAIN: 'unreachable',
  ECONNREFUSED: 'unreachable',
  ECONNRESET: 'unreachable',
};

/** `action` is the IAM action that was asked for: `polly:DescribeVoices`. */
export function explainFailure(error: unknown, action: string, region: RegionFacts): Failure {
  const { name, code, message } = error as { name?: string; code?: string; message?: string };
  const known = NAMES[name ?? ''] ?? NAMES[code ?? ''] ?? 'failed';
  const kind = known === 'refused-credentials' && region.optIn ? 'region-not-enabled' : known;
  return { kind, ...words(kind, action, region, message ?? String(error)) };
}

function words(kind: FailureKind, action: string, { code }: RegionFacts, message: string): Omit<Failure, 'kind'> {
  switch (kind) {
    case 'no-credentials':
      return { why: 'no AWS credentials were found', mend: 'set AWS_PROFILE, or sign in with `aws sso login`' };
    case 'expired-credentials':
      return { why: 'the AWS credentials have expired', mend: 'sign in again, for example with `aws sso login`' };
    case 'refused-credentials':
      return { why: `AWS does not accept the credentials in ${code}`, mend: 'check AWS_PROFILE and the keys it names' };
    case 'region-not-enabled':
      return {
        why: `the account has not enabled ${code}, which is off until it is switched on`,
        mend: `aws account enable-region --region-name ${code}, then wait some minutes`,
      };
    case 'access-denied':
      return { why: `the account does not let these credentials call ${action}`, mend: `allow ${action}` };
    case 'timeout':
      return { why: `${action} did not answer in time`, mend: 'try again, or give it longer with --timeout' };
    case 'unreachable':
      return { why: `the endpoint of ${action} could not be reached`, mend: 'check the network, proxy and region' };
    case 'failed':
      return { why: `${action} failed: ${message}`, mend: 'see the message; --json has the same' };
  }
}
