import { describe, expect, it } from 'vitest';
import { parseLine } from '../../../../runtime/local/speech/lines.ts';

describe('a line of the script', () => {
  it('keeps the words as they are written, with the punctuation apart', () => {
    const { words } = parseLine("Hi, I'd like 3:30, not 4:15 p.m. … okay?!");
    expect(words.map(({ text, punctuation }) => [text, punctuation])).toEqual([
      ['Hi', ','],
      ["I'd", ''],
      ['like', ''],
      ['3:30', ','],
      ['not', ''],
      ['4:15', ''],
      ['p.m', '.'],
      ['…', ''],
      ['okay', '?!'],
    ]);
  });

  it('takes longer the more there is to say, digits being read out', () => {
    const lengths = ['Yes.', 'Yes, please.', 'My number is 5550199.'].map((text) => parseLine(text).durationMs);
    expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
    expect(parseLine('5550199').durationMs).toBeGreaterThan(parseLine('abcdefg').durationMs);
  });

  it('ends with its last word, and no word ends before the one before it', () => {
    for (const line of ['One two three four five.', { text: 'One, two. Three four five.', spokenMs: 900 }] as const) {
      const { words, durationMs } = parseLine(line);
      const ends = words.map(({ endMs }) => endMs);
      expect(ends).toEqual([...ends].sort((a, b) => a - b));
      expect(ends.at(-1)).toBe(durationMs);
    }
  });

  it('is as long as the caller says, where he knows', () => {
    expect(parseLine({ text: 'Hello there.', spokenMs: 1_234 })).toMatchObject({ durationMs: 1_234, isExact: true });
  });

  it.each(['', '   ', '\n'])('may be a sound without words: %j', (text) => {
    expect(parseLine(text).words).toEqual([]);
  });
});
