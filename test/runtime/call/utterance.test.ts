import { describe, expect, it } from 'vitest';
import { Utterance } from '../../../runtime/call/utterance.ts';

const MS = 8; // bytes
const story = 'We have three dentists, two hygienists and a parrot.';

function speech(...clauses: [text: string, ms: number][]): Utterance {
  const utterance = new Utterance();
  for (const [text, ms] of clauses) {
    utterance.open(text);
    utterance.append(new Uint8Array(ms * MS));
    utterance.close();
  }
  return utterance;
}

describe('the words that were heard', () => {
  it('are those of the clauses that were played, and of a clause that was cut its share', () => {
    const utterance = speech(['Good morning.', 1000], ['How can I help you?', 1500]);
    expect(utterance.heardText(0)).toBe('');
    expect(utterance.heardText(1000 * MS)).toBe('Good morning.');
    expect(utterance.heardText(1700 * MS)).toBe('Good morning. How can');
    expect(utterance.heardText(2500 * MS)).toBe('Good morning. How can I help you?');
  });

  it('are no more than the audio can have said while the rest of the clause is still to come', () => {
    const utterance = new Utterance();
    utterance.open(story);
    utterance.append(new Uint8Array(400 * MS));
    expect(utterance.heardText(400 * MS)).toBe('We');
  });

  it('are no more than that when the clause breaks off', () => {
    const utterance = new Utterance();
    utterance.open(story);
    utterance.append(new Uint8Array(400 * MS));
    utterance.breakOff();
    expect(utterance.heardText(utterance.length)).toBe('We');
    expect(utterance.text()).toBe(story);
  });

  it('are all of a fast voice', () => {
    const utterance = speech([story, 1000]);
    utterance.finish();
    expect(utterance.heardText(1000 * MS)).toBe(story);
  });

  it('are none of a clause without sound', () => {
    const utterance = speech(['Good morning.', 1000], ['…and so on', 0]);
    utterance.finish();
    expect(utterance.heardText(1000 * MS)).toBe('Good morning.');
  });
});

it('has whole frames in each clause', () => {
  const utterance = speech(['one', 105], ['two', 41]);
  expect(utterance.spans.map(({ start, end }) => [start / MS, end! / MS])).toEqual([
    [0, 120],
    [120, 180],
  ]);
});
