/** What a conversation has already shown to be somebody's: recognized wherever it comes again, as part or whole. */
import type { Language } from './language.ts';
import { Reading, type Span } from './reading.ts';
import type { Found } from './redact.ts';
import { readRuns } from './runs.ts';
import { isLetter, type RedactedType, tokenize } from './tokens.ts';

/** A part of a number is recognized when it is this long; a part that was said by itself, when it is that long. */
const LEAST_PART_DIGITS = 4;
const LEAST_WHOLE_DIGITS = 3;
const LONGEST_NUMBER = 40;
const LEAST_NAME_LETTERS = 2;
/** Addresses, dates and mailboxes that begin with the same word. */
const MOST_OF_ONE_START = 32;

interface Phrase {
  readonly type: RedactedType;
  readonly words: readonly string[];
}

export class KnownValues {
  readonly #language: Language;
  readonly #names = new Set<string>();
  readonly #digits = new Map<string, RedactedType>();
  readonly #phrases = new Map<string, Phrase[]>();

  constructor(language: Language) {
    this.#language = language;
  }

  /** @param found in `text`. */
  learn(text: string, found: readonly Found[]): void {
    for (const { type, start, end } of found) {
      const part = text.slice(start, end);
      if (type === 'NAME') this.#learnName(part);
      else if (type === 'ADDRESS' || type === 'BIRTH_DATE' || type === 'EMAIL') this.#learnPhrase(type, part);
      else this.#learnNumber(type, part);
    }
  }

  /** Where any of it stands in another text; in order, without overlaps. */
  find(reading: Reading): Span[] {
    const spans: Span[] = [];
    const numbers = readRuns(reading).flatMap((run): Span[] => {
      const type = this.#digits.get(digitsOf(run));
      return type && !reading.isRightAfter(run[0].from, 'reference')
        ? [{ type, from: run[0].from, to: run.at(-1)!.to }]
        : [];
    });
    let next = 0;
    for (let at = 0; at < reading.tokens.length; ) {
      while (next < numbers.length && numbers[next]!.from < at) next++;
      const number = numbers[next]?.from === at ? numbers[next] : undefined;
      const span = this.#phraseAt(reading, at) ?? number ?? this.#nameAt(reading, at);
      if (span) spans.push(span);
      at = span?.to ?? at + 1;
    }
    return spans;
  }

  #learnName(part: string): void {
    const { titles, functionWords, nameParticles } = this.#language;
    const tokens = tokenize(part);
    const spelled = tokens.filter(isLetter).map(({ lower }) => lower);
    for (const { kind, lower } of tokens) {
      if (kind !== 'word' || lower.length < LEAST_NAME_LETTERS || lower === "'s") continue;
      if (!titles.has(lower) && !functionWords.has(lower) && !nameParticles.has(lower)) this.#names.add(lower);
    }
    if (spelled.length > LEAST_NAME_LETTERS) this.#names.add(spelled.join(''));
  }

  #learnNumber(type: RedactedType, part: string): void {
    const runs = readRuns(new Reading(tokenize(part), this.#language));
    const digits = runs.map(digitsOf).join('').slice(0, LONGEST_NUMBER);
    if (digits.length >= LEAST_WHOLE_DIGITS) this.#digits.set(digits, type);
    for (let from = 0; from < digits.length; from++)
      for (let to = from + LEAST_PART_DIGITS; to <= digits.length; to++) {
        const piece = digits.slice(from, to);
        if (!this.#digits.has(piece)) this.#digits.set(piece, type);
      }
  }

  #learnPhrase(type: RedactedType, part: string): void {
    const words = tokenize(part).flatMap(({ kind, lower }) => (kind === 'mark' ? [] : [lower]));
    const [first] = words;
    if (first === undefined || words.length < 2) return;
    const phrases = this.#phrases.get(first) ?? [];
    const isKnown = phrases.some((phrase) => phrase.words.join(' ') === words.join(' '));
    if (!isKnown && phrases.length < MOST_OF_ONE_START) phrases.push({ type, words });
    this.#phrases.set(first, phrases);
  }

  #phraseAt(reading: Reading, at: number): Span | undefined {
    for (const { type, words } of this.#phrases.get(reading.lower(at)) ?? []) {
      let to = at;
      const matches = words.every((word, index) => {
        while (index > 0 && reading.tokens[to]?.kind === 'mark') to++;
        return reading.lower(to++) === word;
      });
      if (matches) return { type, from: at, to };
    }
    return undefined;
  }

  /** A name that is also a word is taken for the name when it is written as one. */
  #nameAt(reading: Reading, at: number): Span | undefined {
    if (!this.#names.has(reading.lower(at)) || !reading.isWord(at)) return undefined;
    const isWord = reading.is(at, this.#language.ordinaryWords);
    if (isWord && (!reading.capitalized(at) || reading.startsSentence(at))) return undefined;
    return { type: 'NAME', from: at, to: at + 1 };
  }
}

function digitsOf(run: ReturnType<typeof readRuns>[number]): string {
  return run.map(({ code, kind }) => (kind === 'letters' ? '' : code)).join('');
}
