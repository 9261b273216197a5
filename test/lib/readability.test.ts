import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const linesOf = (text: string): number => text.trimEnd().split('\n').length;
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

const sources = readdirSync(join(ROOT, 'lib'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => [`lib/${file}`, read(`lib/${file}`)] as const);

describe('what is read in one sitting', () => {
  test('no file of lib has more than 250 lines', () => {
    expect(sources.length).toBeGreaterThan(20);
    expect(sources.filter(([, text]) => linesOf(text) > 250).map(([file]) => file)).toEqual([]);
  });

  test('bin/app.ts has fewer than 40', () => {
    expect(linesOf(read('bin/app.ts'))).toBeLessThan(40);
  });
});

describe('lib knows', () => {
  /** Comments may give examples. */
  const code = sources.map(([file, text]) => [file, text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')] as const);
  const REGION = /\b(?:us|eu|ap|ca|sa|me|af|il|mx)-(?:gov-)?(?:north|south|east|west|central)[a-z]*-\d\b/;

  test('nothing of the runtime', () => {
    expect(code.filter(([, text]) => /from '(?:\.\.\/)+runtime\//.test(text)).map(([file]) => file)).toEqual([]);
  });

  test('no region by its name', () => {
    expect(code.filter(([, text]) => REGION.test(text)).map(([file]) => file)).toEqual([]);
  });
});
