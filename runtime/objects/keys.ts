/** What an object may be called. A key is a path on a disk too, so it is checked before anything is done with it. */

/** A segment begins with a letter or a digit: neither `.` nor `..`, nor the hidden names of files still being written. */
const SEGMENT = /^[A-Za-z0-9][A-Za-z0-9._=-]*$/;
/** File systems take 255 bytes, of which a file that is still being written needs some itself. */
const LONGEST_SEGMENT = 200;
/** S3 takes 1,024, of which a store's own prefix needs some. */
const LONGEST_KEY = 900;

export class ObjectKeyError extends RangeError {
  override readonly name = 'ObjectKeyError';
}

/** Throws an {@link ObjectKeyError} that repeats nothing of the key: it came from outside if it is wrong. */
export function checkKey(key: string): void {
  if (key.length > LONGEST_KEY)
    throw new ObjectKeyError(`an object's key has ${key.length} characters, expected at most ${LONGEST_KEY}`);
  if (!key.split('/').every((segment) => SEGMENT.test(segment) && segment.length <= LONGEST_SEGMENT))
    throw new ObjectKeyError(
      `an object's key has a segment that cannot be, expected segments of 1 to ${LONGEST_SEGMENT} letters, digits and ` +
        '. _ = -, each beginning with a letter or a digit, with / between them',
    );
}

/** A prefix is the beginning of a key: empty, or cut off anywhere. Throws as {@link checkKey}. */
export function checkPrefix(prefix: string): void {
  if (prefix !== '') checkKey(prefix.endsWith('/') ? prefix.slice(0, -1) : prefix);
}
