/**
 * How long a person waits for the archive of all his calls, and how much memory making it takes: at 100 conversations and
 * at 1,000, each of 20 turns with a recording of 20 s. Memory does not grow with them if the ratio stays near 1.
 *
 *   npm run bench:subject-export
 */
import { columns } from '../../bin/terminal.ts';
import { machine } from './machine.ts';
import { file, fill, places, type Worked, work } from './subjects.ts';

const TARGET_SECONDS = 30;
const FEW = { number: '+4930100100', count: 100 };
const MANY = { number: '+4930100200', count: 1_000 };

const rows: string[][] = [];
let isMet = true;
for await (const place of places()) {
  const worked: Worked[] = [];
  for (const { number, count } of [FEW, MANY]) {
    await fill(place, { number, count, turns: 20, recordedMs: 20_000 });
    const took = await work(place, await file(place, 'export', number));
    worked.push(took);
    rows.push([place.name, String(count), took.seconds.toFixed(1), took.peakGrowthMib.toFixed(0)]);
  }
  const [few, many] = worked as [Worked, Worked];
  rows.push([`${place.name}, ratio`, '10', '', (many.peakGrowthMib / few.peakGrowthMib).toFixed(2)]);
  isMet &&= many.seconds <= TARGET_SECONDS;
  await place.close();
}
console.log(`the archive of one person, ${machine()}\n`);
console.log(columns([['', 'conversations', 's', 'peak growth, MiB'], ...rows], { right: [1, 2, 3] }));
console.log(`\ntarget ${TARGET_SECONDS} s for ${MANY.count} conversations: ${isMet ? 'met' : 'MISSED'}`);
process.exitCode = isMet ? 0 : 1;
