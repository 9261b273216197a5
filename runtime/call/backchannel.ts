/** "Uh-huh": the caller is listening, not taking the turn. English; other languages are one more set. */
const BACKCHANNELS = new Set(
  'uh-huh|uh huh|mm-hmm|mm hmm|mhm|mm|hmm|okay|ok|yeah|yes|yep|right|sure|i see|got it|great|alright|all right'.split(
    '|',
  ),
);

export function isBackchannel(text: string): boolean {
  return BACKCHANNELS.has(
    text
      .toLowerCase()
      .replace(/[.,!?…]/g, '')
      .trim(),
  );
}
