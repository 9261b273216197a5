import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultEndpointing } from '../../../runtime/call/endpointing.ts';
import { type Decision, TurnDetector } from '../../../runtime/call/turn-detector.ts';

/** A caller made of voice and silence, with a recognizer beside him. */
function listen(detector = new TurnDetector({ longestTurnMs: 10_000 })) {
  const decisions: Decision[] = [];
  let segment = 0;
  const run = (ms: number, voiced: boolean) => {
    for (let passed = 0; passed < ms; passed += 20) decisions.push(...detector.frame(voiced));
  };
  const self = {
    decisions,
    detector,
    speak: (ms: number) => {
      run(ms, true);
      return self;
    },
    silence: (ms: number) => {
      run(ms, false);
      return self;
    },
    /** What the recognizer shows now; `lagMs` of audio are not yet covered. */
    hear: (text: string, { stable = true, final = false, lagMs = 0 } = {}) => {
      const words = text.split(' ').length;
      const endMs = detector.nowMs - detector.silenceMs - lagMs;
      const transcript = { segmentId: `s${segment}`, text, stableWords: stable ? words : 0, isFinal: final, endMs };
      decisions.push(...detector.transcript(transcript));
      return self;
    },
    nextSegment: () => {
      segment++;
      return self;
    },
    types: () => decisions.map((decision) => decision.type),
    commits: () => decisions.flatMap((decision) => (decision.type === 'commit' ? [decision.text] : [])),
  };
  return self;
}

describe('the turn detector', () => {
  it('commits a finished sentence after the short wait', () => {
    const caller = listen().speak(1000).hear('I need a cleaning.').silence(400);
    expect(caller.types()).toEqual(['speech-started', 'words', 'speech-paused', 'candidate', 'commit']);
    expect(caller.decisions.at(-1)).toEqual({
      type: 'commit',
      text: 'I need a cleaning.',
      silenceMs: defaultEndpointing.sentenceMs,
    });
  });

  it('waits longer after an unfinished sentence, and takes what follows as the same turn', () => {
    const caller = listen().speak(1000).hear('I need a cleaning and').silence(1000);
    expect(caller.commits()).toEqual([]);
    caller.speak(600).hear('I need a cleaning and a check-up.').silence(400);
    expect(caller.commits()).toEqual(['I need a cleaning and a check-up.']);
  });

  it('offers a candidate at the pause, long before a patient commit', () => {
    const caller = listen().speak(800).hear('my name is').silence(300);
    expect(caller.decisions.at(-1)).toEqual({ type: 'candidate', text: 'my name is' });
    expect(caller.commits()).toEqual([]);
  });

  it('waits for the word the recognizer still owes', () => {
    const caller = listen().speak(1000).hear('I need a.', { lagMs: 400 }).silence(400);
    expect(caller.commits()).toEqual([]);
    caller.hear('I need a cleaning.');
    expect(caller.commits()).toEqual(['I need a cleaning.']);
  });

  it('does not wait for a recognizer that never catches up', () => {
    const caller = listen().speak(1000).hear('Yes please.', { lagMs: 600 }).silence(2000);
    expect(caller.commits()).toEqual(['Yes please.']);
  });

  it('takes words that come late, one after the other, for one turn', () => {
    const caller = listen().speak(1500).silence(2500);
    for (const [text, lagMs] of [
      ['What', 1_200],
      ['What are your', 700],
      ['What are your opening', 300],
      ['What are your opening hours?', 0],
    ] as const)
      caller.hear(text, { lagMs }).silence(200);
    expect(caller.commits()).toEqual(['What are your opening hours?']);
  });

  it('takes unstable words once they have stood still', () => {
    const caller = listen().speak(1000).hear('Yes please.', { stable: false }).silence(400);
    expect(caller.commits()).toEqual(['Yes please.']);
  });

  it('needs no final, and ignores the final when it comes at last', () => {
    const caller = listen()
      .speak(1000)
      .hear('Yes please.')
      .silence(1200)
      .hear('Yes, please.', { final: true })
      .silence(2000);
    expect(caller.commits()).toEqual(['Yes please.']);
  });

  it('gives words that come after the commit to the next turn', () => {
    const caller = listen().speak(1000).hear('Yes.').silence(400).speak(600).hear('Yes. On Tuesday.').silence(400);
    expect(caller.commits()).toEqual(['Yes.', 'On Tuesday.']);
  });

  it('joins segments that belong to one turn', () => {
    const caller = listen().speak(1000).hear('My name is', { final: true }).silence(900).nextSegment();
    caller.speak(500).hear('Ann Lee.').silence(400);
    expect(caller.commits()).toEqual(['My name is Ann Lee.']);
  });

  it('takes a click for no speech', () => {
    const caller = listen().speak(40).silence(200).speak(20).silence(200);
    expect(caller.types()).toEqual([]);
  });

  it('answers a caller who never stops', () => {
    const caller = listen().speak(500);
    let words = 'and';
    for (let seconds = 0; seconds < 11; seconds++) {
      words += ' then';
      caller.hear(words).speak(1000);
    }
    expect(caller.commits()).toEqual([`and${' then'.repeat(10)}`]);
  });

  it('answers a caller with a noise behind him that never stops', () => {
    const caller = listen().speak(60_000).hear('I need').speak(500).hear('I need a cleaning.').speak(2_900);
    expect(caller.commits()).toEqual([]);
    caller.speak(200);
    expect(caller.decisions.at(-1)).toEqual({ type: 'commit', text: 'I need a cleaning.', silenceMs: 3_000 });
  });

  it('keeps together the words of a caller too quiet for voice activity', () => {
    const caller = listen().silence(3000);
    for (const text of ['I', 'I need', 'I need a', 'I need a cleaning.']) {
      const endMs = caller.detector.nowMs - 300;
      const words = text.split(' ').length;
      caller.decisions.push(
        ...caller.detector.transcript({ segmentId: 'quiet', text, stableWords: words, isFinal: false, endMs }),
      );
      caller.silence(300);
    }
    expect(caller.silence(1000).commits()).toEqual(['I need a cleaning.']);
  });

  it('commits nothing for noise without words', () => {
    expect(listen().speak(3000).silence(5000).commits()).toEqual([]);
  });

  it('never commits an empty turn nor says a word twice, whatever comes', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('speak' as const), ms: fc.integer({ min: 20, max: 900 }) }),
      fc.record({ kind: fc.constant('silence' as const), ms: fc.integer({ min: 20, max: 1800 }) }),
      fc.record({ kind: fc.constant('hear' as const), words: fc.integer({ min: 1, max: 4 }) }),
      fc.record({ kind: fc.constant('final' as const) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const caller = listen();
        let said: string[] = [];
        let count = 0;
        for (const next of steps) {
          if (next.kind === 'speak') caller.speak(next.ms);
          if (next.kind === 'silence') caller.silence(next.ms);
          if (next.kind === 'hear') {
            for (let i = 0; i < next.words; i++) said.push(`w${count++}`);
            caller.hear(said.join(' '));
          }
          if (next.kind === 'final' && said.length > 0) {
            caller.hear(said.join(' '), { final: true }).nextSegment();
            said = [];
          }
        }
        caller.silence(4000);
        const words = caller.commits().flatMap((text) => text.split(' '));
        expect(words).toEqual(Array.from({ length: count }, (_, i) => `w${i}`));
      }),
    );
  });
});
