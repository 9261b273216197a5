/**
 * True when an HTTP/2 response ended because it was reset or its connection broke. Node ends the reading of a response
 * whose connection broke as if it were complete, so whoever needs the whole of it has to ask.
 */
export function brokenOff(response: unknown): boolean {
  return Boolean((response as { rstCode?: number }).rstCode);
}
