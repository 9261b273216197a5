/** Sentences with what must be hidden in braces: `my name is {NAME:john smith}`. */
import { readFileSync } from 'node:fs';
import type { Found } from '../../../runtime/compliance/redaction/redact.ts';
import { REDACTED_TYPES, type RedactedType } from '../../../runtime/compliance/redaction/tokens.ts';

export interface Labelled {
  readonly line: number;
  readonly text: string;
  readonly labels: readonly Found[];
}

/** Throws on a label that is none: a mistake in the file would pass for a miss. */
export function readLabelled(file: URL): Labelled[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .map((source, index) => ({ source: source.trim(), line: index + 1 }))
    .filter(({ source }) => source !== '' && !source.startsWith('#'))
    .map(({ source, line }) => ({ line, ...parse(source, line) }));
}

function parse(source: string, line: number): { text: string; labels: Found[] } {
  let text = '';
  const labels: Found[] = [];
  for (const part of source.split(/(\{[^{}]*\})/)) {
    if (!part.startsWith('{')) {
      text += part;
      continue;
    }
    const [, name = '', hidden = ''] = /^\{([A-Z_]+):(.+)\}$/.exec(part) ?? [];
    const type = REDACTED_TYPES.find((known): known is RedactedType => known === name);
    if (!type) throw new Error(`line ${line}: ${part}, expected {TYPE:words} with one of ${REDACTED_TYPES.join(', ')}`);
    labels.push({ type, start: text.length, end: text.length + hidden.length });
    text += hidden;
  }
  return { text, labels };
}
