/**
 * How long a silence must last before the caller counts as finished, judged by what he said so far.
 * A finished sentence earns a quick answer; "and…" or half a phone number earns patience.
 */

export const defaultEndpointing = {
  /** After a finished sentence. */
  sentenceMs: 320,
  /** After words without punctuation that could be an end. */
  plausibleMs: 550,
  /** After a comma. */
  commaMs: 800,
  /** In the middle of a number: people pause between groups of digits. */
  numberMs: 1300,
  /** After "and", "my", "um": something must follow. */
  unfinishedMs: 1400,
} as const satisfies Record<string, number>;

export type Endpointing = { readonly [Key in keyof typeof defaultEndpointing]: number };

/** Words after which an English sentence is never over. */
const UNFINISHED =
  /(?:^|\s)(?:and|or|but|so|because|if|when|that|which|with|without|for|to|from|of|in|on|at|by|about|the|a|an|my|your|his|her|their|our|i|i'm|i'd|it's|um|uh|er|erm|hmm|like|well|let me see|let's see)$/;
/** Words after which it is over only if the recognizer says so: "Yes, it is." but "My name is". */
const PROBABLY_UNFINISHED =
  /(?:^|\s)(?:is|are|was|were|am|be|do|does|did|have|has|had|can|could|will|would|should|may|must|not|what|where|who|why|how|you|we|they)$/;
const NUMBER_WORD = /^(?:\d+|zero|oh|one|two|three|four|five|six|seven|eight|nine|ten|double|triple)$/;
/** Trailing digits that make a whole: a year or PIN, a local, a national, an international number, a card. */
const WHOLE_NUMBERS = new Set([4, 7, 10, 11, 16]);
/** Fewer digits than this are a quantity ("at ten"), not the start of a number being dictated. */
const DICTATED_DIGITS = 3;

/** @returns ms of silence, by the kind of ending `text` has. */
export function endpointingDelayMs(text: string, delays: Endpointing = defaultEndpointing): number {
  const trimmed = text.trim().toLowerCase();
  const words = trimmed.replace(/[.,!?;:…]+$/, '');
  const isSentence = /[.!?]$/.test(trimmed);
  if (UNFINISHED.test(words) || (!isSentence && PROBABLY_UNFINISHED.test(words))) return delays.unfinishedMs;
  const digits = trailingDigits(words);
  if (digits >= DICTATED_DIGITS && !WHOLE_NUMBERS.has(digits)) return delays.numberMs;
  if (isSentence) return delays.sentenceMs;
  if (/[,;:…]$/.test(trimmed)) return delays.commaMs;
  return delays.plausibleMs;
}

function trailingDigits(text: string): number {
  let digits = 0;
  for (const word of text.split(/[\s,.-]+/).reverse()) {
    if (!NUMBER_WORD.test(word)) break;
    digits += /^\d+$/.test(word) ? word.length : 1;
  }
  return digits;
}
