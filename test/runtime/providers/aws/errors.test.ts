import { describe, expect, it } from 'vitest';
import { failureOf, toProviderError } from '../../../../runtime/providers/aws/errors.ts';
import { ProviderError, type ProviderFailure } from '../../../../runtime/providers/errors.ts';

function named(
  name: string,
  { status, message = 'scripted', ...rest }: { status?: number; message?: string; $fault?: string; code?: string } = {},
) {
  return Object.assign(new Error(message), {
    name,
    ...rest,
    ...(status ? { $metadata: { httpStatusCode: status } } : {}),
  });
}

const table: [ProviderFailure, unknown][] = [
  ['throttled', named('ThrottlingException', { status: 400 })],
  ['throttled', named('TooManyRequestsException', { status: 429 })],
  ['throttled', named('LimitExceededException', { status: 429 })],
  ['throttled', named('ServiceQuotaExceededException', { status: 402 })],
  ['throttled', named('SomethingNew', { status: 429 })],
  ['timeout', named('TimeoutError')],
  ['timeout', named('ModelTimeoutException', { status: 408 })],
  [
    'timeout',
    named('BadRequestException', {
      message: 'Your request timed out because no new audio was received for 15 seconds.',
    }),
  ],
  ['timeout', named('UnknownError', { status: 504 })],
  ['unavailable', named('InternalServerException', { status: 500, $fault: 'server' })],
  ['unavailable', named('ServiceUnavailableException', { status: 503, $fault: 'server' })],
  ['unavailable', named('ModelNotReadyException', { status: 429, $fault: 'client' })],
  ['unavailable', named('ModelStreamErrorException', { status: 424, $fault: 'client' })],
  ['unavailable', named('ConflictException', { status: 409, $fault: 'client' })],
  ['unavailable', named('Error', { code: 'ECONNREFUSED' })],
  ['unavailable', named('Error', { code: 'ERR_HTTP2_STREAM_ERROR' })],
  ['unavailable', named('Error', { message: 'Truncated event message received.' })],
  ['unavailable', 'no error at all'],
  ['malformed', named('SyntaxError')],
  ['malformed', named('TypeError')],
  ['malformed', named('Error', { message: 'The message checksum (1) did not match the expected value of 2' })],
  ['malformed', named('Error', { message: 'Reported message length does not match received message length' })],
  ['refused', named('AccessDeniedException', { status: 403, $fault: 'client' })],
  ['refused', named('ValidationException', { status: 400, $fault: 'client' })],
  [
    'refused',
    named('BadRequestException', { status: 400, $fault: 'client', message: 'LanguageCode is not supported' }),
  ],
  ['refused', named('BadRequestException', { $fault: 'client' })],
  ['refused', named('CredentialsProviderError')],
  ['refused', named('UnknownError', { status: 404 })],
  ['refused', named('RegionRefusedError')],
  ['refused', new Error('request failed', { cause: named('RegionRefusedError') })],
];

describe('an error of the AWS clients', () => {
  it.each(table)('is %s: %s', (failure, error) => {
    expect(failureOf(error)).toBe(failure);
  });

  it('is not explained twice', () => {
    const known = new ProviderError('language-model', 'bedrock', 'throttled', 'known');
    expect(toProviderError('text-to-speech', 'polly', known)).toBe(known);
  });

  it('is told with its name, status and code, and keeps its cause', () => {
    const error = named('ServiceUnavailableException', { status: 503, code: 'E1' });
    const told = toProviderError('text-to-speech', 'polly', error);
    expect(told.message).toBe('polly (text-to-speech) unavailable: ServiceUnavailableException 503 E1');
    expect(told.cause).toBe(error);
  });

  it('explains a refusal in the service’s words', () => {
    const error = named('AccessDeniedException', { status: 403, message: 'model access is not granted' });
    expect(toProviderError('language-model', 'bedrock', error).message).toBe(
      'bedrock (language-model) refused: AccessDeniedException 403: model access is not granted',
    );
  });

  it('never quotes text that could not be read', () => {
    const error = named('SyntaxError', { message: 'Unexpected token in "my card number is 4111"' });
    expect(toProviderError('language-model', 'bedrock', error).message).not.toContain('4111');
  });
});
