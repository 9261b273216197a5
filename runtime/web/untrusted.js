// @ts-check
/** The page shows what the cell sends, and believes none of it: a field of the wrong kind counts as absent. */

/** A longer text would only make the page unusable. */
const MAX_TEXT = 4_000;

/** @param {unknown} value */
export function text(value) {
  if (typeof value !== 'string') return '';
  return value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}…` : value;
}

/** @param {unknown} value @returns {number | undefined} */
export function number(value) {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** @param {unknown} value @returns {Record<string, unknown>} */
export function record(value) {
  return typeof value === 'object' && value !== null ? /** @type {Record<string, unknown>} */ (value) : {};
}

/** @param {unknown} value @returns {string} any JSON, to be read by people */
export function json(value) {
  return value === undefined ? '' : text(typeof value === 'string' ? value : JSON.stringify(value, null, 1));
}

/** @param {number} value */
export function ms(value) {
  return `${Math.round(value).toLocaleString('en')} ms`;
}
