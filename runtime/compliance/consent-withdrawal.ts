/**
 * Does the caller want the recording to stop? It must be this recording: "how do I stop recording my show" is a question
 * like any other. So a demand has to fill its clause, from a courtesy before it to the "now, please" after it. Pure.
 */
import { bareWords } from '../call/bare-words.ts';
import { isSmallTalk } from './consent-answer.ts';
import { type ConsentLanguage, consentLanguage } from './consent-languages.ts';

/** @param language BCP 47; in a language that is not known here nothing is understood as a demand: there is the keypad */
export function demandsNoRecording(text: string, language: string): { readonly saysMore: boolean } | undefined {
  const known = consentLanguage(language);
  if (!known) return undefined;
  const { isDemand, joints } = demandsIn(known);
  let found = false;
  const without = (piece: string) => {
    const demands = isDemand.test(bareWords(piece));
    found ||= demands;
    return !demands;
  };
  // The longest pieces first: a comma may stand within a demand, and so may an "and".
  let others = [text];
  for (const joint of [/[.!?;:…–—]+/, /,/, joints])
    others = others.flatMap((piece) => piece.split(joint)).filter(without);
  return found ? { saysMore: others.some((piece) => !isSmallTalk(piece, language)) } : undefined;
}

interface Demands {
  readonly isDemand: RegExp;
  /** Where one thing that is said ends and another begins, without a comma. */
  readonly joints: RegExp;
}

const demands = new WeakMap<ConsentLanguage, Demands>();

function demandsIn(language: ConsentLanguage): Demands {
  let made = demands.get(language);
  if (!made) {
    const { politeness, withdrawals, urgency, conjunctions } = language;
    made = {
      isDemand: new RegExp(`^(?:${politeness} ?)*(?:${withdrawals.join('|')})(?: ${urgency})*$`, 'u'),
      joints: new RegExp(`\\b(?:${conjunctions.join('|')})\\b`, 'iu'),
    };
    demands.set(language, made);
  }
  return made;
}
