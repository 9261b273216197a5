/**
 * What calls feel while a person is deleted who has 100,000 events: how long a batch of events of other calls of the same
 * tenant takes to be written meanwhile. The embedded database has one session, so that everybody waits for everybody: the
 * target counts on a real server (TEST_DATABASE_URL).
 *
 *   npm run bench:subject-delete
 */
import { setTimeout as pause } from 'node:timers/promises';
import { columns } from '../../bin/terminal.ts';
import { eventWriter } from '../../runtime/data/event-writer.ts';
import { pastCall, rowsOf } from '../support/subjects.ts';
import { machine } from './machine.ts';
import { percentile } from './percentile.ts';
import { file, fill, type Place, places, work } from './subjects.ts';

const TARGET_P99_MS = 50;
const ANN = { number: '+4930100300', count: 1_000, turns: 32, recordedMs: 0 };
const PAUSE_MS = 20;

const rows: string[][] = [];
for await (const place of places()) {
  await fill(place, ANN);
  const [{ events } = { events: 0 }] = await place.database.query<{ events: number }>(
    'select count(*)::integer as events from conversation_events',
  );
  const alone = await callPath(place, pause(5_000));
  const working = work(place, await file(place, 'delete', ANN.number));
  const meanwhile = await callPath(place, working);
  const { seconds } = await working;
  rows.push(row(`${place.name}, no deletion`, alone, ''));
  rows.push(row(`${place.name}, meanwhile`, meanwhile, `${events} events in ${seconds.toFixed(1)} s`));
  if (place.name.includes('server'))
    rows.push([
      `  target p99 < ${TARGET_P99_MS}`,
      '',
      '',
      '',
      percentile(meanwhile, 0.99) < TARGET_P99_MS ? 'met' : 'MISSED',
    ]);
  await place.close();
}
console.log(`ms a batch of events of another call takes, ${machine()}\n`);
console.log(columns([['', 'n', 'p50', 'p99', 'max', ''], ...rows], { right: [1, 2, 3, 4] }));

async function callPath({ database }: Place, end: Promise<unknown>): Promise<number[]> {
  let isOver = false;
  void end.finally(() => {
    isOver = true;
  });
  const write = eventWriter(database);
  const took: number[] = [];
  for (let nth = 0; !isOver; nth++) {
    const batch = rowsOf(
      pastCall({ number: `+49301${String(nth).padStart(7, '0')}`, says: ['Hello.', 'Yes.'] }, nth).events,
    );
    const beganAt = performance.now();
    await write(batch);
    took.push(performance.now() - beganAt);
    await pause(PAUSE_MS);
  }
  return took;
}

function row(name: string, ms: readonly number[], note: string): string[] {
  const at = (part: number) => percentile(ms, part).toFixed(1);
  return [name, String(ms.length), at(0.5), at(0.99), Math.max(...ms).toFixed(1), note];
}
