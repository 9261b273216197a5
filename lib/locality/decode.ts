/**
 * Values inside values: JSON in a string (dashboards, contact flows, state machines, custom resources), base64 in every
 * form that user data takes, alone or in a script that unpacks it, and what a URL spells with percent signs.
 */
import { gunzipSync } from 'node:zlib';
import { assertBounded } from './bounds.ts';
import { MARKER } from './scope.ts';

/** A number that only the deployment knows stands bare where JSON wants a number. */
const BARE_MARKER = new RegExp(`([:,[]\\s*)(${MARKER.source})(?=\\s*[,\\]}])`, 'g');

/** Far more than user data may hold. */
const MAX_UNPACKED_BYTES = 1_000_000;

export interface Decoded {
  readonly value: unknown;
  /** Nothing of the text is lost in the value. JSON may say the same key twice, and only the last one is read. */
  readonly lossless: boolean;
}

/** What a string holds: the JSON of an object or list, or readable text in base64, compressed or not. */
export function decode(text: string): Decoded | undefined {
  if (/^\s*(?:\{\s*["}]|\[\s*["{[\]\d⟨-])/.test(text)) return decodeJson(text);
  return decodeBase64(text) ?? decodeScript(text);
}

/** What a URL means by `us%2Dwest`, as far as names, hosts and ARNs go; the text itself when it says nothing so. */
export function withoutPercents(text: string): string {
  if (!text.includes('%')) return text;
  return text.replace(/%([2-7][0-9a-f])/gi, (encoded, hex: string) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16));
    return /[\w.:/@~-]/.test(character) ? character : encoded;
  });
}

function decodeJson(text: string): Decoded | undefined {
  for (const candidate of MARKER.test(text) ? [text, text.replace(BARE_MARKER, '$1"$2"')] : [text]) {
    const value = parse(candidate);
    if (value === undefined) continue;
    assertBounded(value);
    return { value, lossless: withoutSpaces(JSON.stringify(value)) === withoutSpaces(candidate) };
  }
  return undefined;
}

/** Also in lines, without padding, or in the alphabet of URLs; then prose could look the same, and is kept beside it. */
function decodeBase64(text: string): Decoded | undefined {
  if (text.length < 24 || !/^[\w+/\s-]+={0,2}\s*$/.test(text)) return undefined;
  const value = readable(text);
  const plain = text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text);
  return value === undefined ? undefined : { value, lossless: plain };
}

/** `echo aGVsbG8… | base64 -d | sh` */
function decodeScript(text: string): Decoded | undefined {
  if (!/b(?:ase)?64/i.test(text)) return undefined;
  const value = (text.match(/[\w+/-]{24,}/g) ?? []).flatMap((run) => readable(run) ?? []);
  return value.length === 0 ? undefined : { value, lossless: false };
}

/** The text that base64 stands for, if it is one that a person or a shell could read. */
function readable(base64: string): string | undefined {
  const bytes = unpacked(Buffer.from(base64, 'base64'));
  if (bytes === undefined || bytes.length === 0) return undefined;
  const text = bytes.toString('utf8');
  return /[^\t\n\r\P{Cc}]|\ufffd/u.test(text) ? undefined : text;
}

/** cloud-init takes user data compressed. */
function unpacked(bytes: Buffer): Buffer | undefined {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_UNPACKED_BYTES });
  } catch {
    return undefined;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const withoutSpaces = (text: string): string => text.replace(/\s+/g, '');
