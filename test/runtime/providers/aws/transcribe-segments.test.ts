import type { Result } from '@aws-sdk/client-transcribe-streaming';
import { describe, expect, it } from 'vitest';
import { TranscribeSegments } from '../../../../runtime/providers/aws/transcribe-segments.ts';
import { StreamTimeline } from '../../../../runtime/providers/aws/transcribe-timeline.ts';

function timelineFrom(callMs: number): StreamTimeline {
  const timeline = new StreamTimeline();
  timeline.mark(0, callMs);
  return timeline;
}

function opened(): TranscribeSegments {
  const segments = new TranscribeSegments();
  segments.streamOpened(timelineFrom(0), { redacts: false });
  return segments;
}

/** `I want *to` : words after `*` are not stable yet. */
function result(id: string, text: string, endMs: number, final = false): Result {
  const Items = text.split(' ').flatMap((token, index, tokens) => {
    const Stable = !tokens.slice(0, index + 1).some((word) => word.startsWith('*'));
    const [, word, mark] = /^\*?(.*?)([.,?!]?)$/.exec(token)!;
    const EndTime = (endMs - (tokens.length - 1 - index) * 100) / 1000;
    const items = [{ Type: 'pronunciation' as const, Content: word, Stable, EndTime }];
    return mark ? [...items, { Type: 'punctuation' as const, Content: mark, Stable: false, EndTime }] : items;
  });
  return {
    ResultId: id,
    IsPartial: !final,
    StartTime: 0,
    EndTime: (endMs + 100) / 1000,
    Alternatives: [{ Transcript: text.replaceAll('*', ''), Items }],
  };
}

describe('segments of one stream', () => {
  it('keep their id from the first partial to the final', () => {
    const segments = opened();
    const told = [
      segments.take(result('x', '*I', 200)),
      segments.take(result('x', 'I *want', 300)),
      segments.take(result('x', 'I want.', 300, true)),
      segments.take(result('y', '*Now', 900)),
    ];
    expect(told).toEqual([
      { segmentId: '0', text: 'I', stableWords: 0, isFinal: false, endMs: 200 },
      { segmentId: '0', text: 'I want', stableWords: 1, isFinal: false, endMs: 300 },
      { segmentId: '0', text: 'I want.', stableWords: 2, isFinal: true, endMs: 300 },
      { segmentId: '1', text: 'Now', stableWords: 0, isFinal: false, endMs: 900 },
    ]);
    expect(segments.finishedMs).toBe(400);
    expect(segments.reachedMs).toBe(900);
  });

  it('are not confused when one is abandoned without a final', () => {
    const segments = opened();
    segments.take(result('x', 'one', 200));
    expect(segments.take(result('y', 'two', 500))?.segmentId).toBe('1');
  });

  it('tell nothing when there is nothing to tell', () => {
    const segments = opened();
    expect(segments.take({})).toBeUndefined();
    expect(segments.take({ ResultId: 'x', Alternatives: [] })).toBeUndefined();
    expect(segments.take({ ResultId: 'x', Alternatives: [{ Transcript: ' ' }] })).toBeUndefined();
  });

  it.each([
    { text: 'yes *I do.', stable: 1 },
    { text: 'Yes, I do.', stable: 3 },
    { text: '*yes', stable: 0 },
    { text: 'at 10:30, *please', stable: 2 },
  ])('count the leading words of "$text" that will not change', ({ text, stable }) => {
    expect(opened().take(result('x', text, 500))?.stableWords).toBe(stable);
  });

  it('of a language without spaces are stable when the whole of them is', () => {
    const japanese = (lastStable: boolean): Result => ({
      ResultId: 'x',
      IsPartial: true,
      EndTime: 1,
      Alternatives: [
        {
          Transcript: '予約をお願い',
          Items: ['予約', 'を', 'お願い'].map((Content, index) => ({
            Type: 'pronunciation' as const,
            Content,
            EndTime: 1,
            Stable: index < 2 || lastStable,
          })),
        },
      ],
    });
    expect(opened().take(japanese(false))?.stableWords).toBe(0);
    expect(opened().take(japanese(true))?.stableWords).toBe(1);
  });

  it('have no stable word while the service marks none', () => {
    const bare: Result = { ResultId: 'x', IsPartial: true, EndTime: 1, Alternatives: [{ Transcript: 'yes please' }] };
    expect(opened().take(bare)).toMatchObject({ stableWords: 0, endMs: 1_000 });
  });
});

