/**
 * A process of its own that works on a request and kills itself without a word in the middle of it:
 * `subject-process.ts JSON`. Everything it asks of the database and the stores is counted; before the nth it is gone.
 * Says how many there were if it lives that long.
 */
import { join } from 'node:path';
import { claimRequest } from '../../runtime/compliance/subject-requests/lease.ts';
import { runRequest } from '../../runtime/compliance/subject-requests/run.ts';
import { type Database, openDatabase, type Queryable } from '../../runtime/data/database.ts';
import { openObjectStore } from '../../runtime/objects/open.ts';
import type { ObjectStore } from '../../runtime/objects/store.ts';
import { testCell } from './tenants.ts';

interface Task {
  readonly url: string;
  readonly folder: string;
  readonly id: string;
  /** @default never */
  readonly killAt?: number;
}

const { url, folder, id, killAt = Number.POSITIVE_INFINITY }: Task = JSON.parse(process.argv[2]!);
let count = 0;
function step(): void {
  count += 1;
  if (count === killAt) process.kill(process.pid, 'SIGKILL');
}

const real = openDatabase({ url, applicationName: 'to be killed', maxConnections: 1 });
const database: Pick<Database, 'within'> = {
  async within(scope, work) {
    const result = await real.within(scope, (transaction) => work(counted(transaction)));
    step();
    return result;
  },
};

function counted(transaction: Queryable): Queryable {
  return {
    query(text, values) {
      step();
      return transaction.query(text, values);
    },
  };
}

function place(name: string): ObjectStore {
  const store = openObjectStore(join(folder, name), { region: testCell.region });
  return new Proxy(store, {
    get(of, method: keyof ObjectStore) {
      if (method === 'put')
        return (key: string, body: AsyncIterable<Uint8Array>, options: Parameters<ObjectStore['put']>[2]) =>
          of.put(key, endsCounted(body), options);
      const value = of[method];
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        step();
        return (value as (...args: unknown[]) => unknown).apply(of, args);
      };
    },
  });
}

/** How many chunks there are is a matter of chance: the first and the last are counted. */
async function* endsCounted(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let isFirst = true;
  for await (const chunk of body) {
    yield chunk;
    if (isFirst) step();
    isFirst = false;
  }
  step();
}

const worker = crypto.randomUUID();
const claimed = await claimRequest(real, worker, { id });
if (!claimed) throw new Error('there is nothing to do');
const stores = { recordings: place('recordings'), exports: place('exports') };
const { signal } = new AbortController();
await runRequest({ database, stores, region: testCell.region, worker, claimed, signal });
process.stdout.write(JSON.stringify({ count }));
await real.close();
