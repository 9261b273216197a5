import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ClauseSplitter } from '../../../runtime/call/clauses.ts';

/** Feeds `text` in pieces of `size` characters and returns the clauses. */
function split(text: string, size = 3): string[] {
  const splitter = new ClauseSplitter();
  const clauses: string[] = [];
  for (let i = 0; i < text.length; i += size) clauses.push(...splitter.push(text.slice(i, i + size)));
  return [...clauses, ...splitter.flush()];
}

describe('the clause splitter', () => {
  it.each([
    [
      'cuts the first clause at the first comma',
      'Sure, I can do that. What day?',
      ['Sure,', 'I can do that.', 'What day?'],
    ],
    [
      'keeps later commas',
      'Of course. We are open Monday, Tuesday, and Friday.',
      ['Of course.', 'We are open Monday, Tuesday, and Friday.'],
    ],
    ['keeps a decimal whole', 'It costs 89.50 dollars. Fine?', ['It costs 89.50 dollars.', 'Fine?']],
    ['keeps a time whole', 'At 10:30 on the 4th. Okay?', ['At 10:30 on the 4th.', 'Okay?']],
    [
      'keeps a title with its name',
      'You will see Dr. Lee at nine. Goodbye.',
      ['You will see Dr. Lee at nine.', 'Goodbye.'],
    ],
    ['drops markup', '**Sure**, *two* slots.', ['Sure,', 'two slots.']],
    ['keeps a closing quote with its sentence', 'He said "yes." Then left.', ['He said "yes."', 'Then left.']],
    ['says nothing for punctuation alone', '... - !', []],
    ['returns a reply without any boundary at the end', 'Goodbye', ['Goodbye']],
  ])('%s', (_name, text, clauses) => {
    expect(split(text)).toEqual(clauses);
    expect(split(text, 1)).toEqual(clauses);
  });

  it('gives the first clause before the second is complete', () => {
    const splitter = new ClauseSplitter();
    expect(splitter.push('Sure, ')).toEqual(['Sure,']);
    expect(splitter.push('the first free')).toEqual([]);
  });

  it('never holds back more than a synthesizer takes', () => {
    const clauses = split('word '.repeat(400));
    expect(Math.max(...clauses.map((clause) => clause.length))).toBeLessThanOrEqual(240);
  });

  it('loses no word, however the text arrives', () => {
    const word = fc.stringMatching(/^[a-z]{1,8}[.,!?;]?$/);
    fc.assert(
      fc.property(fc.array(word, { maxLength: 60 }), fc.integer({ min: 1, max: 9 }), (words, size) => {
        expect(split(words.join(' '), size).join(' ')).toBe(words.join(' '));
      }),
    );
  });
});
