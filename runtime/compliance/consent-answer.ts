/**
 * Was it a yes? Consent must be unmistakable: whatever is not a plain yes is none. A no needs no such care, so of both the
 * last word counts only where it is a no. Pure.
 */
import { bareWords } from '../call/bare-words.ts';
import { type ConsentLanguage, consentLanguage } from './consent-languages.ts';

export type ConsentAnswer = 'yes' | 'no' | 'unclear';

const KINDS = ['yes', 'no', 'negation', 'doubt', 'filler'] as const;
type Kind = (typeof KINDS)[number] | 'stranger';

/**
 * @param text what the caller said or typed, as recognized
 * @param language BCP 47; what is said in a language that is not known here is never clear
 */
export function consentAnswer(text: string, language: string): ConsentAnswer {
  const known = consentLanguage(language);
  if (!known) return 'unclear';
  const kinds = kindsOf(text, known);
  const last = kinds.findLast((kind) => kind === 'yes' || kind === 'no');
  if (kinds.includes('negation') || last === 'no') return 'no';
  if (last === undefined || kinds.includes('no') || kinds.includes('doubt') || isQuestion(text, known))
    return 'unclear';
  // "Yes, I can hear you", "Yes, this is Anna": that answers another question than the one that was asked.
  return kinds.includes('stranger') ? 'unclear' : 'yes';
}

/** Nothing but what is said while somebody thinks, or out of courtesy. */
export function isSmallTalk(text: string, language: string): boolean {
  const known = consentLanguage(language);
  return !known || kindsOf(text, known).every((kind) => kind !== 'stranger' && kind !== 'doubt');
}

function kindsOf(text: string, language: ConsentLanguage): Kind[] {
  const { phrases, longest } = dictionary(language);
  const words = bareWords(text).split(' ').filter(Boolean);
  const kinds: Kind[] = [];
  for (let at = 0; at < words.length; ) {
    let length = Math.min(longest, words.length - at);
    while (length > 1 && !phrases.has(words.slice(at, at + length).join(' '))) length--;
    kinds.push(phrases.get(words.slice(at, at + length).join(' ')) ?? 'stranger');
    at += length;
  }
  return kinds;
}

function isQuestion(text: string, { rhetorical }: ConsentLanguage): boolean {
  const words = bareWords(text);
  return /\?\s*$/.test(text) && !rhetorical.some((end) => words.endsWith(end));
}

interface Dictionary {
  readonly phrases: ReadonlyMap<string, Kind>;
  /** In words. */
  readonly longest: number;
}

const dictionaries = new WeakMap<ConsentLanguage, Dictionary>();

function dictionary(language: ConsentLanguage): Dictionary {
  let made = dictionaries.get(language);
  if (!made) {
    const phrases = new Map(KINDS.flatMap((kind) => language[kind].map((phrase) => [phrase, kind] as const)));
    const longest = Math.max(...[...phrases.keys()].map((phrase) => phrase.split(' ').length));
    made = { phrases, longest };
    dictionaries.set(language, made);
  }
  return made;
}
