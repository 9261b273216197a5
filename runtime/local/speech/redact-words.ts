/**
 * A final as the service redacts it: the words of a name become one word, `[NAME]`, from where the first of them began to
 * where the last ended. What identifies somebody is found by the cell's own redaction; the service's finds other things.
 */
import { redact } from '../../compliance/redaction/redact.ts';
import type { RedactedType } from '../../compliance/redaction/tokens.ts';
import type { RecognizedWord } from './segment.ts';

/** How the service names them: https://docs.aws.amazon.com/transcribe/latest/dg/pii-redaction-stream.html */
const ENTITIES: Readonly<Partial<Record<RedactedType, string>>> = {
  NAME: 'NAME',
  PHONE: 'PHONE',
  CARD: 'CREDIT_DEBIT_NUMBER',
  EMAIL: 'EMAIL',
  ADDRESS: 'ADDRESS',
  BIRTH_DATE: 'DATE_TIME',
  NATIONAL_ID: 'SSN',
  NUMBER: 'BANK_ACCOUNT_NUMBER',
};

export interface RedactedWord extends RecognizedWord {
  readonly entity: string;
}

export function redactWords(words: readonly RecognizedWord[], language: string): (RecognizedWord | RedactedWord)[] {
  let text = '';
  const places = words.map((word) => {
    const start = text === '' ? 0 : text.length + 1;
    text += `${text === '' ? '' : ' '}${word.text}${word.punctuation}`;
    return { word, start, end: text.length - word.punctuation.length };
  });
  const { found } = redact(text, { language });
  const result: (RecognizedWord | RedactedWord)[] = [];
  let hiding: object | undefined;
  for (const { word, start, end } of places) {
    const span = found.find((candidate) => candidate.start < end && candidate.end > start);
    const entity = span && ENTITIES[span.type];
    const last = result.at(-1);
    if (!entity) result.push(word);
    else if (span === hiding && last) result[result.length - 1] = { ...last, ...ending(word) };
    else result.push({ ...word, text: `[${entity}]`, entity });
    hiding = entity ? span : undefined;
  }
  return result;
}

function ending({ endMs, punctuation, isStable }: RecognizedWord): Partial<RecognizedWord> {
  return { endMs, punctuation, isStable };
}
