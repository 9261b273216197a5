import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AudioClock, LARGEST_JUMP_MS, LARGEST_LAG_MS, QUIET_AFTER_MS } from '../../../runtime/channels/audio-clock.ts';
import { FRAME_BYTES, FRAME_MS, MULAW_SILENCE } from '../../../runtime/channels/channel.ts';

const LOUD = 0x10;
const speech = (bytes = FRAME_BYTES) => new Uint8Array(bytes).fill(LOUD);
const hush = () => new Uint8Array(FRAME_BYTES).fill(0x7e);

const isSilence = (frame: Uint8Array) => frame.every((byte) => byte === MULAW_SILENCE);
const isSpeech = (frame: Uint8Array) => frame.every((byte) => byte === LOUD);

/** A clock whose wall time is moved by hand, and every frame it has given. */
function listen() {
  const clock = new AudioClock(0);
  const frames: Uint8Array[] = [];
  let nowMs = 0;
  const tickUntil = (untilMs: number) => {
    while (nowMs + FRAME_MS <= untilMs) {
      nowMs += FRAME_MS;
      frames.push(...clock.tick(nowMs));
    }
  };
  return {
    clock,
    frames,
    tickUntil,
    hear(audio: Uint8Array, timestampMs?: number) {
      frames.push(...clock.audio(audio, nowMs, timestampMs));
    },
    /** A caller who sends on time. */
    speakUntil(untilMs: number, frame = speech()) {
      while (nowMs + FRAME_MS <= untilMs) {
        const timestampMs = nowMs;
        tickUntil(nowMs + FRAME_MS);
        frames.push(...clock.audio(frame, nowMs, timestampMs));
      }
    },
    /** The whole process stands still. */
    freezeUntil(untilMs: number) {
      nowMs = untilMs;
    },
  };
}

