import { describe, expect, test } from 'vitest';
import { describeFailure, isRefusal, isUnavailable } from '../../../runtime/data/failures.ts';

const fromServer = (code: string, message = 'as the server puts it') =>
  Object.assign(new Error(message), { severity: 'ERROR', code });
const fromNode = (code: string) => Object.assign(new Error(`connect ${code}`), { code, syscall: 'connect' });

describe('a failure of the database', () => {
  test.each([
    ['a value that does not fit its type', fromServer('22P02')],
    ['a conversation that does not exist', fromServer('23503')],
    ['a document nested too deeply', fromServer('54001')],
    ['a row that a trigger refuses', fromServer('P0001')],
  ])('is for good: %s', (_, error) => {
    expect([isRefusal(error), isUnavailable(error)]).toEqual([true, false]);
  });

  test.each([
    ['shutting down', fromServer('57P01')],
    ['starting up', fromServer('57P03')],
    ['too slow', fromServer('57014')],
    ['too many connections', fromServer('53300')],
    ['nobody listens', fromNode('ECONNREFUSED')],
    ['no such host yet', fromNode('ENOTFOUND')],
    ['hung up', new Error('Connection terminated unexpectedly')],
    ['no answer', new Error('Query read timeout')],
    ['no connection in time', new Error('timeout exceeded when trying to connect')],
  ])('is a matter of waiting: %s', (_, error) => {
    expect([isRefusal(error), isUnavailable(error)]).toEqual([false, true]);
  });

  test.each([
    ['a missing table', fromServer('42P01')],
    ['a wrong password', fromServer('28P01')],
    ['a certificate nobody trusts', Object.assign(new Error('x'), { code: 'SELF_SIGNED_CERT_IN_CHAIN' })],
    ['a missing file', fromNode('ENOENT')],
    ['a mistake of ours', new TypeError('undefined is not a function')],
    ['no error at all', 'timeout'],
  ])('is neither: %s', (_, error) => {
    expect([isRefusal(error), isUnavailable(error)]).toEqual([false, false]);
  });

  test('is described without what a refusal quotes', () => {
    expect(describeFailure(fromServer('22P02', 'invalid: "my card is 4111"'))).toBe(
      'the database refused a row (SQLSTATE 22P02)',
    );
    expect(describeFailure(fromServer('57P03'))).toBe('as the server puts it (SQLSTATE 57P03)');
    expect(describeFailure(new AggregateError([fromNode('ECONNREFUSED'), fromNode('ETIMEDOUT')]))).toBe(
      'connect ECONNREFUSED; connect ETIMEDOUT',
    );
    expect(describeFailure('gone')).toBe('gone');
  });
});
