/**
 * How much of what identifies somebody is taken out of transcripts, and how much else: over the sentences the redaction
 * was written against, and over those it was not. Fails below the recall that analytics rely on.
 *
 *   npm run bench:redaction [-- --mistakes tuned]
 */
import { parseArgs } from 'node:util';
import { columns } from '../../bin/terminal.ts';
import type { Language } from '../../runtime/compliance/redaction/language.ts';
import { english } from '../../runtime/compliance/redaction/languages/en.ts';
import { redact } from '../../runtime/compliance/redaction/redact.ts';
import { REDACTED_TYPES, type RedactedType } from '../../runtime/compliance/redaction/tokens.ts';
import { type Labelled, readLabelled } from './redaction/labelled.ts';
import { type Score, score, type Tally } from './redaction/score.ts';

/** Digits and mailboxes lead to a person by themselves; a name mostly does not. */
const SURE_TYPES: readonly RedactedType[] = ['PHONE', 'CARD', 'NATIONAL_ID', 'NUMBER', 'EMAIL'];
const LEAST_RECALL = { sure: 0.98, overall: 0.9 };
const TURNS = 1_000;
const SPEED_RUNS = 5;

const { values } = parseArgs({ options: { mistakes: { type: 'string' } } });
const language = 'en-US';
const sets = ['tuned', 'held-out'] as const;
let met = true;
for (const name of sets) {
  const sentences = readLabelled(new URL(`redaction/${name}.txt`, import.meta.url));
  const result = score(sentences, (text) => redact(text, { language }).found);
  report(name, sentences, result);
  if (values.mistakes === name) for (const mistake of result.mistakes) console.log(`  ${mistake}`);
}
const unlisted: Language = { ...english, firstNames: new Set(), lastNames: new Set() };
for (const name of sets) {
  const sentences = readLabelled(new URL(`redaction/${name}.txt`, import.meta.url));
  const names = score(sentences, (text) => redact(text, { language: unlisted }).found).byType.get('NAME')!;
  console.log(`${name}: recall of names, were none of them on the lists: ${part(recall(names))}`);
}
const all = sets.flatMap((name) => readLabelled(new URL(`redaction/${name}.txt`, import.meta.url)));
console.log(`speed: ${speedMs(all).toFixed(0)} ms for ${TURNS} turns, one after another (median of ${SPEED_RUNS})`);
console.log(
  `recall ≥ ${LEAST_RECALL.sure} on numbers and e-mail, ≥ ${LEAST_RECALL.overall} overall: ${met ? 'met' : 'MISSED'}`,
);
process.exit(met ? 0 : 1);

function report(name: string, sentences: readonly Labelled[], { byType, overall, lostPart, disturbed, plain }: Score) {
  console.log(`${name}: ${sentences.length} sentences, ${plain} of them with nothing to hide`);
  const sure = SURE_TYPES.map((type) => byType.get(type)).filter((tally) => tally !== undefined);
  const rows = REDACTED_TYPES.flatMap((type) => {
    const tally = byType.get(type);
    return tally ? [row(type, tally)] : [];
  });
  const sureTally = sure.reduce(add);
  const table = [...rows, row('numbers and e-mail', sureTally), row('overall', overall)];
  console.log(
    columns([['', 'labelled', 'recall', 'type right', 'found', 'precision'], ...table], { right: [1, 2, 3, 4, 5] }),
  );
  console.log(
    `sentences with nothing to hide that were changed: ${disturbed} of ${plain}; ` +
      `words lost that nobody labelled: ${(lostPart * 100).toFixed(2)} %\n`,
  );
  met &&= recall(sureTally) >= LEAST_RECALL.sure && recall(overall) >= LEAST_RECALL.overall;
}

function row(name: string, tally: Tally): string[] {
  const { labelled, typed, hidden, found, right } = tally;
  return [name, String(labelled), part(recall(tally)), part(typed / hidden), String(found), part(right / found)];
}

function recall({ labelled, hidden }: Tally): number {
  return labelled === 0 ? 1 : hidden / labelled;
}

function part(value: number): string {
  return Number.isNaN(value) ? '-' : value.toFixed(3);
}

function add(a: Tally, b: Tally): Tally {
  return {
    labelled: a.labelled + b.labelled,
    hidden: a.hidden + b.hidden,
    typed: a.typed + b.typed,
    found: a.found + b.found,
    right: a.right + b.right,
  };
}

function speedMs(sentences: readonly Labelled[]): number {
  const times = Array.from({ length: SPEED_RUNS }, () => {
    const startedAt = performance.now();
    for (let turn = 0; turn < TURNS; turn++) redact(sentences[turn % sentences.length]!.text, { language });
    return performance.now() - startedAt;
  });
  return times.sort((a, b) => a - b)[Math.floor(SPEED_RUNS / 2)]!;
}
