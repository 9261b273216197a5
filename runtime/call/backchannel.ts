/** "Uh-huh": the caller is listening, not taking the turn. English; other languages are one more set. */
import { bareWords } from './bare-words.ts';

const BACKCHANNELS = new Set(
  'uh huh|mm hmm|mhm|mm|hmm|okay|ok|yeah|yes|yep|right|sure|i see|got it|great|alright|all right'.split('|'),
);

export function isBackchannel(text: string): boolean {
  return BACKCHANNELS.has(bareWords(text));
}
