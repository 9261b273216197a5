/** The languages redaction knows. Another one is a file like `en.ts` and a line here. */
import type { Language } from '../language.ts';
import { english } from './en.ts';

const languages: readonly Language[] = [english];

/**
 * @param tag BCP 47: `en-GB` is English; or the language itself.
 * @returns undefined when nobody wrote it down: what is not known is not redacted but withheld.
 */
export function languageOf(tag: string | Language): Language | undefined {
  if (typeof tag !== 'string') return tag;
  const [code] = tag.toLowerCase().split('-');
  return languages.find((language) => language.code === code);
}
