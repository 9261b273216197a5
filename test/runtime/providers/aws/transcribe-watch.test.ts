import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TranscribeWatch } from '../../../../runtime/providers/aws/transcribe-watch.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const limits = { budgetMs: 2_500, firstMs: 1_000, stallMs: 2_500, backoffMs: 100 };

function watching(suspectDeafness = true) {
  const reasons: string[] = [];
  const watch = new TranscribeWatch(limits, suspectDeafness, ({ message }) => reasons.push(message));
  return { watch, reasons };
}

describe('the watch over one stream', () => {
  it('gives up a stream that is not accepted in time', () => {
    const { reasons } = watching();
    vi.advanceTimersByTime(999);
    expect(reasons).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(reasons).toEqual(['the stream was not accepted within 1000 ms']);
  });

  it('lets a silent caller be silent for hours', () => {
    const { watch, reasons } = watching();
    watch.accepted();
    for (let chunk = 0; chunk < 10_000; chunk++) {
      watch.sent(0);
      vi.advanceTimersByTime(60);
    }
    expect(reasons).toEqual([]);
  });

  it('gives up a stream that says nothing to as much as a word', () => {
    const { watch, reasons } = watching();
    watch.accepted();
    for (let chunk = 0; chunk < 3; chunk++) watch.sent(60);
    vi.advanceTimersByTime(60_000);
    expect(reasons).toEqual([]);
    watch.sent(60);
    vi.advanceTimersByTime(2_499);
    expect(reasons).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(reasons).toEqual(['speech was not answered within 2500 ms']);
    expect(watch.suspectDeafness).toBe(false);
  });

  it('is content with any event, and suspicious again after it', () => {
    const { watch, reasons } = watching(false);
    watch.accepted();
    watch.sent(5_000);
    vi.advanceTimersByTime(60_000);
    expect(reasons).toEqual([]);
    watch.heard();
    expect(watch.suspectDeafness).toBe(true);
    watch.sent(5_000);
    vi.advanceTimersByTime(2_000);
    watch.heard();
    vi.advanceTimersByTime(60_000);
    expect(reasons).toEqual([]);
    watch.sent(5_000);
    vi.advanceTimersByTime(2_500);
    expect(reasons).toHaveLength(1);
  });

  it('gives up a stream that falls silent before the last words of a sentence', () => {
    const { watch, reasons } = watching();
    watch.accepted();
    watch.sent(600);
    watch.heard();
    watch.sent(300);
    vi.advanceTimersByTime(2_500);
    expect(reasons).toEqual(['speech was not answered within 2500 ms']);
  });

  it('expects the end once all audio is out, as long as nothing more comes', () => {
    const { watch, reasons } = watching();
    watch.drained();
    watch.accepted();
    vi.advanceTimersByTime(2_000);
    watch.heard();
    vi.advanceTimersByTime(2_000);
    expect(reasons).toEqual([]);
    vi.advanceTimersByTime(500);
    expect(reasons).toEqual(['the stream did not end within 2500 ms']);
  });

  it('watches no longer once it is stopped', () => {
    const { watch, reasons } = watching();
    watch.stop();
    vi.advanceTimersByTime(60_000);
    expect(reasons).toEqual([]);
  });
});
