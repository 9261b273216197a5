/** What no text in a request may hold, since the database cannot: found before anything else looks at it. Pure. */
import type { Problem } from '../refusal.ts';

const MOST_PROBLEMS = 20;
/** Deeper than any request; as the reader of agents' files has it. */
const DEEPEST_LEVEL = 100;

/** NUL characters and halves of surrogate pairs, in values and in names of fields, at any depth. */
export function impossibleText(value: unknown): Problem[] {
  const problems: Problem[] = [];
  const waiting: { readonly at: string; readonly value: unknown; readonly level: number }[] = [
    { at: '', value, level: 0 },
  ];
  for (let next = waiting.pop(); next && problems.length < MOST_PROBLEMS; next = waiting.pop()) {
    const { at, value: found, level } = next;
    const path = at || undefined;
    if (level > DEEPEST_LEVEL) return [{ found: `more than ${DEEPEST_LEVEL} levels`, expected: 'fewer' }];
    if (typeof found === 'string') {
      const wrong = whatIsWrongWith(found);
      if (wrong) problems.push({ path, found: wrong, expected: 'text without' });
    } else if (typeof found === 'object' && found !== null) {
      for (const [key, inner] of Object.entries(found)) {
        const wrong = whatIsWrongWith(key);
        if (wrong) problems.push({ path, found: `a field whose name has ${wrong}`, expected: 'a name without' });
        else waiting.push({ at: at ? `${at}.${key}` : key, value: inner, level: level + 1 });
      }
    }
  }
  return problems;
}

/** Of a pair, the two halves are one character to a `u` pattern. */
const LONE_SURROGATE = /\p{Surrogate}/u;

function whatIsWrongWith(text: string): string | undefined {
  if (text.includes('\0')) return 'a NUL character';
  return LONE_SURROGATE.test(text) ? 'half a character (a lone surrogate)' : undefined;
}
