/** A text as the detectors see it: its tokens, its language, and what the words in it announce. */
import { CUES, type Cue, type Language } from './language.ts';
import { isCapitalized, type RedactedType, type Token } from './tokens.ts';

/** From the token `from` up to, not including, `to`. */
export interface Span {
  readonly type: RedactedType;
  readonly from: number;
  readonly to: number;
}

/** A cue announces what comes within this many words. */
const CUE_REACH = 9;
const CUE_REACH_TOKENS = 20;
const CUE_REACH_AHEAD = 7;
const MOST_LINKS = 4;
/** Longer than any phrase of a language. */
const LONGEST_PHRASE = 5;

type PhraseBook = ReadonlyMap<string, readonly { readonly rest: readonly string[]; readonly cue: Cue }[]>;
const phraseBooks = new WeakMap<Language, PhraseBook>();

export class Reading {
  readonly tokens: readonly Token[];
  readonly language: Language;
  /** What the question asked for that this text answers. */
  readonly asked: readonly Cue[];
  /** What the phrase that ends with this token announces; the longest phrase counts. */
  readonly #cueAt: (Cue | undefined)[];
  readonly #cueStart: number[];
  /** Without small letters, capitals tell nothing. */
  readonly #cased: boolean;

  constructor(tokens: readonly Token[], language: Language, asked: readonly Cue[] = []) {
    this.tokens = tokens;
    this.language = language;
    this.asked = asked;
    this.#cueAt = new Array(tokens.length).fill(undefined);
    this.#cueStart = new Array(tokens.length).fill(-1);
    this.#cased = tokens.some(({ text }) => /\p{Ll}{2}/u.test(text));
    this.#findCues();
  }

  lower(index: number): string {
    return this.tokens[index]?.lower ?? '';
  }

  is(index: number, set: ReadonlySet<string>): boolean {
    return set.has(this.lower(index));
  }

  isWord(index: number): boolean {
    return this.tokens[index]?.kind === 'word';
  }

  glued(index: number): boolean {
    return this.tokens[index]?.glued ?? false;
  }

  /** Written in capitals, in a text that also has small letters. */
  capitalized(index: number): boolean {
    const token = this.tokens[index];
    return this.#cased && token !== undefined && isCapitalized(token);
  }

  /** The first word of the text or of a sentence: its capital tells nothing. */
  startsSentence(index: number): boolean {
    const before = this.tokens[index - 1];
    return before === undefined || /^[.!?…:"“¿¡]$/u.test(before.text);
  }

  cueEndingAt(index: number): Cue | undefined {
    return this.#cueAt[index];
  }

  /** Where the phrase that ends with this token begins. */
  cueStart(index: number): number {
    return this.#cueStart[index]!;
  }

  /** All that is announced from `from` on. */
  cuesFrom(from: number): Cue[] {
    return this.#cueAt.slice(from).filter((cue) => cue !== undefined);
  }

  /**
   * The nearest announcement before `index` among `wanted`. Other numbers end the search: what was announced before them
   * was theirs. With `sameSentence`, so does a full stop.
   */
  cueBefore(index: number, wanted: readonly Cue[], sameSentence = false): Cue | undefined {
    let words = 0;
    for (let at = index - 1; at >= Math.max(0, index - CUE_REACH_TOKENS); at--) {
      const token = this.tokens[at]!;
      const cue = this.#cueAt[at];
      if (cue !== undefined && wanted.includes(cue)) return cue;
      if (token.kind === 'digits' || (token.kind === 'placeholder' && token.text !== '[NAME]')) return undefined;
      if (sameSentence && /^[.!?]$/.test(token.text) && !this.glued(at + 1)) return undefined;
      if (token.kind === 'word' && ++words > CUE_REACH) return undefined;
      if (at === 0) return this.asked.find((asked) => wanted.includes(asked));
    }
    return index === 0 ? this.asked.find((asked) => wanted.includes(asked)) : undefined;
  }

  /** Nothing but links ("is", ":") stands between an announcement of `cue` and `index`. */
  isRightAfter(index: number, cue: Cue): boolean {
    let at = index - 1;
    while (at >= 0 && at >= index - MOST_LINKS && this.#cueAt[at] === undefined && this.is(at, this.language.links))
      at--;
    return at >= 0 && this.#cueAt[at] === cue;
  }

  /** … is my cell: the nearest announcement after `index`, which is the end of what it is about. */
  cueAfter(index: number, wanted: readonly Cue[]): Cue | undefined {
    let words = 0;
    for (let at = index; at < Math.min(this.tokens.length, index + CUE_REACH_TOKENS); at++) {
      const token = this.tokens[at]!;
      if (token.kind === 'digits' || token.kind === 'placeholder' || /^[!?]$/.test(token.text)) return undefined;
      const cue = this.#cueAt[at];
      if (cue !== undefined && wanted.includes(cue)) return cue;
      if (token.kind === 'word' && ++words > CUE_REACH_AHEAD) return undefined;
    }
    return undefined;
  }

  /** The end of the phrase that begins at `from`, if one of them does; the longest. */
  phraseAt(from: number, phrases: readonly string[]): number | undefined {
    let longest: number | undefined;
    for (const phrase of phrases) {
      const parts = phrase.split(' ');
      if (parts.every((part, offset) => this.lower(from + offset) === part))
        longest = Math.max(longest ?? 0, from + parts.length);
    }
    return longest;
  }

  /** Whether one of the phrases ends right before `to`. */
  phraseEndsBefore(to: number, phrases: ReadonlySet<string>): boolean {
    let phrase = '';
    for (let from = to - 1; from >= Math.max(0, to - LONGEST_PHRASE); from--) {
      phrase = phrase ? `${this.lower(from)} ${phrase}` : this.lower(from);
      if (phrases.has(phrase)) return true;
    }
    return false;
  }

  #findCues(): void {
    const book = phraseBook(this.language);
    for (let from = 0; from < this.tokens.length; from++) {
      let until = -1;
      for (const { rest, cue } of book.get(this.lower(from)) ?? []) {
        if (rest.length < until || !rest.every((word, offset) => this.lower(from + 1 + offset) === word)) continue;
        until = rest.length;
        // "account number" is no mere "number".
        if (this.#cueStart[from + until]! >= 0 && this.#cueStart[from + until]! < from) continue;
        this.#cueAt[from + until] = cue;
        this.#cueStart[from + until] = from;
      }
    }
    // A phrase within a longer one announces nothing by itself: "area code" is no code.
    for (let to = this.tokens.length - 1; to >= 0; to--) {
      const start = this.#cueStart[to]!;
      if (start < 0) continue;
      for (let inner = start; inner < to; inner++) this.#cueAt[inner] = undefined;
      for (let inner = start; inner < to; inner++) this.#cueStart[inner] = -1;
    }
  }
}

function phraseBook(language: Language): PhraseBook {
  let book = phraseBooks.get(language);
  if (book) return book;
  const entries = new Map<string, { rest: string[]; cue: Cue }[]>();
  for (const cue of CUES)
    for (const phrase of language.cues[cue]) {
      const [first = '', ...rest] = phrase.split(' ');
      entries.set(first, [...(entries.get(first) ?? []), { rest, cue }]);
    }
  for (const list of entries.values()) list.sort((a, b) => a.rest.length - b.rest.length);
  book = entries;
  phraseBooks.set(language, book);
  return book;
}
