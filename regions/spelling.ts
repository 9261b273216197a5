/** Suggestions for a mistyped name. */

/** The smallest number of single-character edits from one word to the other (Levenshtein). */
export function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++)
      current[column] = Math.min(
        previous[column]! + 1,
        current[column - 1]! + 1,
        previous[column - 1]! + Number(a[row - 1] !== b[column - 1]),
      );
    previous = current;
  }
  return previous[b.length]!;
}

/** The known words nearest to a mistyped one, at most `count`. */
export function closest(word: string, known: readonly string[], count = 3): string[] {
  return known
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance || a.candidate.localeCompare(b.candidate))
    .slice(0, count)
    .map(({ candidate }) => candidate);
}

/**
 * The known words that a mistyped one may have stood for, at most `count`: those it begins or is a part of, then those
 * with at most one letter in three wrong. None when nothing is close: a far-off name would only mislead.
 */
export function likely(word: string, known: readonly string[], count = 3): string[] {
  const typed = word.toLowerCase();
  const rank = (candidate: string): number => {
    const name = candidate.toLowerCase();
    if (typed.length >= 3 && name.includes(typed)) return name.startsWith(typed) ? -2 : -1;
    return editDistance(typed, name);
  };
  return known
    .map((candidate) => ({ candidate, rank: rank(candidate) }))
    .filter((each) => each.rank <= Math.max(1, Math.floor(typed.length / 3)))
    .sort((a, b) => a.rank - b.rank || a.candidate.localeCompare(b.candidate))
    .slice(0, count)
    .map(({ candidate }) => candidate);
}
