/**
 * Cuts a growing reply into clauses that can be spoken while the rest is still being written.
 * The first cut comes at the first comma, so that the caller hears something early; later ones follow sentences,
 * because a synthesizer sounds better the more it knows.
 */

/** A later clause is cut at a comma only beyond this many characters. */
const LONG_CLAUSE_CHARS = 90;
/** Beyond this a clause is cut at any space: about 15 s of speech, and safely under every synthesizer's limit. */
const LONGEST_CLAUSE_CHARS = 240;

const SENTENCE_END = /[.!?…]["'”’)]*(?=\s)/g;
const COMMA_LIKE = /[,;:–—]["'”’)]*(?=\s)/g;
/** A full stop after these ends no sentence. */
const ABBREVIATION = /(?:^|\s)(?:Dr|Mr|Mrs|Ms|Prof|St|Ave|Blvd|No|vs|etc|e\.g|i\.e|[A-Z])\.$/;

export class ClauseSplitter {
  #pending = '';
  #first = true;

  /** Takes the next piece of text, returns the clauses that are now complete: trimmed, never empty. */
  push(text: string): string[] {
    this.#pending += text;
    const clauses: string[] = [];
    for (let end = this.#boundary(); end > 0; end = this.#boundary()) this.#cut(end, clauses);
    return clauses;
  }

  /** The reply is complete: returns what is left. */
  flush(): string[] {
    const clauses: string[] = [];
    this.#cut(this.#pending.length, clauses);
    return clauses;
  }

  #cut(end: number, into: string[]): void {
    const clause = speakable(this.#pending.slice(0, end));
    this.#pending = this.#pending.slice(end);
    if (!clause) return;
    into.push(clause);
    this.#first = false;
  }

  /** Where the pending text can be cut; 0 if nowhere yet. */
  #boundary(): number {
    const text = this.#pending;
    const sentence = firstMatch(SENTENCE_END, text, 0, (end) => !ABBREVIATION.test(text.slice(0, end)));
    const comma = firstMatch(COMMA_LIKE, text, this.#first ? 0 : LONG_CLAUSE_CHARS);
    if (sentence && comma) return Math.min(sentence, comma);
    if (sentence || comma) return sentence || comma;
    if (text.length <= LONGEST_CLAUSE_CHARS) return 0;
    return text.lastIndexOf(' ', LONGEST_CLAUSE_CHARS) + 1 || LONGEST_CLAUSE_CHARS;
  }
}

/** The end of the first match beyond `from` that has a word in front of it; 0 if there is none. */
function firstMatch(
  pattern: RegExp,
  text: string,
  from: number,
  accept: (end: number) => boolean = () => true,
): number {
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    const end = match.index + match[0].length;
    if (end > from && /\w/.test(text.slice(0, match.index)) && accept(end)) return end;
  }
  return 0;
}

/** What a voice can say: models sprinkle markup even when asked not to. Returns '' when nothing is left to say. */
export function speakable(text: string): string {
  const plain = text
    .replace(/[*_`#]+/g, '')
    .replace(/\s+/g, ' ')
    .trim();
  return /[\p{L}\p{N}]/u.test(plain) ? plain : '';
}
