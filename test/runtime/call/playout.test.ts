import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Playout } from '../../../runtime/call/playout.ts';
import { Utterance } from '../../../runtime/call/utterance.ts';
import type { CallChannel } from '../../../runtime/channels/channel.ts';

const MS = 8; // bytes

function line() {
  const marks: string[] = [];
  const log: string[] = [];
  let sent = 0;
  let clears = 0;
  const channel: CallChannel = {
    details: { callId: 'CA1', channel: 'twilio', from: '', to: '' },
    events: (async function* () {})(),
    sendAudio: (audio) => {
      sent += audio.length;
    },
    sendMark: (name) => marks.push(name),
    clear: () => {
      clears++;
    },
    leave: () => {},
  };
  const playout = new Playout(channel, {
    clauseStarted: (span) => log.push(`started ${span.text}`),
    clausePlayed: (span) => log.push(`played ${span.text}`),
    finished: () => log.push('finished'),
  });
  const run = (ms: number) => {
    for (let passed = 0; passed < ms; passed += 20) {
      vi.advanceTimersByTime(20);
      playout.pump();
    }
  };
  return { playout, marks, log, run, sentMs: () => sent / MS, clears: () => clears };
}

/** Clauses of the given lengths in ms, complete. */
function speech(...clauses: [text: string, ms: number][]): Utterance {
  const utterance = new Utterance();
  for (const [text, ms] of clauses) {
    utterance.open(text);
    utterance.append(new Uint8Array(ms * MS));
  }
  utterance.finish();
  return utterance;
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the playout', () => {
  it('sends a lead of 200 ms at once and the rest in real time', () => {
    const { playout, sentMs, run } = line();
    playout.begin(speech(['one', 2000]));
    playout.pump();
    expect(sentMs()).toBe(200);
    run(1000);
    expect(sentMs()).toBe(1200);
    run(1000);
    expect(sentMs()).toBe(2000);
  });

  it('marks each clause once its last byte was sent, and reports it played when the mark comes back', () => {
    const { playout, marks, log, run } = line();
    playout.begin(speech(['one', 310], ['two', 310]));
    run(800);
    expect(marks).toEqual(['1:0', '1:1']);
    playout.acknowledge('1:1'); // acknowledges all before it
    expect(log).toEqual(['started one', 'started two', 'played one', 'played two', 'finished']);
  });

  it('takes nothing for played that belongs to cleared audio, another utterance, or nobody', () => {
    const { playout, log, run } = line();
    playout.begin(speech(['one', 400]));
    run(200);
    playout.pause();
    playout.resume();
    run(400);
    for (const name of ['1:0', '2:7', 'x', '', '2:-1', '2:', '99:0']) playout.acknowledge(name);
    expect(log).toEqual(['started one']);
    playout.acknowledge('2:0');
    expect(log.slice(1)).toEqual(['played one', 'finished']);
  });

  it('knows how much was heard at an interruption', () => {
    const { playout, clears, run } = line();
    playout.begin(speech(['one', 3000]));
    playout.pump();
    run(1000);
    expect(playout.pause() / MS).toBe(1000);
    expect(clears()).toBe(1);
  });

  it('goes on where the caller stopped hearing', () => {
    const { playout, sentMs, run } = line();
    playout.begin(speech(['one', 3000]));
    playout.pump();
    run(1000);
    playout.pause();
    run(500);
    const before = sentMs();
    playout.resume();
    run(4000);
    expect(sentMs() - before).toBe(2000);
  });

  it('sends nothing while paused', () => {
    const { playout, sentMs, run } = line();
    playout.begin(speech(['one', 3000]));
    playout.pause();
    run(500);
    expect(sentMs()).toBe(0);
  });

  it('plays an utterance that grows while it is played, and starts the lead anew after a gap', () => {
    const { playout, sentMs, run, log } = line();
    const utterance = new Utterance();
    playout.begin(utterance);
    utterance.open('one');
    utterance.append(new Uint8Array(100 * MS));
    run(1000);
    expect(sentMs()).toBe(100);
    utterance.append(new Uint8Array(500 * MS));
    playout.pump();
    expect(sentMs()).toBe(300);
    utterance.finish();
    run(500);
    playout.acknowledge('1:0');
    expect(log.at(-1)).toBe('finished');
  });

  it('finishes an utterance without any sound', () => {
    const { playout, log, run } = line();
    playout.begin(speech());
    run(100);
    expect(log).toEqual(['finished']);
  });
});

describe('the ledger', () => {
  const utterance = speech(['Sure.', 500], ['The first free time is ten.', 2000]);
  it.each([
    [0, ''],
    [500, 'Sure.'],
    [1500, 'Sure. The first'],
    [2500, 'Sure. The first free time is ten.'],
  ])('after %i ms of audio the caller has heard "%s"', (ms, heard) => {
    expect(utterance.heardText(ms * MS)).toBe(heard);
  });

  it('tells the words of the model from those of the runtime', () => {
    const mixed = new Utterance();
    mixed.open('Okay.', 'opener');
    mixed.append(new Uint8Array(800));
    mixed.open('Ten is free.', 'reply');
    mixed.append(new Uint8Array(800));
    mixed.finish();
    expect(mixed.heardText(1600)).toBe('Okay. Ten is free.');
    expect(mixed.heardText(1600, (span) => span.kind === 'reply')).toBe('Ten is free.');
  });
});
