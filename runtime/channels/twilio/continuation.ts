/**
 * What Twilio does with a call whose socket has ended. Pure.
 *
 * | the call       | the conversation         | then                                           |
 * |----------------|--------------------------|------------------------------------------------|
 * | over           | any                      | nothing                                        |
 * | up             | let go: hang-up          | hang up                                        |
 * | up             | let go: transfer         | dial                                           |
 * | up             | let go: say              | say it, hang up                                |
 * | up             | never let go: it broke   | attach again, a few times; then say so, hang up |
 */
import type { CallEntry } from '../register.ts';

export type Continuation =
  | { readonly do: 'hang-up' }
  | { readonly do: 'dial'; readonly number: string }
  | { readonly do: 'say'; readonly text: string }
  | { readonly do: 'attach'; readonly attachment: number; readonly resumes?: string }
  | { readonly do: 'give-up' };

/**
 * @param callStatus Twilio's: `in-progress` while the caller is there.
 * @param attachment the socket that has ended: 0 for the call's first.
 * @param mostReattachments how often a call is taken up again.
 */
export function continueCall(
  callStatus: string,
  entry: CallEntry | undefined,
  attachment: number,
  mostReattachments: number,
): Continuation {
  if (callStatus !== 'in-progress') return { do: 'hang-up' };
  const farewell = entry?.farewell;
  if (farewell?.action === 'hang-up') return { do: 'hang-up' };
  if (farewell?.action === 'transfer') return { do: 'dial', number: farewell.to };
  if (farewell?.action === 'say') return { do: 'say', text: farewell.text };
  if (attachment >= mostReattachments) return { do: 'give-up' };
  return { do: 'attach', attachment: attachment + 1, resumes: entry?.conversationId };
}