describe('segments across a reopened stream', () => {
  function interruptedAt(endMs: number): TranscribeSegments {
    const segments = opened();
    segments.take(result('a', 'Hello.', 300, true));
    segments.take(result('b', 'I need an', endMs));
    segments.streamOpened(timelineFrom(segments.finishedMs), { redacts: false });
    return segments;
  }

  it('go on under the id they had, and tell nothing until the reopened stream has caught up', () => {
    const segments = interruptedAt(1_000);
    expect(segments.take(result('n', '*I', 200))).toBeUndefined();
    expect(segments.take(result('n', 'I *need', 300))).toBeUndefined();
    expect(segments.take(result('n', 'I need *an', 590))).toEqual({
      segmentId: '1',
      text: 'I need an',
      stableWords: 2,
      isFinal: false,
      endMs: 1_000,
    });
    expect(segments.take(result('n', 'I need an appointment.', 1_200, true))).toMatchObject({
      segmentId: '1',
      text: 'I need an appointment.',
      stableWords: 4,
      isFinal: true,
      endMs: 1_600,
    });
    expect(segments.take(result('m', 'Bye', 2_000))?.segmentId).toBe('2');
  });

  it('are told as one when the reopened stream cuts the audio differently', () => {
    const segments = interruptedAt(1_400);
    expect(segments.take(result('n', 'I need.', 300, true))).toBeUndefined();
    expect(segments.finishedMs).toBe(400);
    expect(segments.take(result('o', 'An *appointment', 1_000))).toEqual({
      segmentId: '1',
      text: 'I need. An appointment',
      stableWords: 3,
      isFinal: false,
      endMs: 1_400,
    });
    expect(segments.take(result('o', 'An appointment.', 1_000, true))).toMatchObject({
      segmentId: '1',
      text: 'I need. An appointment.',
      stableWords: 4,
      isFinal: true,
    });
  });

  it('forget what they held back when the reopened stream breaks as well', () => {
    const segments = interruptedAt(1_400);
    segments.take(result('n', 'I need.', 300, true));
    segments.streamOpened(timelineFrom(segments.finishedMs), { redacts: false });
    expect(segments.take(result('p', 'I need an appointment.', 1_000, true))).toMatchObject({
      segmentId: '1',
      text: 'I need an appointment.',
    });
  });

  it('start afresh when nothing was unfinished', () => {
    const segments = opened();
    segments.take(result('a', 'Hello.', 300, true));
    segments.streamOpened(timelineFrom(5_000), { redacts: false });
    expect(segments.take(result('a', 'Yes', 200))).toMatchObject({ segmentId: '1', endMs: 5_200 });
  });
});

describe('segments of a stream that redacts its finals', () => {
  function redacting(): TranscribeSegments {
    const segments = new TranscribeSegments();
    segments.streamOpened(timelineFrom(0), { redacts: true });
    return segments;
  }

  it('keep the words of the last partial, and tell the redacted ones beside', () => {
    const segments = redacting();
    segments.take(result('x', 'My name is *Anna', 800));
    segments.take(result('x', 'My name is Anna Keller.', 1_000));
    expect(segments.take(result('x', 'My name is [NAME].', 1_000, true))).toEqual({
      segmentId: '0',
      text: 'My name is Anna Keller.',
      redactedText: 'My name is [NAME].',
      stableWords: 5,
      isFinal: true,
      endMs: 1_000,
    });
  });

  it('have the final\u2019s own words where it hides nothing', () => {
    const segments = redacting();
    segments.take(result('x', 'I *wont', 300));
    expect(segments.take(result('x', 'I want.', 300, true))).toMatchObject({
      text: 'I want.',
      redactedText: 'I want.',
    });
  });

  it('take from the final what was spoken after the last partial', () => {
    const segments = redacting();
    segments.take(result('x', 'It is Anna', 500));
    const final = result('x', 'It is [NAME] thank you.', 900, true);
    for (const [index, item] of final.Alternatives![0]!.Items!.entries()) item.StartTime = index * 0.2 - 0.1;
    expect(segments.take(final)?.text).toBe('It is Anna thank you.');
  });

  it('keep the words that an earlier stream told, when the reopened one tells the final at once', () => {
    const segments = redacting();
    segments.take(result('x', 'It is Anna', 500));
    segments.streamOpened(timelineFrom(0), { redacts: true });
    expect(segments.take(result('y', 'It is [NAME]', 500, true))).toMatchObject({
      segmentId: '0',
      text: 'It is Anna',
      redactedText: 'It is [NAME]',
    });
  });

  it('are told as one, whole and redacted, when the reopened stream cuts the audio differently', () => {
    const segments = redacting();
    segments.take(result('x', 'It is Anna for Tuesday', 1_400));
    segments.streamOpened(timelineFrom(0), { redacts: true });
    segments.take(result('n', 'It is Anna', 500));
    expect(segments.take(result('n', 'It is [NAME]', 500, true))).toBeUndefined();
    segments.take(result('o', 'for Tuesday', 1_400));
    expect(segments.take(result('o', 'for Tuesday.', 1_400, true))).toMatchObject({
      text: 'It is Anna for Tuesday.',
      redactedText: 'It is [NAME] for Tuesday.',
    });
  });
});

describe('the timeline of a stream', () => {
  it('places its audio in the call’s', () => {
    const timeline = new StreamTimeline();
    timeline.mark(0, 1_000);
    timeline.mark(500, 1_500); // 60 ms of silence put in
    timeline.mark(560, 1_500);
    timeline.mark(1_000, 9_000); // audio left out
    const places = [0, 400, 500, 530, 560, 600, 1_000, 1_100].map((ms) => timeline.toCallMs(ms));
    expect(places).toEqual([1_000, 1_400, 1_500, 1_500, 1_500, 1_540, 9_000, 9_100]);
  });
});
