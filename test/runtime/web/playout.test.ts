import { describe, expect, it } from 'vitest';
import { encodeMulaw } from '../../../runtime/web/mulaw.js';
import { Playout } from '../../../runtime/web/playout.js';

const RATE = 48_000;
/** The audio thread asks for this much at a time: 2.67 ms. */
const BLOCK = 128;

/** A steady, loud level: easy to tell from silence. */
function speech(durationMs: number): Uint8Array {
  return new Uint8Array(durationMs * 8).fill(encodeMulaw(0.5));
}

/** Runs the loudspeaker; says when it was sounding and when marks were heard, in whole milliseconds. */
function listen(playout: Playout, durationMs: number) {
  const marks: { name: string; atMs: number }[] = [];
  let soundMs = 0;
  let firstSoundMs: number | undefined;
  for (let done = 0; done < (durationMs * RATE) / 1000; done += BLOCK) {
    const block = new Float32Array(BLOCK);
    for (const name of playout.fill(block)) marks.push({ name, atMs: Math.round((done + BLOCK) / (RATE / 1000)) });
    const sounding = block.filter((sample) => Math.abs(sample) > 0.25).length;
    if (sounding > 0) firstSoundMs ??= Math.round(done / (RATE / 1000));
    soundMs += sounding / (RATE / 1000);
  }
  return { marks, soundMs, firstSoundMs };
}

describe('Playout', () => {
  it('is silent when there is nothing to play', () => {
    expect(listen(new Playout(RATE), 100)).toEqual({ marks: [], soundMs: 0, firstSoundMs: undefined });
  });

  it('waits 40 ms after a silence, then plays all of it', () => {
    const playout = new Playout(RATE);
    playout.push(speech(200));
    const { soundMs, firstSoundMs } = listen(playout, 400);
    expect(firstSoundMs).toBeGreaterThanOrEqual(38);
    expect(firstSoundMs).toBeLessThanOrEqual(46);
    expect(soundMs).toBeGreaterThan(195);
  });

  it('plays without a gap what comes late but within the wait', () => {
    const playout = new Playout(RATE);
    playout.push(speech(20));
    const before = listen(playout, 32);
    for (let i = 0; i < 5; i++) playout.push(speech(20));
    const after = listen(playout, 120);
    expect(before.soundMs).toBe(0);
    expect(after.soundMs).toBeGreaterThan(100);
  });

  it('reports a mark when the audio before it was played, not when it came', () => {
    const playout = new Playout(RATE);
    playout.push(speech(100));
    playout.mark('first', 0);
    playout.push(speech(100));
    playout.mark('second', 0);
    const { marks } = listen(playout, 400);
    expect(marks.map(({ name }) => name)).toEqual(['first', 'second']);
    expect(marks[0]?.atMs).toBeGreaterThanOrEqual(136);
    expect(marks[0]?.atMs).toBeLessThanOrEqual(146);
    expect(marks[1]?.atMs).toBeGreaterThanOrEqual(236);
    expect(marks[1]?.atMs).toBeLessThanOrEqual(246);
  });

  it('allows for the time the loudspeaker takes', () => {
    const playout = new Playout(RATE);
    playout.push(speech(100));
    playout.mark('heard', 150);
    const [mark] = listen(playout, 500).marks;
    expect(mark?.atMs).toBeGreaterThanOrEqual(286);
    expect(mark?.atMs).toBeLessThanOrEqual(296);
  });

  it('reports a mark at once when nothing is queued before it', () => {
    const playout = new Playout(RATE);
    playout.mark('empty', 0);
    expect(playout.fill(new Float32Array(BLOCK))).toEqual(['empty']);
  });

  it('throws away sound and gives back every outstanding mark when cleared', () => {
    const playout = new Playout(RATE);
    playout.push(speech(60));
    playout.mark('played, not yet heard', 400);
    playout.push(speech(10_000));
    playout.mark('never played', 0);
    listen(playout, 150);
    expect(playout.clear()).toEqual(['played, not yet heard', 'never played']);
    expect(listen(playout, 1_000)).toEqual({ marks: [], soundMs: 0, firstSoundMs: undefined });
  });

  it('plays what comes after a clear', () => {
    const playout = new Playout(RATE);
    playout.push(speech(500));
    listen(playout, 100);
    playout.clear();
    playout.push(speech(100));
    playout.mark('again', 0);
    const { soundMs, marks } = listen(playout, 300);
    expect(soundMs).toBeGreaterThan(95);
    expect(soundMs).toBeLessThan(101);
    expect(marks.map(({ name }) => name)).toEqual(['again']);
  });

  it('takes audio of any length, none included', () => {
    const playout = new Playout(RATE);
    playout.push(new Uint8Array());
    for (let i = 0; i < 1_600; i++) playout.push(speech(1).subarray(0, 1));
    playout.mark('end', 0);
    const { soundMs, marks } = listen(playout, 400);
    expect(soundMs).toBeGreaterThan(195);
    expect(marks).toHaveLength(1);
  });
});
