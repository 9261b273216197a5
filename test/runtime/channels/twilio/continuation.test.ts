import { describe, expect, test } from 'vitest';
import type { CallEntry } from '../../../../runtime/channels/register.ts';
import { type Continuation, continueCall } from '../../../../runtime/channels/twilio/continuation.ts';

const letGo = (farewell: CallEntry['farewell']): CallEntry => ({ conversationId: 'c1', farewell });

describe('a call whose socket has ended', () => {
  test.each<[string, string, CallEntry | undefined, number, Continuation]>([
    ['is over: nothing', 'completed', letGo({ action: 'transfer', to: '+14155550100' }), 0, { do: 'hang-up' }],
    ['is over, and nothing is known of it: nothing', 'completed', undefined, 0, { do: 'hang-up' }],
    ['was let go: hangs up', 'in-progress', letGo({ action: 'hang-up' }), 0, { do: 'hang-up' }],
    [
      'is to be transferred: dials',
      'in-progress',
      letGo({ action: 'transfer', to: '+14155550100' }),
      0,
      { do: 'dial', number: '+14155550100' },
    ],
    [
      'is to hear a sentence: says it',
      'in-progress',
      letGo({ action: 'say', text: 'Sorry.' }),
      0,
      { do: 'say', text: 'Sorry.' },
    ],
    [
      'broke: is attached again, with its conversation',
      'in-progress',
      { conversationId: 'c1' },
      0,
      { do: 'attach', attachment: 1, resumes: 'c1' },
    ],
    ['never had a conversation: is attached again', 'in-progress', undefined, 0, { do: 'attach', attachment: 1 }],
    ['broke twice: is attached again', 'in-progress', undefined, 2, { do: 'attach', attachment: 3 }],
    ['breaks again and again: is given up', 'in-progress', undefined, 3, { do: 'give-up' }],
  ])('%s', (_name, status, entry, attachment, expected) => {
    expect(continueCall(status, entry, attachment, 3)).toEqual(expected);
  });

  test('is never attached again where the cell does not continue calls', () => {
    expect(continueCall('in-progress', undefined, 0, 0)).toEqual({ do: 'give-up' });
  });
});
