import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CallEvent } from '../../../runtime/call/events.ts';
import { LARGEST_BODY_BYTES, placeOf, startOf, toRow } from '../../../runtime/data/event-row.ts';
import { callEvents } from './events.ts';

const call = callEvents();
const started = call.started('CA1');
const start = startOf(started)!;
const row = (event: CallEvent) => toRow(event, placeOf(event, start)!);

describe('an event as a row', () => {
  test('has in its body what has no column', () => {
    const said = call.said('Good morning');
    expect({ ...row(said), body: JSON.parse(row(said).body) }).toEqual({
      start,
      sequence: said.sequence,
      at: said.at,
      atMs: said.atMs,
      type: 'caller-turn',
      body: { turn: 1, text: 'Good morning', by: 'speech', waitMs: 300 },
    });
  });

  test('knows when and why the conversation ended', () => {
    const ended = call.ended();
    expect(row(ended).end).toMatchObject({ endedAt: ended.at, reason: 'caller-hung-up' });
    expect(row(started).end).toBeUndefined();
  });

  test.each([
    ['nul \0 and half a pair \ud83d!', 'nul \ufffd and half a pair \ufffd!'],
    ['\0\0\udc00', '\ufffd\ufffd\ufffd'],
    ['a whole pair 💶 and ünï', 'a whole pair 💶 and ünï'],
    ['written out: \\u0000 \\\\ud83d', 'written out: \\u0000 \\\\ud83d'],
    ['\\\0', '\\\ufffd'],
  ])('keeps of %j what jsonb can hold', (said, kept) => {
    expect(JSON.parse(row(call.said(said)).body).text).toBe(kept);
  });

  test('keeps every other character, whatever surrounds it', () => {
    const piece = fc.constantFrom('\0', '\ud83d', '\udcb6', '\\', '"', 'u', '0000', 'd83d', 'a', '💶');
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const said = pieces.join('');
        // Node's UTF-8 replaces half pairs, too.
        const kept = Buffer.from(said).toString().replaceAll('\0', '\ufffd');
        expect(JSON.parse(row(call.said(said)).body).text).toBe(kept);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['a circle', circle(), 'circular'],
    ['a BigInt', 1n, 'BigInt'],
    ['depth', nested(100_000), 'call stack'],
    ['size', 'x'.repeat(LARGEST_BODY_BYTES), `expected at most ${LARGEST_BODY_BYTES}`],
  ])('is refused for its %s', (_, output, complaint) => {
    const event = call.next({
      type: 'tool-finished',
      turn: 1,
      id: '1',
      name: 'look',
      output,
      failed: false,
      tookMs: 1,
    });
    expect(() => row(event)).toThrow(complaint);
  });
});

describe('the place of an event', () => {
  const said = call.said('hello');
  test.each([
    ['no number', { sequence: undefined }],
    ['a broken number', { sequence: 1.5 }],
    ['a negative number', { sequence: -1 }],
    ['too large a number', { sequence: 2 ** 31 }],
    ['no time', { at: undefined }],
    ['a time that is none', { at: 'noon' }],
    ['no time of the call', { atMs: Number.NaN }],
  ])('is unknown with %s', (_, wrong) => {
    expect(placeOf({ ...said, ...wrong } as CallEvent, start)).toBeUndefined();
  });

  test.each([
    ['without an id', { conversationId: undefined }],
    ['with an id that is no UUID', { conversationId: "'; drop table conversations; --" }],
    ['without a time', { at: '' }],
    ['of another type', { type: 'dtmf', digit: '1' }],
  ])('no conversation starts with an event %s', (_, wrong) => {
    expect(startOf({ ...started, ...wrong } as CallEvent)).toBeUndefined();
  });
});

function circle(): object {
  const round: { self?: object } = {};
  round.self = round;
  return round;
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = [value];
  return value;
}
