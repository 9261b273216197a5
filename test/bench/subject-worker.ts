/** Works on one request and says how long that took and how much memory: `subject-worker.ts JSON`. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { claimRequest } from '../../runtime/compliance/subject-requests/lease.ts';
import { runRequest } from '../../runtime/compliance/subject-requests/run.ts';
import { openDatabase } from '../../runtime/data/database.ts';
import { openObjectStore } from '../../runtime/objects/open.ts';
import { testCell } from '../support/tenants.ts';

const { url, folder, id } = JSON.parse(process.argv[2]!) as { url: string; folder: string; id: string };
const { region } = testCell;
const database = openDatabase({ url, applicationName: 'bench', maxConnections: 1, statementTimeoutMs: 60_000 });
const place = (name: string) => openObjectStore(join(folder, name), { region });
const stores = { recordings: place('recordings'), exports: place('exports') };
const worker = randomUUID();
const claimed = await claimRequest(database, worker, { id });
if (!claimed) throw new Error('there is nothing to do');

globalThis.gc?.();
const before = process.memoryUsage.rss();
let peak = before;
const watch = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss());
}, 5);
const beganAt = performance.now();
await runRequest({ database, stores, region, worker, claimed, signal: new AbortController().signal });
const seconds = (performance.now() - beganAt) / 1_000;
clearInterval(watch);
process.stdout.write(JSON.stringify({ seconds, peakGrowthMib: (peak - before) / 1_048_576 }));
await database.close();
