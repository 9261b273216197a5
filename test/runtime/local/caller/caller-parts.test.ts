import { afterEach, describe, expect, it, vi } from 'vitest';
import { encodeMulaw } from '../../../../runtime/audio/mulaw.ts';
import type { CallEvent, CallEventBody } from '../../../../runtime/call/events.ts';
import type { CallRecord } from '../../../../runtime/local/caller/caller.ts';
import { Ear } from '../../../../runtime/local/caller/ear.ts';
import { parseScenario, scenarioSchema } from '../../../../runtime/local/caller/scenario.ts';
import { judge } from '../../../../runtime/local/caller/verdict.ts';
import { tellStory } from '../../../../runtime/local/story.ts';

afterEach(() => {
  vi.useRealTimers();
});

const loud = (ms: number) => encodeMulaw(Int16Array.from({ length: ms * 8 }, (_, i) => (i % 2 ? 8000 : -8000)));
const quiet = (ms: number) => new Uint8Array(ms * 8).fill(0xff);

describe('the ear', () => {
  function ear() {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const returned: string[] = [];
    return { ear: new Ear((name) => returned.push(name)), returned };
  }

  it('gives a mark back when the audio before it has been played, not when it arrived', () => {
    const { ear: listener, returned } = ear();
    listener.hear(loud(400));
    listener.mark('a');
    vi.advanceTimersByTime(390);
    expect(returned).toEqual([]);
    vi.advanceTimersByTime(20);
    expect(returned).toEqual(['a']);
  });

  it('gives all marks back at once when the audio is cleared', () => {
    const { ear: listener, returned } = ear();
    listener.hear(loud(4000));
    listener.mark('a');
    listener.mark('b');
    listener.clear();
    expect(returned).toEqual(['a', 'b']);
    expect(listener.unplayedMs).toBe(0);
  });

  it('gives no mark back once the line is cut, and hears no more of what was sent before', () => {
    const { ear: listener, returned } = ear();
    listener.hear(loud(4000));
    listener.mark('a');
    listener.cut();
    expect(listener.unplayedMs).toBe(0);
    vi.advanceTimersByTime(5000);
    expect(returned).toEqual([]);
  });

  it('takes silence for silence', () => {
    const { ear: listener } = ear();
    listener.hear(quiet(400));
    expect(listener.speakingSince).toBeUndefined();
    expect(listener.takeFirstSound()).toBeUndefined();
    listener.hear(loud(100));
    expect(listener.speakingSince).toBeDefined();
    vi.advanceTimersByTime(1500);
    expect(listener.silentForMs).toBeGreaterThanOrEqual(990);
  });
});

describe('a scenario file', () => {
  it('is refused with every problem at once', () => {
    const text = 'name: x\nvoice: bob\nsteps:\n  - says: ""\n  - dials: "12x"\n';
    expect(() => parseScenario(text, 'x.yaml')).toThrow(/x\.yaml is not a scenario[\s\S]*voice[\s\S]*steps/);
  });
  it('is refused before the call when its verdict could not be given after it', () => {
    const text = 'name: x\nsteps: [{ listens: true }]\nexpect: { hears: ["(ten"], neverHears: ["eleven"] }\n';
    expect(() => parseScenario(text, 'x.yaml')).toThrow(/expected a regular expression[\s\S]*expect\.hears\[0\]/);
  });
  it('is refused when it is not YAML', () => {
    expect(() => parseScenario('a: [', 'x.yaml')).toThrow(/x\.yaml is not YAML/);
  });
});

