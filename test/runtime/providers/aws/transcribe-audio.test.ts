import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { encodeMulaw } from '../../../../runtime/audio/mulaw.ts';
import { AudioLog, isLoud } from '../../../../runtime/providers/aws/audio-log.ts';
import { CHUNK_MS, pcmChunks } from '../../../../runtime/providers/aws/transcribe-audio.ts';
import { StreamTimeline } from '../../../../runtime/providers/aws/transcribe-timeline.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const ofLevel = (sample: number) => encodeMulaw(new Int16Array(160).fill(sample));
const silence = ofLevel(0);
const speech = ofLevel(8_000);

function logOf(...frames: Uint8Array[]): AudioLog {
  const log = new AudioLog();
  for (const frame of frames) log.append(frame);
  return log;
}
const times = (count: number, frame: Uint8Array) => Array.from({ length: count }, () => frame);

/** Reads chunks as fast as they come and notes when they came. */
function reading(log: AudioLog, from = 0) {
  const chunks: { atMs: number; samples: Int16Array }[] = [];
  const timeline = new StreamTimeline();
  const over = new AbortController();
  const startedAt = performance.now();
  const state = { chunks, timeline, over, ended: false, loudMs: 0 };
  void (async () => {
    const source = { log, from, timeline, signal: over.signal, onChunk: (loudMs: number) => (state.loudMs += loudMs) };
    for await (const chunk of pcmChunks(source))
      chunks.push({ atMs: performance.now() - startedAt, samples: new Int16Array(chunk.buffer) });
    state.ended = true;
  })();
  return state;
}

describe('the audio of one stream', () => {
  it('goes out as soon as a chunk of it is there', async () => {
    const log = new AudioLog();
    const { chunks } = reading(log);
    for (let index = 0; index < 12; index++) {
      log.append(speech);
      await vi.advanceTimersByTimeAsync(20);
    }
    expect(chunks.map(({ atMs }) => atMs)).toEqual([60, 140, 220]);
    expect(chunks.map(({ samples }) => samples.length)).toEqual([640, 640, 640]);
    // 8,000 is between two steps of µ-law.
    expect(chunks[0]?.samples[0]).toBe(7_932);
  });

  it('is replayed ten times as fast as it was spoken', async () => {
    const { chunks } = reading(logOf(...times(300, speech)));
    await vi.advanceTimersByTimeAsync(600);
    expect(chunks).toHaveLength(6_000 / CHUNK_MS);
    expect(chunks.at(-1)!.atMs).toBe((6_000 - CHUNK_MS) / 10);
  });

  it('is replayed from 300 ms before its first sound, but never from what is finished', async () => {
    const log = logOf(...times(100, silence), ...times(50, speech));
    const early = reading(log, 0);
    const late = reading(log, 95);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(early.timeline.toCallMs(0)).toBe(85 * 20);
    expect(late.timeline.toCallMs(0)).toBe(95 * 20);
    expect(early.loudMs).toBe((50 - (65 % 4)) * 20);
  });

  it('is silence when no frame comes for five seconds, which does not move the times of later words', async () => {
    const log = logOf(...times(4, speech));
    const { chunks, timeline } = reading(log);
    await vi.advanceTimersByTimeAsync(11_000);
    expect(chunks.map(({ atMs }) => atMs)).toEqual([0, 5_000, 10_000]);
    expect(
      chunks.slice(1).every(({ samples }) => samples.length === 640 && samples.every((sample) => sample === 0)),
    ).toBe(true);
    for (const frame of times(4, speech)) log.append(frame);
    await vi.advanceTimersByTimeAsync(0);
    expect(chunks).toHaveLength(4);
    expect(timeline.toCallMs(80 + 2 * CHUNK_MS + 40)).toBe(120);
  });

  it('ends with the log, its last chunk shorter', async () => {
    const log = logOf(...times(5, speech));
    const state = reading(log);
    await vi.advanceTimersByTimeAsync(100);
    expect(state.ended).toBe(false);
    log.close();
    await vi.advanceTimersByTimeAsync(0);
    expect(state.chunks.map(({ samples }) => samples.length)).toEqual([640, 160]);
    expect(state.ended).toBe(true);
  });

  it('ends at once when the stream is given up, and leaves no timer behind', async () => {
    const state = reading(logOf(...times(3, speech)));
    await vi.advanceTimersByTimeAsync(100);
    state.over.abort();
    await vi.advanceTimersByTimeAsync(0);
    expect(state.ended).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('skips what was too old to keep when it fell a minute behind', async () => {
    const log = logOf(...times(4, speech));
    const { timeline } = reading(log);
    await vi.advanceTimersByTimeAsync(0);
    for (const frame of times(4_000, speech)) log.append(frame);
    await vi.advanceTimersByTimeAsync(0);
    expect(log.first).toBe(1_004);
    expect(timeline.toCallMs(80)).toBe(1_004 * 20);
  });
});

describe('the log of a caller’s audio', () => {
  it('keeps a minute', () => {
    const log = logOf(...times(3_500, speech));
    expect([log.first, log.end]).toEqual([500, 3_500]);
    expect(log.frame(499)).toBeUndefined();
    expect(log.frame(500)).toBe(speech);
    expect(log.frame(3_500)).toBeUndefined();
  });

  it('forgets what is finished with, and nothing else', () => {
    const log = logOf(...times(10, speech));
    log.forgetBefore(4);
    log.forgetBefore(2);
    expect([log.first, log.end]).toEqual([4, 10]);
    log.forgetBefore(50);
    expect([log.first, log.end]).toEqual([10, 10]);
  });

  it.each([
    { what: 'digital silence', sample: 0, sound: false, loud: false },
    { what: 'the hiss of a line', sample: 60, sound: false, loud: false },
    { what: 'a whisper', sample: 400, sound: true, loud: false },
    { what: 'speech', sample: -4_000, sound: true, loud: true },
  ])('tells $what for what it is', ({ sample, sound, loud }) => {
    const log = logOf(silence, ofLevel(sample));
    expect(log.firstSound(0)).toBe(sound ? 1 : 2);
    expect(isLoud(ofLevel(sample))).toBe(loud);
  });
});