describe('the audio clock', () => {
  test('passes a steady stream through as it is', () => {
    const call = listen();
    call.speakUntil(1_000);
    expect(call.frames).toHaveLength(50);
    expect(call.frames.every(isSpeech)).toBe(true);
  });

  test('fills with silence what the timestamps say was lost', () => {
    const call = listen();
    call.speakUntil(100);
    call.freezeUntil(180);
    call.hear(speech(), 160);
    expect(call.frames.map(isSilence)).toEqual([false, false, false, false, false, true, true, true, false]);
  });

  test('takes jitter for jitter: nothing is filled in before 100 ms of quiet', () => {
    const call = listen();
    call.speakUntil(100);
    call.tickUntil(100 + QUIET_AFTER_MS - FRAME_MS);
    expect(call.frames).toHaveLength(5);
  });

  test('gives one frame of silence every 20 ms while nothing comes, those of the first 100 ms included', () => {
    const call = listen();
    call.speakUntil(100);
    call.tickUntil(20_100);
    expect(call.frames).toHaveLength(1_005);
    expect(call.frames.slice(5).every(isSilence)).toBe(true);
  });

  test('runs from the start of the stream, also for a caller who never sends anything', () => {
    const call = listen();
    call.tickUntil(16_000);
    expect(call.frames).toHaveLength(800);
  });

  test('cuts audio of any length into frames, in order', () => {
    const call = listen();
    call.freezeUntil(100);
    for (let i = 0; i < 4; i++) call.hear(speech(100), 0);
    call.hear(speech(401), 0);
    expect(call.frames.map((frame) => frame.length)).toEqual([160, 160, 160, 160, 160]);
    expect(call.frames.every(isSpeech)).toBe(true);
  });

  test('completes half a frame with silence rather than lose it', () => {
    const call = listen();
    call.hear(speech(80), 0);
    call.tickUntil(120);
    expect([...call.frames[0]!.subarray(0, 80)].every((byte) => byte === LOUD)).toBe(true);
    expect([...call.frames[0]!.subarray(80)].every((byte) => byte === MULAW_SILENCE)).toBe(true);
  });

  test('passes on a late burst whole, although silence had taken its place: it may hold words', () => {
    const call = listen();
    call.speakUntil(100);
    call.tickUntil(500);
    for (let timestampMs = 100; timestampMs < 500; timestampMs += FRAME_MS) call.hear(speech(), timestampMs);
    expect(call.frames.filter(isSpeech)).toHaveLength(25);
  });

  test('is back in step once the caller was quiet for a while, and loses no speech on the way', () => {
    const call = listen();
    call.speakUntil(100);
    call.tickUntil(500);
    for (let timestampMs = 100; timestampMs < 500; timestampMs += FRAME_MS) call.hear(speech(), timestampMs);
    expect(call.frames.length * FRAME_MS).toBe(900);
    call.speakUntil(1_000);
    expect(call.frames.length * FRAME_MS).toBe(1_400);
    call.speakUntil(3_000, hush());
    expect(call.frames.filter(isSpeech)).toHaveLength(50);
    expect(Math.abs(call.frames.length * FRAME_MS - 3_000)).toBeLessThanOrEqual(60);
  });

  test('is back in step also when the quiet is a dead line, and never pauses for more than 40 ms', () => {
    const call = listen();
    call.speakUntil(100);
    call.tickUntil(500);
    for (let timestampMs = 100; timestampMs < 500; timestampMs += FRAME_MS) call.hear(speech(), timestampMs);
    call.tickUntil(600);
    let before = call.frames.length;
    for (let untilMs = 640; untilMs <= 3_000; untilMs += 40) {
      call.tickUntil(untilMs);
      expect(call.frames.length).toBeGreaterThan(before);
      before = call.frames.length;
    }
    expect(Math.abs(call.frames.length * FRAME_MS - 3_000)).toBeLessThanOrEqual(60);
  });

  test('throws away audio that comes faster than time passes', () => {
    const call = listen();
    for (let i = 0; i < 10_000; i++) call.hear(speech(), i * FRAME_MS);
    expect(call.frames.length * FRAME_MS).toBe(LARGEST_JUMP_MS);
    expect(call.clock.droppedMs).toBe(200_000 - LARGEST_JUMP_MS);
  });

  test('does not believe a timestamp from the future', () => {
    const call = listen();
    call.speakUntil(100);
    call.hear(speech(), 3_600_000);
    expect(call.frames).toHaveLength(6);
  });

  test('keeps the pace when the sender is slower than time', () => {
    const call = listen();
    for (let sent = 0; sent < 500; sent++) {
      call.tickUntil(sent * 40);
      call.hear(speech(), sent * FRAME_MS);
    }
    expect(call.frames.length * FRAME_MS).toBeGreaterThan(20_000 - LARGEST_LAG_MS - QUIET_AFTER_MS);
    expect(call.frames.filter(isSpeech)).toHaveLength(500);
  });

  test('after the process stood still, reads what waits in the socket before it fills anything', () => {
    const call = listen();
    call.speakUntil(100);
    call.freezeUntil(1_100);
    call.tickUntil(1_120);
    for (let timestampMs = 100; timestampMs < 1_100; timestampMs += FRAME_MS) call.hear(speech(), timestampMs);
    expect(call.frames).toHaveLength(55);
    expect(call.frames.every(isSpeech)).toBe(true);
  });

  test('after a very long stand-still gives no more than 2 s of silence, and goes on from there', () => {
    const call = listen();
    call.freezeUntil(3_600_000);
    call.tickUntil(3_600_200);
    expect(call.frames.length * FRAME_MS).toBeLessThanOrEqual(LARGEST_JUMP_MS + 200);
    const before = call.frames.length;
    call.tickUntil(3_601_200);
    expect(call.frames.length - before).toBe(50);
  });

  test('whatever arrives whenever: frames are whole, and as many as the time that passed', () => {
    const arrivals = fc.array(
      fc.record({ afterMs: fc.integer({ min: 0, max: 400 }), frames: fc.integer({ min: 0, max: 8 }) }),
      {
        maxLength: 40,
      },
    );
    fc.assert(
      fc.property(arrivals, (list) => {
        const call = listen();
        let atMs = 0;
        let timestampMs = 0;
        for (const { afterMs, frames } of list) {
          atMs += afterMs;
          call.tickUntil(atMs);
          for (let i = 0; i < frames; i++, timestampMs += FRAME_MS) call.hear(speech(), timestampMs);
        }
        const calmUntilMs = atMs + 10_000 - (atMs % FRAME_MS);
        call.tickUntil(calmUntilMs);
        expect(call.frames.every((frame) => frame.length === FRAME_BYTES)).toBe(true);
        const aheadMs = call.frames.length * FRAME_MS - calmUntilMs;
        expect(aheadMs).toBeLessThanOrEqual(60);
        expect(aheadMs).toBeGreaterThanOrEqual(-LARGEST_LAG_MS - QUIET_AFTER_MS);
      }),
      { numRuns: 200 },
    );
  });
});
