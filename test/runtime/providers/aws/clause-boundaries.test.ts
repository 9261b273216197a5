import { describe, expect, it } from 'vitest';
import { ClauseBoundaries } from '../../../../runtime/providers/aws/clause-boundaries.ts';
import type { Speech } from '../../../../runtime/providers/text-to-speech.ts';

const SPEECH = 0x20;
const SILENCE = 0xff;
/** 8 bytes a millisecond. */
const sound = (ms: number) => new Uint8Array(ms * 8).fill(SPEECH);
const silence = (ms: number) => new Uint8Array(ms * 8).fill(SILENCE);
const audioOf = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));

/** ms of audio by clause, and which clauses are over. */
function summary(pieces: Speech[]): { ms: number[]; over: number[] } {
  const ms: number[] = [];
  for (const { clause, audio } of pieces) ms[clause] = (ms[clause] ?? 0) + audio.length / 8;
  return { ms, over: pieces.filter(({ last }) => last).map(({ clause }) => clause) };
}

/** 10 characters at 100 ms each: one second. */
const second = 'abcdefghij';
function boundariesOf(...clauses: string[]): ClauseBoundaries {
  const boundaries = new ClauseBoundaries(100);
  for (const clause of clauses) boundaries.sent(clause);
  return boundaries;
}

describe('clause boundaries', () => {
  it('lie at the first pause after most of the time a clause should take', () => {
    const boundaries = boundariesOf(second, second);
    const pieces = boundaries.take(audioOf(sound(850), silence(200), sound(900), silence(50)));
    expect(summary([...pieces, ...boundaries.end()])).toEqual({ ms: [1_050, 950], over: [0, 1] });
  });

  it('do not lie in a pause that comes early or is short', () => {
    const boundaries = boundariesOf(second, second);
    const pieces = boundaries.take(
      audioOf(sound(300), silence(200), sound(250), silence(60), sound(300), silence(150), sound(500)),
    );
    expect(summary([...pieces, ...boundaries.end()])).toEqual({ ms: [1_260, 500], over: [0, 1] });
  });

  it('lie after a short chunk, where a flushed clause ends without a pause', () => {
    const boundaries = boundariesOf(second, second, second);
    const chunks = [500, 400, 500, 300, 500, 200].map(sound);
    const pieces = chunks.flatMap((chunk) => boundaries.take(chunk));
    expect(summary([...pieces, ...boundaries.end()])).toEqual({ ms: [900, 800, 700], over: [0, 1, 2] });
  });

  it('do not lie after a short chunk that comes early', () => {
    const boundaries = boundariesOf(second, second);
    const pieces = [500, 100, 500, 100, 500].map(sound).flatMap((chunk) => boundaries.take(chunk));
    expect(summary([...pieces, ...boundaries.end()])).toEqual({ ms: [1_200, 500], over: [0, 1] });
  });

  it('are remembered when the next clause is not written yet', () => {
    const boundaries = boundariesOf(second);
    boundaries.take(sound(500));
    boundaries.take(sound(400));
    boundaries.sent(second);
    expect(summary(boundaries.take(sound(500)))).toEqual({ ms: [0, 500], over: [0] });
  });

  it('are found wherever the audio is cut into pieces', () => {
    const audio = audioOf(sound(850), silence(200), sound(900), silence(200), sound(1_000));
    for (const size of [16, 160, 4_000]) {
      const boundaries = boundariesOf(second, second, second);
      const pieces: Speech[] = [];
      for (let at = 0; at < audio.length; at += size) pieces.push(...boundaries.take(audio.subarray(at, at + size)));
      expect(summary([...pieces, ...boundaries.end()])).toEqual({ ms: [1_050, 1_100, 1_000], over: [0, 1, 2] });
    }
  });

  it('come at last when a clause takes far longer than it should', () => {
    const boundaries = boundariesOf(second, second);
    expect(summary(boundaries.take(sound(2_000)))).toEqual({ ms: [1_600, 400], over: [0] });
  });

  it('never come in the last clause known, however long it is', () => {
    const boundaries = boundariesOf(second);
    expect(summary(boundaries.take(audioOf(sound(900), silence(500), sound(3_000))))).toEqual({
      ms: [4_400],
      over: [],
    });
    boundaries.sent(second);
    expect(summary(boundaries.take(sound(100)))).toEqual({ ms: [0, 100], over: [0] });
  });

  it('give clauses without speech an end of their own', () => {
    const boundaries = boundariesOf('', '', second, '');
    const pieces = [...boundaries.take(sound(900)), ...boundaries.end()];
    expect(summary(pieces)).toEqual({ ms: [0, 0, 900, 0], over: [0, 1, 2, 3] });
    expect(summary(boundariesOf('', '').end())).toEqual({ ms: [0, 0], over: [0, 1] });
  });

  it('expect a digit to take as long as a word', () => {
    const boundaries = boundariesOf('1234', second);
    expect(summary(boundaries.take(audioOf(sound(1_000), silence(200), sound(500), silence(200), sound(400))))).toEqual(
      {
        ms: [1_900, 400],
        over: [0],
      },
    );
  });

  it('lose no audio and never go back, whatever the audio', () => {
    const boundaries = boundariesOf('a', second, '12', '', 'bc');
    const pieces = [...boundaries.take(audioOf(sound(3), silence(2_000), sound(1_234))), ...boundaries.end()];
    expect(pieces.reduce((sum, { audio }) => sum + audio.length, 0)).toBe(3_237 * 8);
    expect(pieces.map(({ clause }) => clause)).toEqual(pieces.map(({ clause }) => clause).toSorted((a, b) => a - b));
    expect(summary(pieces).over).toEqual([0, 1, 2, 3, 4]);
  });

  it('learn how fast the voice really speaks', () => {
    const boundaries = boundariesOf(second, second);
    expect(boundaries.msPerCharacter).toBeUndefined();
    boundaries.take(sound(1_400));
    expect(boundaries.msPerCharacter).toBe(70);
  });

  it('know when more audio must come', () => {
    const boundaries = boundariesOf(second, second);
    expect(boundaries.owed).toBe(true);
    boundaries.take(sound(799));
    expect(boundaries.owed).toBe(true);
    boundaries.take(sound(1));
    expect(boundaries.owed).toBe(false);
  });
});
