/** One process of the measurement in `locality.ts`: reads a template, checks it once cold and 200 times warm. */
import { readFileSync } from 'node:fs';
import { checkTemplate } from '../../lib/locality/check.ts';

const [file = '', home = ''] = process.argv.slice(2);
const text = readFileSync(file, 'utf8');
const timed = (): number => {
  const start = performance.now();
  checkTemplate(text, { home });
  return performance.now() - start;
};

const coldMs = timed();
for (let index = 0; index < 50; index++) timed();
const before = process.cpuUsage();
const warm = Array.from({ length: 200 }, timed).sort((a, b) => a - b);
const used = process.cpuUsage(before);
console.log(JSON.stringify({ coldMs, warmMs: warm[100], cpuMs: (used.user + used.system) / 1000 / 200 }));
