/** What was found, held against what is labelled. */
import type { Found } from '../../../runtime/compliance/redaction/redact.ts';
import type { RedactedType } from '../../../runtime/compliance/redaction/tokens.ts';
import type { Labelled } from './labelled.ts';

export interface Tally {
  labelled: number;
  /** Every letter and digit of the label was taken out, as whatever type. */
  hidden: number;
  /** … as this type. */
  typed: number;
  found: number;
  /** Found where something is labelled, and with no more than a word besides. */
  right: number;
}

export interface Score {
  readonly byType: ReadonlyMap<RedactedType, Tally>;
  readonly overall: Tally;
  /** Of all letters and digits that nobody labelled, the part that was taken out. */
  readonly lostPart: number;
  /** Sentences without a label that came out changed. */
  readonly disturbed: number;
  readonly plain: number;
  readonly mistakes: readonly string[];
}

/** Letters and digits; marks and spaces hide nothing. */
const SIGN = /[\p{L}\p{Nd}]/u;
/** A found span may hold this many signs that are not labelled: "at", a stray "so". */
const SLACK = 4;

export function score(sentences: readonly Labelled[], find: (text: string) => readonly Found[]): Score {
  const byType = new Map<RedactedType, Tally>();
  const overall = emptyTally();
  const mistakes: string[] = [];
  let lost = 0;
  let unlabelled = 0;
  let disturbed = 0;
  for (const sentence of sentences) {
    const { text, labels, line } = sentence;
    const found = find(text);
    const isLabelled = covered(text, labels);
    const isHidden = covered(text, found);
    const count = (span: Found, signs: boolean[]) => signs.slice(span.start, span.end).filter(Boolean).length;
    for (const label of labels) {
      const hidden = count(label, isHidden) === signsIn(text, label);
      const typed = hidden && found.some((span) => span.type === label.type && overlaps(span, label));
      for (const tally of [overall, tallyOf(byType, label.type)]) {
        tally.labelled++;
        if (hidden) tally.hidden++;
        if (typed) tally.typed++;
      }
      if (!hidden) mistakes.push(`${line}: missed ${label.type} "${text.slice(label.start, label.end)}" in: ${text}`);
      else if (!typed) mistakes.push(`${line}: ${label.type} taken for another type in: ${text}`);
    }
    for (const span of found) {
      const right =
        labels.some((label) => overlaps(span, label)) && signsIn(text, span) - count(span, isLabelled) <= SLACK;
      for (const tally of [overall, tallyOf(byType, span.type)]) {
        tally.found++;
        if (right) tally.right++;
      }
      if (!right) mistakes.push(`${line}: ${span.type} "${text.slice(span.start, span.end)}" is none in: ${text}`);
    }
    for (let at = 0; at < text.length; at++) {
      if (!SIGN.test(text[at]!) || isLabelled[at]) continue;
      unlabelled++;
      if (isHidden[at]) lost++;
    }
    if (labels.length === 0 && found.length > 0) disturbed++;
  }
  const plain = sentences.filter(({ labels }) => labels.length === 0).length;
  return { byType, overall, lostPart: lost / unlabelled, disturbed, plain, mistakes };
}

function emptyTally(): Tally {
  return { labelled: 0, hidden: 0, typed: 0, found: 0, right: 0 };
}

function tallyOf(byType: Map<RedactedType, Tally>, type: RedactedType): Tally {
  const tally = byType.get(type) ?? emptyTally();
  byType.set(type, tally);
  return tally;
}

function overlaps(a: Found, b: Found): boolean {
  return a.start < b.end && b.start < a.end;
}

/** For each place in the text, whether one of the spans holds a sign there. */
function covered(text: string, spans: readonly Found[]): boolean[] {
  const places = new Array<boolean>(text.length).fill(false);
  for (const { start, end } of spans) for (let at = start; at < end; at++) places[at] = SIGN.test(text[at]!);
  return places;
}

function signsIn(text: string, { start, end }: Found): number {
  return Array.from(text.slice(start, end)).filter((sign) => SIGN.test(sign)).length;
}