describe('the verdict', () => {
  const scenario = scenarioSchema.parse({
    name: 'x',
    steps: [{ says: 'Hello.' }],
    expect: { answersWithinMs: 1000, tools: ['a'], hears: ['ten'], neverHears: ['eleven'], bargeIns: 0 },
  });
  const record: CallRecord = {
    callSid: 'CA1',
    gaps: [{ said: 'Hello.', gapMs: 700 }],
    endedBy: 'caller',
    continuation: '<Response><Hangup/></Response>',
    durationMs: 1,
  };
  const log = (...bodies: object[]) => [...bodies, { type: 'call-ended' }] as unknown as CallEvent[];
  const said = (heardText: string) => ({ type: 'agent-turn', heardText });
  const called = (name: string) => ({ type: 'tool-called', name });

  it('finds nothing in a call that went as expected', () => {
    expect(judge(scenario, record, log(called('a'), said('Ten is free.')))).toEqual([]);
  });
  it.each([
    ['a late answer', { gaps: [{ said: 'Hello.', gapMs: 1001 }] }, [called('a'), said('ten')], /after 1001 ms/],
    ['a missing answer', { gaps: [{ said: 'Hello.', gapMs: undefined }] }, [called('a'), said('ten')], /no answer/],
    ['the wrong end', { endedBy: 'agent' as const }, [called('a'), said('ten')], /ended by agent/],
    ['a transfer', { continuation: '<Dial>+1</Dial>' }, [called('a'), said('ten')], /was transferred/],
    ['a missing tool', {}, [said('ten')], /tools/],
    ['a missing sentence', {}, [called('a')], /never said/],
    ['a forbidden sentence', {}, [called('a'), said('ten eleven')], /forbids/],
    ['a barge-in', {}, [called('a'), said('ten'), { type: 'barge-in' }], /barge-ins/],
  ])('names %s', (_case, change, bodies, message) => {
    const failures = judge(scenario, { ...record, ...change }, log(...bodies));
    expect(failures).toHaveLength(1);
    expect(failures[0]).toMatch(message);
  });
  it('lets a recording take its place after the end of the log', () => {
    const late = { type: 'recording-finished' } as CallEvent;
    expect(judge(scenario, record, [...log(called('a'), said('Ten is free.')), late])).toEqual([]);
  });
  it('misses the end of the log', () => {
    expect(judge(scenario, record, [called('a'), said('ten')] as unknown as CallEvent[])).toHaveLength(1);
  });
});

describe('the story of a call', () => {
  it('tells what was heard, what was not, and where the time went', () => {
    const pieces: string[] = [];
    const tell = tellStory({ write: (piece) => pieces.push(piece), colours: false });
    const event = (body: object) =>
      tell({ conversationId: 'c', sequence: 0, at: '', atMs: 61_500, ...body } as CallEvent);
    event({ type: 'caller-turn', turn: 1, text: 'Is Tuesday free?', by: 'speech', waitMs: 320 });
    event({
      type: 'agent-turn',
      text: 'Okay. Ten is free on Tuesday.',
      heardText: 'Okay. Ten is',
      interrupted: true,
      waterfall: {
        textMs: 310,
        committedMs: 340,
        modelRequestMs: 312,
        firstTokenMs: 670,
        firstClauseMs: 690,
        firstSpeechMs: 800,
        firstAudioMs: 560,
        firstWordsMs: 900,
      },
    });
    const text = pieces.join('');
    expect(text).toContain('01:01.5  caller  Is Tuesday free?');
    expect(text).toContain('agent   Okay. Ten is free on Tuesday.');
    expect(text).toContain('560 ms to the first sound, own words after 900 ms');
    expect(text).toContain('recognizing 310 → deciding 2 → thinking 358 → wording 20 → speaking 110 → sending 100');
  });

  it('tells whether the caller agreed, and when he is recorded', () => {
    let story = '';
    const tell = tellStory({ write: (piece) => (story += piece), colours: false });
    const bodies: CallEventBody[] = [
      {
        type: 'consent-asked',
        consentId: 'c',
        purpose: 'recording',
        jurisdiction: 'EU',
        wordingVersion: '7',
        wording: 'May we?',
        language: 'en-US',
      },
      { type: 'consent-played', consentId: 'c' },
      { type: 'consent-answered', consentId: 'c', answer: 'yes', by: 'speech' },
      { type: 'recording-started', recordingId: 'r', objectKey: 'k' },
      { type: 'consent-withdrawn', consentId: 'c', by: 'dtmf' },
      { type: 'recording-finished', recordingId: 'r', outcome: 'withdrawn', bytes: 0, durationMs: 12_300 },
    ];
    for (const body of bodies) tell({ ...body, conversationId: 'c', sequence: 0, at: '', atMs: 0 } as CallEvent);
    expect(story.split('\n').map((line) => line.trim())).toEqual([
      '· asked for consent to recording, in the wording 7 for EU',
      '· he has heard the question to its end',
      '00:00.0  consent yes, by speech',
      '00:00.0  record  ● recording',
      '00:00.0  consent taken back, by dtmf',
      '00:00.0  record  ■ withdrawn: 12.3 s, 0 bytes',
      '',
    ]);
  });
});
