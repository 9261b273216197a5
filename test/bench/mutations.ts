/** Prints the mutation table: every leak, the rule that must find it, and whether it did, in the template of a real cell. */
import { checkTemplate } from '../../lib/locality/check.ts';
import { cells } from '../../regions/cells/index.ts';
import { publicCell } from '../lib/cells.ts';
import { cellTemplate } from '../lib/locality/cell-template.ts';
import { fill } from '../lib/locality/examples.ts';
import { LEAKS } from '../lib/locality/leaks/index.ts';
import { LEGAL } from '../lib/locality/legal.ts';
import type { Plant, Template } from '../lib/locality/plant.ts';

const pair = { home: publicCell.region, other: cells.find(({ region }) => region !== publicCell.region)!.region };
const clean = cellTemplate(publicCell);

function planted(plant: Plant) {
  const template: Template = JSON.parse(clean);
  const place = plant(template);
  return checkTemplate(fill(template, pair), { home: pair.home }).filter(
    ({ logicalId }) => logicalId === place.logicalId,
  );
}

const rows = LEAKS.map(({ leak, rule, plant }) => {
  const findings = planted(plant);
  const caught = findings.find((finding) => finding.rule === rule);
  return [leak, rule, caught ? 'caught' : 'MISSED'] as const;
});
const wrong = LEGAL.filter(({ plant }) => planted(plant).length > 0);

const width = Math.max(...rows.map(([leak]) => leak.length));
for (const [index, [leak, rule, caught]] of rows.entries())
  console.log(`${String(index + 1).padStart(2)}  ${leak.padEnd(width)}  ${rule.padEnd(17)}  ${caught}`);
console.log(`\n${rows.filter(([, , caught]) => caught === 'caught').length} of ${rows.length} leaks caught`);
console.log(`${LEGAL.length - wrong.length} of ${LEGAL.length} legal look-alikes let through`);
for (const { legal } of wrong) console.log(`  refused: ${legal}`);
