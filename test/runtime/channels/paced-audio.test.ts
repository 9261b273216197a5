import { describe, expect, test } from 'vitest';
import { FRAME_BYTES, MULAW_SILENCE } from '../../../runtime/channels/channel.ts';
import { PacedAudio } from '../../../runtime/channels/paced-audio.ts';

describe('paced audio', () => {
  test('lets out one frame every 20 ms, the first at once', () => {
    const paced = new PacedAudio();
    paced.add(new Uint8Array(3 * FRAME_BYTES), 1_000);
    expect(paced.due(1_000)).toHaveLength(1);
    expect(paced.due(1_019)).toHaveLength(0);
    expect(paced.due(1_020)).toHaveLength(1);
    expect(paced.isPlaying).toBe(true);
    expect(paced.due(1_200)).toHaveLength(1);
    expect(paced.isPlaying).toBe(false);
  });

  test('makes up for a late look', () => {
    const paced = new PacedAudio();
    paced.add(new Uint8Array(10 * FRAME_BYTES), 0);
    expect(paced.due(70)).toHaveLength(4);
  });

  test('fills the last frame up with silence', () => {
    const paced = new PacedAudio();
    paced.add(new Uint8Array(FRAME_BYTES + 1), 0);
    const [, last] = paced.due(20);
    expect(last).toHaveLength(FRAME_BYTES);
    expect(last?.[0]).toBe(0);
    expect(last?.[1]).toBe(MULAW_SILENCE);
  });

  test('appends while it plays, without a gap', () => {
    const paced = new PacedAudio();
    paced.add(new Uint8Array(FRAME_BYTES), 0);
    paced.add(new Uint8Array(FRAME_BYTES), 10);
    expect(paced.due(20)).toHaveLength(2);
  });
});
