import { describe, expect, it } from 'vitest';
import { advanceTimings, NO_TIMINGS } from '../../../runtime/web/timings.js';
import { barsOf, describeBars, spanOf, summarize } from '../../../runtime/web/waterfall.js';

const TURN = {
  textMs: 240,
  committedMs: 300,
  modelRequestMs: 100,
  firstTokenMs: 420,
  firstClauseMs: 450,
  firstSpeechMs: 560,
  firstAudioMs: 562,
  firstWordsMs: 562,
};

describe('the bars of a turn', () => {
  it('start where the last thing they waited for was there', () => {
    expect(barsOf(TURN)).toEqual([
      { label: 'text', startMs: 0, endMs: 240 },
      { label: 'committed', startMs: 240, endMs: 300 },
      { label: 'first token', startMs: 100, endMs: 420 },
      { label: 'first clause', startMs: 420, endMs: 450 },
      { label: 'first speech', startMs: 450, endMs: 560 },
      { label: 'first audio', startMs: 560, endMs: 562 },
    ]);
  });

  it('show a prepared reply waiting for the turn to be committed', () => {
    const audio = barsOf({ ...TURN, committedMs: 700, firstAudioMs: 702, firstWordsMs: 702 }).at(-1);
    expect(audio).toEqual({ label: 'first audio', startMs: 700, endMs: 702 });
  });

  it('tell an opener from the model’s own words', () => {
    const bars = barsOf({ ...TURN, firstAudioMs: 400, firstWordsMs: 562 });
    expect(bars.slice(-2)).toEqual([
      { label: 'first audio', startMs: 300, endMs: 400 },
      { label: 'own words', startMs: 560, endMs: 562 },
    ]);
  });

  it('never run backwards, also when work began before the caller stopped', () => {
    const bars = barsOf({ textMs: -80, committedMs: 120, modelRequestMs: -40, firstTokenMs: 200, firstAudioMs: 90 });
    for (const { startMs, endMs } of bars) expect(startMs).toBeLessThanOrEqual(endMs);
    expect(spanOf(bars)).toEqual({ fromMs: -80, toMs: 1_000 });
  });

  it('leave out what did not happen or is no number', () => {
    expect(barsOf({ committedMs: 300, textMs: 'soon', firstTokenMs: null, firstAudioMs: Number.NaN })).toEqual([
      { label: 'committed', startMs: 0, endMs: 300 },
    ]);
    for (const nothing of [undefined, null, 'text', 7, [], {}]) expect(barsOf(nothing)).toEqual([]);
  });

  it('span a second at least, and a slow turn whole, in steps', () => {
    expect(spanOf(barsOf(TURN))).toEqual({ fromMs: 0, toMs: 1_000 });
    expect(spanOf(barsOf({ firstAudioMs: 2_300 })).toMs).toBe(2_500);
  });

  it('can be read instead of seen', () => {
    expect(describeBars(barsOf(TURN), 562)).toBe(
      'Response gap 562 ms, within the line of 800 ms. After your last word: text at 240 ms, committed at 300 ms, ' +
        'first token at 420 ms, first clause at 450 ms, first speech at 560 ms, first audio at 562 ms.',
    );
    expect(describeBars(barsOf({ firstAudioMs: 1_234.4 }), 1_234.4)).toContain('1,234 ms, over the line');
    expect(describeBars(barsOf({ textMs: 5 }), undefined)).toContain('No audio was sent');
  });
});

describe('the figures of a call', () => {
  it('are absent before the first reply', () => {
    expect(summarize([])).toBeUndefined();
  });

  it('are last, median, slowest and how many were over 800 ms', () => {
    expect(summarize([500, 900, 600, 700])).toEqual({
      count: 4,
      lastMs: 700,
      medianMs: 600,
      slowestMs: 900,
      overCount: 1,
    });
  });
});

describe('the timings of a call', () => {
  const reply = { type: 'agent-turn', turn: 2, kind: 'reply', waterfall: TURN };

  it('hold each reply with its speculation', () => {
    const { replies } = [{ type: 'speculation', turn: 2, outcome: 'hit' }, reply].reduce(advanceTimings, NO_TIMINGS);
    expect(replies).toMatchObject([{ turn: 2, gapMs: 562, speculation: 'hit' }]);
  });

  it('leave out what nobody waited for', () => {
    expect(advanceTimings(NO_TIMINGS, { ...reply, kind: 'greeting' })).toBe(NO_TIMINGS);
    expect(advanceTimings(NO_TIMINGS, { ...reply, waterfall: {} })).toBe(NO_TIMINGS);
    expect(advanceTimings(NO_TIMINGS, { ...reply, turn: 'two' })).toBe(NO_TIMINGS);
    expect(advanceTimings(NO_TIMINGS, { type: 'dtmf', digit: '1' })).toBe(NO_TIMINGS);
  });
});
