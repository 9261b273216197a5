import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Tape } from '../../../runtime/web/tape.js';

const at = (sequence: number, ms: number, body: object) => ({
  sequence,
  at: new Date(1_700_000_000_000 + ms).toISOString(),
  ...body,
});
const said = (turn: number, text: string) => ({ type: 'caller-turn', turn, text, by: 'speech', waitMs: 1 });

const EVENTS = [
  at(0, 0, { type: 'call-started', agent: 'dental', region: 'here', resumed: false }),
  at(1, 1_000, said(1, 'Hello.')),
  at(2, 2_000, {
    type: 'agent-turn',
    turn: 1,
    kind: 'reply',
    text: 'Good morning, how can I help?',
    heardText: 'Good morning,',
    interrupted: true,
    waterfall: { textMs: 100, committedMs: 200, firstAudioMs: 540 },
  }),
  at(3, 3_000, said(2, 'Goodbye.')),
];

describe('a tape', () => {
  it('shows what there was to be seen at each moment, forwards and backwards', () => {
    const tape = new Tape(EVENTS);
    const rows = (ms: number) => tape.at(ms).transcript.rows.map((row) => row.kind);
    expect(tape.durationMs).toBe(3_000);
    expect(rows(999)).toEqual([]);
    expect(rows(1_000)).toEqual(['caller']);
    expect(rows(3_000)).toEqual(['caller', 'agent', 'caller']);
    expect(tape.at(3_000).timings.replies).toMatchObject([{ turn: 1, gapMs: 540 }]);
    expect(rows(1_500)).toEqual(['caller']);
    expect(tape.at(1_500).timings.replies).toEqual([]);
  });

  it('puts events in their order, whatever order they come in', () => {
    expect(new Tape(EVENTS.toReversed()).at(3_000)).toEqual(new Tape(EVENTS).at(3_000));
  });

  it('does not wait for a call that was taken up again an hour later, nor for a clock that was set back', () => {
    const tape = new Tape([at(0, 0, said(1, 'a')), at(1, 3_600_000, said(2, 'b')), at(2, 0, said(3, 'c'))]);
    expect(tape.moments.map((moment) => moment.atMs)).toEqual([0, 10_000, 10_000]);
  });

  it('bears anything that a cell may send', () => {
    const event = fc.oneof(
      fc.anything(),
      fc.record({
        sequence: fc.integer(),
        at: fc.oneof(fc.string(), fc.constant('2026-01-01T00:00:00Z')),
        type: fc.anything(),
      }),
    );
    fc.assert(
      fc.property(fc.array(event), fc.double({ min: 0, noNaN: true }), (events, ms) => {
        const tape = new Tape(events);
        tape.at(ms);
        expect(tape.durationMs).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
