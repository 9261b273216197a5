import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type ChannelEvent, FRAME_BYTES } from '../../../runtime/channels/channel.ts';
import { Inbound } from '../../../runtime/channels/inbound.ts';

const speech = (frames = 1, sound = 0x10) => new Uint8Array(frames * FRAME_BYTES).fill(sound);

/** What a conversation reads from the caller's side. */
function read(onOverflow = () => {}) {
  const inbound = new Inbound(onOverflow);
  const events: ChannelEvent[] = [];
  const ended = vi.fn();
  void (async () => {
    for await (const event of inbound.events) events.push(event);
    ended();
  })();
  const sounds = (sound: number) => events.filter((event) => event.type === 'audio' && event.frame[0] === sound);
  return { inbound, events, ended, sounds };
}

describe("the caller's side of a socket", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  test('gives a frame every 20 ms although nothing arrives: 15 s of it keep a recognizer awake', async () => {
    const { events } = read();
    await vi.advanceTimersByTimeAsync(15_000);
    expect(events).toHaveLength(750);
  });

  test('speaks an injected line at the pace of speech, and then is silent', async () => {
    const { inbound, events, sounds } = read();
    inbound.inject(speech(10));
    await vi.advanceTimersByTimeAsync(100);
    expect(sounds(0x10)).toHaveLength(6);
    await vi.advanceTimersByTimeAsync(900);
    expect(sounds(0x10)).toHaveLength(10);
    expect(Math.abs(events.length - 50)).toBeLessThanOrEqual(1);
  });

  test('does not hear the microphone while a line is being injected', async () => {
    const { inbound, sounds } = read();
    inbound.inject(speech(10));
    for (let i = 0; i < 20; i++) {
      inbound.audio(speech(1, 0x20));
      await vi.advanceTimersByTimeAsync(20);
    }
    expect(sounds(0x10)).toHaveLength(10);
    // Of the 400 ms of microphone, what came after the last injected frame had left, 180 ms into it.
    expect(sounds(0x20)).toHaveLength(11);
  });

  test('ends once, and says nothing more', async () => {
    const { inbound, events, ended } = read();
    inbound.end();
    inbound.end();
    inbound.push({ type: 'dtmf', digit: '1' });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(events).toHaveLength(0);
    expect(ended).toHaveBeenCalledOnce();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('gives up a conversation that does not read: memory is bounded', async () => {
    const onOverflow = vi.fn();
    const inbound = new Inbound(onOverflow);
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(onOverflow).toHaveBeenCalledOnce();
    let waiting = 0;
    for await (const _ of inbound.events) waiting += 1;
    expect(waiting).toBe(2_001);
    expect(vi.getTimerCount()).toBe(0);
  });
});
