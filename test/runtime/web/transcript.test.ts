import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CallEventBody } from '../../../runtime/call/events.ts';
import { advance, EMPTY, splitHeard } from '../../../runtime/web/transcript.js';

function transcriptOf(...events: (CallEventBody | Record<string, unknown>)[]) {
  return events.reduce<typeof EMPTY>((transcript, event) => advance(transcript, { ...event }), EMPTY);
}

const reply = (turn: number, text: string, heardText = text) => ({
  type: 'agent-turn' as const,
  turn,
  kind: 'reply' as const,
  text,
  heardText,
  interrupted: heardText !== text,
  waterfall: {},
  inputTokens: 0,
  outputTokens: 0,
});

describe('the transcript', () => {
  it('shows the words under way until the turn is committed', () => {
    const speaking = [{ type: 'caller-speaking' }, { type: 'partial', text: 'I need' }];
    expect(transcriptOf(...speaking)).toMatchObject({ callerSpeaking: true, partial: 'I need', rows: [] });

    const turn = { type: 'caller-turn', turn: 1, text: 'I need a cleaning.', by: 'speech', waitMs: 300 };
    expect(transcriptOf(...speaking, { type: 'caller-paused' }, turn)).toEqual({
      callerSpeaking: false,
      partial: '',
      rows: [{ kind: 'caller', text: 'I need a cleaning.', by: 'speech' }],
    });
  });

  it('adds the agent’s clauses to one row and ends it with what was heard', () => {
    const clauses = [
      { type: 'agent-speaking', turn: 1, text: 'Sure,' },
      { type: 'agent-speaking', turn: 1, text: 'Tuesday is free.' },
    ];
    expect(transcriptOf(...clauses).rows).toEqual([
      { kind: 'agent', turn: 1, heard: 'Sure, Tuesday is free.', unheard: '', state: 'speaking', note: '' },
    ]);
    expect(transcriptOf(...clauses, reply(1, 'Sure, Tuesday is free.')).rows).toEqual([
      { kind: 'agent', turn: 1, heard: 'Sure, Tuesday is free.', unheard: '', state: 'over', note: '' },
    ]);
  });

  it('parts an interrupted turn into what was heard and what was not', () => {
    const { rows } = transcriptOf(
      { type: 'agent-speaking', turn: 2, text: 'We open at nine, and close at five.' },
      { type: 'barge-in', turn: 2, onsetToClearMs: 142.4 },
      { type: 'partial', text: 'Wait' },
      reply(2, 'We open at nine, and close at five.', 'We open at nine,'),
    );
    expect(rows).toEqual([
      {
        kind: 'agent',
        turn: 2,
        heard: 'We open at nine,',
        unheard: ' and close at five.',
        state: 'over',
        note: 'interrupted, silent within 142 ms',
      },
    ]);
  });

  it('lets a false interruption go on', () => {
    const { rows, partial } = transcriptOf(
      { type: 'agent-speaking', turn: 2, text: 'We open' },
      { type: 'barge-in', turn: 2, onsetToClearMs: 90 },
      { type: 'partial', text: 'hm' },
      { type: 'barge-in-resumed', turn: 2 },
      { type: 'agent-speaking', turn: 2, text: 'at nine.' },
    );
    expect(rows).toMatchObject([{ heard: 'We open at nine.', state: 'speaking', note: '' }]);
    expect(partial).toBe('');
  });

  it('begins a new row when the agent speaks twice in one turn', () => {
    const { rows } = transcriptOf({ type: 'agent-speaking', turn: 1, text: 'Hello.' }, reply(1, 'Hello.'), {
      type: 'agent-speaking',
      turn: 1,
      text: 'Are you still there?',
    });
    expect(rows).toMatchObject([{ heard: 'Hello.' }, { heard: 'Are you still there?' }]);
  });

  it('follows a tool from its call to its answer', () => {
    const call = { type: 'tool-called', turn: 1, id: 'a', name: 'find_slot', input: { day: 'Tuesday' } };
    expect(transcriptOf(call).rows).toMatchObject([{ name: 'find_slot', state: 'running', output: '' }]);
    const end = {
      type: 'tool-finished',
      turn: 1,
      id: 'a',
      name: 'find_slot',
      output: ['9:30'],
      failed: false,
      tookMs: 1_240,
    };
    expect(transcriptOf(call, end).rows).toMatchObject([{ state: 'done', took: '1,240 ms' }]);
    expect(transcriptOf(call, { ...end, failed: true }).rows).toMatchObject([{ state: 'failed' }]);
    expect(transcriptOf(end).rows).toEqual([]);
  });

  it('collects keys pressed one after the other', () => {
    const { rows } = transcriptOf(...['5', '5', '#'].map((digit) => ({ type: 'dtmf', digit })));
    expect(rows).toEqual([{ kind: 'keys', digits: '5 5 #' }]);
  });

  it('says why the call ended, also for a reason it does not know', () => {
    expect(transcriptOf({ type: 'call-ended', reason: 'idle', durationMs: 1 }).rows).toMatchObject([
      { text: 'The call ended because nothing was said.' },
    ]);
    for (const reason of ['from-a-newer-cell', 'constructor', { toString: 1 }, undefined]) {
      const { rows } = transcriptOf({ type: 'call-ended', reason, durationMs: 1 });
      expect(rows).toEqual([{ kind: 'note', text: 'The call ended.' }]);
    }
  });

  it('is unchanged by an event it does not know', () => {
    expect(advance(EMPTY, { type: 'from-a-newer-cell' })).toBe(EMPTY);
    expect(advance(EMPTY, {})).toBe(EMPTY);
  });

  it('stays showable whatever the fields of an event hold', () => {
    const types = [
      'call-started caller-speaking caller-paused partial caller-turn speculation agent-speaking agent-turn barge-in',
      'barge-in-resumed tool-called tool-finished dtmf problem call-ended',
    ].flatMap((line) => line.split(' '));
    const fields =
      'turn text heardText by id name input output digit stage message code reason interrupted tookMs'.split(' ');
    const event = fc
      .tuple(fc.constantFrom(...types), fc.dictionary(fc.constantFrom(...fields), fc.jsonValue()))
      .map(([type, values]) => ({ ...values, type }));
    fc.assert(
      fc.property(fc.array(event, { maxLength: 12 }), (events) => {
        for (const { kind, ...shown } of transcriptOf(...events).rows) {
          expect(['caller', 'agent', 'tool', 'problem', 'keys', 'note']).toContain(kind);
          for (const value of Object.values(shown)) expect(['string', 'number']).toContain(typeof value);
        }
      }),
    );
  });

  it('cuts a text no one could read', () => {
    const { partial } = transcriptOf({ type: 'partial', text: 'x'.repeat(1_000_000) });
    expect(partial.length).toBeLessThan(5_000);
  });
});

describe('splitHeard', () => {
  it.each([
    ['all of it', 'One two three.', 'One two three.', ''],
    ['nothing', 'One two three.', '', 'One two three.'],
    ['a part', 'One two three.', 'One two', ' three.'],
    ['a part that ends within a word', 'One two three.', 'One tw', 'o three.'],
    ['a part with spaces of its own', 'One  two\nthree four.', 'One two three ', ' four.'],
    ['something else after a while', 'One two three.', 'One too many', ' two three.'],
  ])('leaves the rest unheard where %s was heard', (_, whole, heard, unheard) => {
    expect(splitHeard(whole, heard)).toEqual({ heard, unheard });
  });
});
