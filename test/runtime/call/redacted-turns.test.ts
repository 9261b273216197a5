import { describe, expect, it } from 'vitest';
import { RedactedTurns } from '../../../runtime/call/redacted-turns.ts';

const partial = (segmentId: string, text: string) => ({ segmentId, text, stableWords: 0, isFinal: false, endMs: 0 });
const final = (segmentId: string, text: string, redactedText: string) => ({
  ...partial(segmentId, text),
  redactedText,
  isFinal: true,
});

describe('the redacted text of a turn', () => {
  it('is told when its final comes', () => {
    const turns = new RedactedTurns();
    turns.heard(partial('a', 'It is Anna.'));
    expect(turns.committed(1)).toBeUndefined();
    expect(turns.heard(final('a', 'It is Anna.', 'It is [NAME].'))).toEqual({ turn: 1, text: 'It is [NAME].' });
  });

  it('is told at once when the final was there before the turn was over', () => {
    const turns = new RedactedTurns();
    expect(turns.heard(final('a', 'It is Anna', 'It is [NAME]'))).toBeUndefined();
    expect(turns.committed(1)).toEqual({ turn: 1, text: 'It is [NAME]' });
  });

  it('is told when all of several segments are final', () => {
    const turns = new RedactedTurns();
    turns.heard(final('a', 'It is Anna.', 'It is [NAME].'));
    turns.heard(partial('b', 'For Tuesday.'));
    expect(turns.committed(1)).toBeUndefined();
    expect(turns.heard(final('b', 'For Tuesday.', 'For Tuesday.'))).toEqual({
      turn: 1,
      text: 'It is [NAME]. For Tuesday.',
    });
  });

  it('is not told of turns that share a segment, nor of what was no turn', () => {
    const turns = new RedactedTurns();
    turns.heard(partial('a', 'It is Anna.'));
    turns.committed(1);
    turns.heard(partial('a', 'It is Anna. For Tuesday.'));
    turns.committed(2);
    expect(turns.heard(final('a', 'It is Anna. For Tuesday.', 'It is [NAME]. For Tuesday.'))).toBeUndefined();
    turns.heard(partial('b', 'Uh-huh.'));
    turns.discarded();
    expect(turns.heard(final('b', 'Uh-huh.', 'Uh-huh.'))).toBeUndefined();
    turns.heard(partial('c', 'Mm. Yes.'));
    turns.committed(3);
    expect(turns.heard(final('c', 'Mm. Yes.', 'Mm. Yes.'))).toEqual({ turn: 3, text: 'Mm. Yes.' });
  });

  it('is not told of a recognizer that does not redact', () => {
    const turns = new RedactedTurns();
    turns.heard(partial('a', 'Yes.'));
    turns.committed(1);
    expect(turns.heard({ ...partial('a', 'Yes.'), isFinal: true })).toBeUndefined();
  });
});
