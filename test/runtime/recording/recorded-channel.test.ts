/** What a recording holds: what the caller said and what he heard, each at its moment. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeMulaw, encodeMulaw } from '../../../runtime/audio/mulaw.ts';
import { FRAME_BYTES, MULAW_SILENCE } from '../../../runtime/channels/channel.ts';
import { folderForTest } from '../../support/object-stores.ts';
import { frameOf, type RecordedTestCall, recordedCall, recordingsIn, SILENCE } from '../../support/recorded-call.ts';

let place: Awaited<ReturnType<typeof folderForTest>>;
beforeEach(async () => {
  place = await folderForTest();
});
afterEach(() => place.close());

const frames = (count: number, frame = SILENCE) => Array.from({ length: count }, () => frame);

/** Ends the call. @returns both sides as µ-law, a value a frame where a frame has one value */
async function lanesOf(call: RecordedTestCall) {
  await call.ends();
  const [recording, ...others] = Object.values(await recordingsIn(place.store));
  expect(others).toEqual([]);
  const [caller, agent] = recording!.channels.map(encodeMulaw);
  return { caller: valuesOf(caller!), agent: valuesOf(agent!), samples: recording!.channels };
}

function valuesOf(side: Uint8Array): (number | Uint8Array)[] {
  return Array.from({ length: side.length / FRAME_BYTES }, (_, n) => {
    const frame = side.subarray(n * FRAME_BYTES, (n + 1) * FRAME_BYTES);
    return frame.every((byte) => byte === frame[0]) ? frame[0]! : frame;
  });
}

const NONE = MULAW_SILENCE;

