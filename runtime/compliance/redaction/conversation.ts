/**
 * Redacts a whole conversation. What one turn alone does not show, the others do: a number said in two halves, an answer
 * that is only a name because a name was asked for, a name given once and used again, by the agent too.
 */
import { KnownValues } from './known-values.ts';
import type { Cue, Language } from './language.ts';
import { languageOf } from './languages/index.ts';
import { afterGap } from './numerals.ts';
import { Reading, type Span } from './reading.ts';
import { type Found, type Redaction, type RedactOptions, redact } from './redact.ts';
import { readRuns } from './runs.ts';
import { tokenize } from './tokens.ts';
import { redactValue } from './value.ts';

export interface SpokenTurn {
  readonly speaker: 'caller' | 'agent';
  readonly text: string;
}

export interface RedactedConversation {
  /** One for each turn, in their order. */
  readonly turns: readonly Redaction[];
  /** Redacts a JSON value of the same conversation: what a tool was given, what it answered. */
  value(json: unknown): unknown;
}

/** Only the end of a turn asks. */
const QUESTION_TOKENS = 24;

/** Pure; never throws; linear in the length of the conversation. `language` as in {@link redact}. */
export function redactConversation(
  turns: readonly SpokenTurn[],
  options: Pick<RedactOptions, 'language'>,
): RedactedConversation {
  const language = languageOf(options.language);
  if (!language)
    return { turns: turns.map(({ text }) => redact(text, options)), value: (json) => redactValue(json, options) };
  const asked = turns.map((_, index) => askedBefore(turns, index, language));
  const known = new KnownValues(language);
  turns.forEach(({ text }, index) => {
    known.learn(text, redact(text, { ...options, asked: asked[index] }).found);
  });
  const across = turns.map((): Found[] => []);
  for (const chain of chains(turns, language))
    findAcross(turns, chain, asked[chain[0]!]!, { ...options, known, across });
  return {
    turns: turns.map(({ text }, index) =>
      redact(text, {
        ...options,
        asked: asked[index],
        first: (reading) => within(reading, across[index]!),
        also: (reading) => known.find(reading),
      }),
    ),
    value: (json) => redactValue(json, { ...options, also: (reading) => known.find(reading) }),
  };
}

/** What the other side's turn before this one asked for. */
function askedBefore(turns: readonly SpokenTurn[], index: number, language: Language): Cue[] {
  const before = turns[index - 1];
  if (!before || before.speaker === turns[index]!.speaker) return [];
  const tokens = tokenize(before.text).slice(-QUESTION_TOKENS);
  return new Reading(tokens, language).cuesFrom(0);
}

/**
 * Turns of one speaker in which a number, or an e-mail address, goes on where the last one stopped. "415 555" is no
 * telephone number and neither is "0100"; said one after the other they are one.
 */
function chains(turns: readonly SpokenTurn[], language: Language): number[][] {
  const found: number[][] = [];
  const open = new Map<SpokenTurn['speaker'], { readonly chain: number[]; readonly endsInNumber: boolean }>();
  turns.forEach(({ speaker, text }, index) => {
    const reading = new Reading(tokenize(text), language);
    if (reading.tokens.length === 0) return;
    const runs = readRuns(reading);
    const startsWithNumber = runs[0] !== undefined && runs[0][0].from === afterOpening(reading);
    const endsInNumber = runs.length > 0 && afterGap(reading, runs.at(-1)!.at(-1)!.to) >= reading.tokens.length;
    const startsInEmail =
      reading.is(0, language.at) || reading.is(0, language.emailConnectors) || reading.lower(0) === '@';
    const before = open.get(speaker);
    const goesOn = before && ((before.endsInNumber && startsWithNumber) || startsInEmail);
    const chain = goesOn ? before.chain : [];
    chain.push(index);
    if (!goesOn) found.push(chain);
    open.set(speaker, { chain, endsInNumber });
  });
  return found.filter(({ length }) => length > 1);
}

function afterOpening(reading: Reading): number {
  const { interjections, numberFillers, numberJoin } = reading.language;
  let at = 0;
  while (reading.is(at, interjections) || reading.is(at, numberFillers) || reading.lower(at) === numberJoin) at++;
  return at;
}

interface Across {
  readonly language: RedactOptions['language'];
  readonly known: KnownValues;
  /** Of each turn, what only the chain showed. */
  readonly across: readonly Found[][];
}

/** Redacts the turns of a chain as one, and notes what reaches over a seam. */
function findAcross(turns: readonly SpokenTurn[], chain: readonly number[], asked: readonly Cue[], into: Across): void {
  const { language, known, across } = into;
  const starts: number[] = [];
  let joined = '';
  for (const index of chain) {
    starts.push(joined.length);
    joined += `${turns[index]!.text} `;
  }
  for (const { type, start, end } of redact(joined, { language, asked }).found) {
    const parts = chain.flatMap((index, part) => {
      const offset = starts[part]!;
      const from = Math.max(start - offset, 0);
      const to = Math.min(end - offset, turns[index]!.text.length);
      return from < to ? [{ index, part: { type, start: from, end: to } }] : [];
    });
    if (parts.length < 2) continue;
    known.learn(joined, [{ type, start, end }]);
    for (const { index, part } of parts) {
      across[index]!.push(part);
      known.learn(turns[index]!.text, [part]);
    }
  }
}

/** The tokens of what was found by its place in the text; `found` is in order. */
function within({ tokens }: Reading, found: readonly Found[]): Span[] {
  const spans: Span[] = [];
  let at = 0;
  for (const { type, start, end } of found) {
    while (at < tokens.length && tokens[at]!.start < start) at++;
    const from = at;
    while (at < tokens.length && tokens[at]!.end <= end && tokens[at]!.kind !== 'placeholder') at++;
    if (at > from) spans.push({ type, from, to: at });
  }
  return spans;
}
