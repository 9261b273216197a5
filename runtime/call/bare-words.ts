/** A text's words and nothing else: a recognizer changes its mind about commas and capitals, a model adds some. */
export function bareWords(text: string): string {
  return text
    .toLowerCase()
    .replace(/['’]/g, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