describe('a recording', () => {
  it('has the caller on the left, the agent on the right, and both sides of a moment side by side', async () => {
    const call = recordedCall(place.store);
    call.channel.start();
    await call.passes(frameOf(1), frameOf(2));
    call.channel.sendAudio(Buffer.concat([frameOf(11), frameOf(12)]));
    await call.passes(frameOf(3), frameOf(4), frameOf(5));
    expect(await lanesOf(call)).toMatchObject({ caller: [1, 2, 3, 4, 5], agent: [NONE, NONE, 11, 12, NONE] });
  });

  it('has a tone of the agent in the right channel, from the millisecond it was sent on', async () => {
    const call = recordedCall(place.store);
    const tone = Int16Array.from({ length: 800 }, (_, i) =>
      Math.round(8_000 * Math.sin((2 * Math.PI * 1_000 * i) / 8_000)),
    );
    call.channel.start();
    await call.passes(...frames(25));
    call.channel.sendAudio(encodeMulaw(tone));
    await call.passes(...frames(25));
    const { samples } = await lanesOf(call);
    const [caller, agent] = samples as [Int16Array, Int16Array];
    expect(caller.every((sample) => sample === 0)).toBe(true);
    expect(agent.slice(0, 500 * 8).every((sample) => sample === 0)).toBe(true);
    expect(agent.slice(500 * 8, 600 * 8)).toEqual(decodeMulaw(encodeMulaw(tone)));
    expect(agent.slice(600 * 8).every((sample) => sample === 0)).toBe(true);
    expect(agent.length).toBe(1_000 * 8);
  });

  it('does not hold what was cleared before the caller heard it', async () => {
    const call = recordedCall(place.store);
    call.channel.start();
    call.channel.sendAudio(Buffer.concat(frames(10, frameOf(7))));
    await call.passes(...frames(3));
    call.channel.clear();
    await call.passes(...frames(2));
    call.channel.sendAudio(frameOf(8));
    await call.passes(...frames(2));
    expect((await lanesOf(call)).agent).toEqual([7, 7, 7, NONE, NONE, 8, NONE]);
  });

  it('has silence where the agent paused between two clauses', async () => {
    const call = recordedCall(place.store);
    call.channel.start();
    for (const value of [1, 2, 3]) {
      call.channel.sendAudio(frameOf(value));
      await call.passes(...frames(3));
    }
    expect((await lanesOf(call)).agent).toEqual([1, NONE, NONE, 2, NONE, NONE, 3, NONE, NONE]);
  });

  it('takes audio that is no whole number of frames as it is played: without a gap', async () => {
    const call = recordedCall(place.store);
    call.channel.start();
    for (const bytes of [100, 1, 59, 200, 120]) call.channel.sendAudio(new Uint8Array(bytes).fill(9));
    await call.passes(...frames(4));
    expect((await lanesOf(call)).agent).toEqual([9, 9, 9, NONE]);
  });

  it('begins when it is told to, in the middle of what the agent says', async () => {
    const call = recordedCall(place.store);
    call.channel.sendAudio(Buffer.concat([1, 2, 3, 4, 5].map(frameOf)));
    await call.passes(frameOf(21), frameOf(22));
    expect(call.events).toEqual([]);
    call.channel.start();
    await call.passes(frameOf(23), frameOf(24));
    expect(await lanesOf(call)).toMatchObject({ caller: [23, 24], agent: [3, 4] });
  });

  it('is told of by its beginning and its end, under ids and nothing else', async () => {
    const call = recordedCall(place.store);
    call.channel.start();
    call.channel.start();
    await call.passes(...frames(50));
    await call.ends();
    const [started] = call.of('recording-started');
    const day = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
    const { recordingId } = started!;
    expect(started?.objectKey).toBe(
      `recordings/${call.tenantId}/${day}/${call.session.conversationId}/${recordingId}.wav`,
    );
    expect(call.events.slice(1)).toEqual([
      { type: 'recording-finished', recordingId, outcome: 'complete', bytes: 58 + 50 * 320, durationMs: 1_000 },
    ]);
    expect(Object.keys(await recordingsIn(place.store))).toEqual([started?.objectKey]);
  });

  it('of a call that is over does not begin', async () => {
    const call = recordedCall(place.store);
    await call.ends();
    call.channel.start();
    await call.recorder.close(1_000);
    expect(call.events).toEqual([]);
  });

  it('never is, of a call that is not told to', async () => {
    const call = recordedCall(place.store);
    call.channel.sendAudio(frameOf(1));
    await call.passes(...frames(100));
    await call.ends();
    expect([call.events, await recordingsIn(place.store)]).toEqual([[], {}]);
  });

  it('changes nothing of what passes over the line', async () => {
    const call = recordedCall(place.store);
    const audio = frameOf(5);
    call.channel.start();
    call.channel.sendAudio(audio);
    call.channel.sendMark('1:0');
    call.channel.clear();
    expect(call.line.sent[0]).toBe(audio);
    expect([call.line.marks, call.line.clears, call.channel.details]).toEqual([['1:0'], 1, call.line.details]);
    await call.ends();
  });

  it('of any sends and clears holds each frame once, in order, when it was heard; and nothing that was not', async () => {
    type Act = { readonly does: 'sends'; readonly frames: number } | { readonly does: 'clears' | 'passes' };
    const act: fc.Arbitrary<Act> = fc.oneof(
      fc.record({ does: fc.constant('sends' as const), frames: fc.integer({ min: 1, max: 5 }) }),
      { weight: 4, arbitrary: fc.constant({ does: 'passes' as const }) },
      fc.constant({ does: 'clears' as const }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 60 }), async (acts) => {
        const call = recordedCall(place.store);
        call.channel.start();
        // The caller's side, as simple as can be.
        let buffer: number[] = [];
        const heard: number[] = [];
        let next = 0;
        for (const act of acts) {
          if (act.does === 'sends') {
            const values = Array.from({ length: act.frames }, () => next++ % 120);
            buffer.push(...values);
            call.channel.sendAudio(Buffer.concat(values.map(frameOf)));
          } else if (act.does === 'clears') {
            buffer = [];
            call.channel.clear();
          } else {
            heard.push(buffer.shift() ?? NONE);
            await call.passes(frameOf(heard.length % 120));
          }
        }
        const { agent, caller } = await lanesOf(call);
        expect(agent).toEqual(heard);
        expect(caller).toEqual(heard.map((_, n) => (n + 1) % 120));
        await place.store.delete(Object.keys(await recordingsIn(place.store)));
      }),
      { numRuns: 60 },
    );
  });
});
