/**
 * Takes out of a text what identifies somebody, as it is written or as it is said on the telephone. Pure, never throws,
 * linear in the length of the text; redacting what is redacted already changes nothing.
 */
import { findAddresses } from './addresses.ts';
import { findBirthDates } from './dates.ts';
import { findEmails } from './emails.ts';
import type { Cue, Language } from './language.ts';
import { languageOf } from './languages/index.ts';
import { findNames } from './names.ts';
import { findNumbers } from './numbers.ts';
import { Reading, type Span } from './reading.ts';
import { type RedactedType, type Token, tokenize } from './tokens.ts';

export interface Found {
  readonly type: RedactedType;
  /** Where it stood in the text that was given: `text.slice(start, end)`. */
  readonly start: number;
  readonly end: number;
}

export interface Redaction {
  readonly text: string;
  /** In the order of the text; no two overlap. */
  readonly found: readonly Found[];
}

export interface RedactOptions {
  /** BCP 47: `en-US`. A text in a language that has no file is withheld whole, as `[TEXT]`. */
  readonly language: string | Language;
  /** What the text answers: a number after "your date of birth?" is one. */
  readonly asked?: readonly Cue[];
  /** Finds what is certain, before everything else. */
  readonly first?: (reading: Reading) => Span[];
  /** Finds more, after everything else: what is known from elsewhere. */
  readonly also?: (reading: Reading) => Span[];
}

/** The surest first: what one has taken, the next do not see. Names last: streets, mailboxes and months hold many. */
const DETECTORS = [findEmails, findBirthDates, findAddresses, findNumbers, findNames];
/** What was taken out may let other words meet; as a rule the second round finds nothing. */
const MOST_ROUNDS = 8;

export function redact(text: string, options: RedactOptions): Redaction {
  const language = languageOf(options.language);
  if (!language) return withhold(text);
  const tokens = findAll(tokenize(text), language, options);
  const found = tokens.flatMap((token) => (token.found ? [token.found] : []));
  return { text: replaced(text, found), found };
}

function withhold(text: string): Redaction {
  if (text.trim() === '' || text === '[TEXT]') return { text, found: [] };
  return { text: '[TEXT]', found: [{ type: 'TEXT', start: 0, end: text.length }] };
}

/** A token that stands for what was taken out. */
type MarkedToken = Token & { readonly found?: Found };

function findAll(given: readonly Token[], language: Language, options: RedactOptions): readonly MarkedToken[] {
  const { asked, first, also } = options;
  const detectors = [first, ...DETECTORS, also].filter((detect) => detect !== undefined);
  let tokens: readonly MarkedToken[] = given;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    let changed = false;
    for (const detect of detectors) {
      const spans = detect(new Reading(tokens, language, asked));
      if (spans.length === 0) continue;
      tokens = mark(tokens, spans);
      changed = true;
    }
    if (!changed) break;
  }
  return tokens;
}

/** Puts one placeholder where each span is. Spans do not overlap and come in order; they never hold a placeholder. */
function mark(tokens: readonly MarkedToken[], spans: readonly Span[]): MarkedToken[] {
  const marked: MarkedToken[] = [];
  let at = 0;
  for (const { type, from, to } of spans) {
    for (; at < from; at++) marked.push(tokens[at]!);
    const { start, glued } = tokens[from]!;
    const { end } = tokens[to - 1]!;
    const text = `[${type}]`;
    marked.push({ kind: 'placeholder', text, lower: text, start, end, glued, found: { type, start, end } });
    at = to;
  }
  for (; at < tokens.length; at++) marked.push(tokens[at]!);
  return marked;
}

function replaced(text: string, found: readonly Found[]): string {
  let result = '';
  let at = 0;
  for (const { type, start, end } of found) {
    result += `${text.slice(at, start)}[${type}]`;
    at = end;
  }
  return result + text.slice(at);
}
