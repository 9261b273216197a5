/** What becomes of recordings: when they are withdrawn, when the store fails, when the line does. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { encodeMulaw } from '../../../runtime/audio/mulaw.ts';
import { openObjectStore } from '../../../runtime/objects/open.ts';
import { PART_BYTES } from '../../../runtime/objects/store.ts';
import { Recorder } from '../../../runtime/recording/recorder.ts';
import { allOf, bucketForTest, describeStores, folderForTest } from '../../support/object-stores.ts';
import { frameOf, recordedCall, recordingsIn, SILENCE, silent } from '../../support/recorded-call.ts';

/** Every frame is another, so that a lost one would show. */
const framesOf = (count: number, from = 0) => Array.from({ length: count }, (_, n) => frameOf((n + from) % 120));
/** Real time passes, though timers stand still. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** More than one part of a bucket: 5.6 minutes. */
const LONG = 16_800;
/** As many as fill the first one. */
const PART_FRAMES = 16_350;

describeStores('a recording', (current) => {
  const kept = async () => [
    await recordingsIn(current().store),
    await allOf(current().again().unfinished('', { quietForMs: 0 })),
  ];

  it.each([50, 3_000, LONG])('of %i frames is there when the call is over, whole', async (count) => {
    const { store } = current();
    const call = recordedCall(store);
    call.channel.start();
    await call.passesSlowly(framesOf(count));
    await call.ends();
    const [recording] = Object.values(await recordingsIn(store));
    const [caller, agent] = recording!.channels.map(encodeMulaw);
    expect(Buffer.from(caller!).equals(Buffer.concat(framesOf(count)))).toBe(true);
    expect(agent?.every((byte) => byte === 0xff)).toBe(true);
    expect(call.of('recording-finished')).toMatchObject([
      { outcome: 'complete', durationMs: count * 20, bytes: 58 + count * 320 },
    ]);
  });

  it('of a line that was lost in the middle is there as far as it came', async () => {
    const call = recordedCall(current().store);
    call.channel.start();
    await call.passes(...framesOf(77));
    await call.ends();
    const [recording] = Object.values(await recordingsIn(current().store));
    expect(recording?.channels.map(({ length }) => length)).toEqual([77 * 160, 77 * 160]);
  });

  it.each([0, 50, LONG])('whose consent is withdrawn after %i frames is not kept', async (count) => {
    const call = recordedCall(current().store);
    call.channel.start();
    await call.passesSlowly(framesOf(count));
    call.channel.withdraw();
    await call.passes(...framesOf(100));
    await call.ends();
    expect(await kept()).toEqual([{}, []]);
    expect(call.of('recording-finished')).toEqual([
      { type: 'recording-finished', recordingId: expect.any(String), outcome: 'withdrawn', bytes: 0, durationMs: 0 },
    ]);
  });

  it('may be withdrawn before there is one, and more than once', async () => {
    const call = recordedCall(current().store);
    call.channel.withdraw();
    call.channel.start();
    call.channel.withdraw();
    call.channel.withdraw();
    await call.ends();
    call.channel.withdraw();
    await call.recorder.close(5_000);
    expect(await kept()).toEqual([{}, []]);
    expect(call.of('recording-finished')).toHaveLength(1);
  });

  it('is not kept either when it is withdrawn at the moment the call ends', async () => {
    const call = recordedCall(current().store);
    call.channel.start();
    await call.passes(...framesOf(50));
    call.line.events.end();
    call.channel.withdraw();
    await call.ends();
    expect(await kept()).toEqual([{}, []]);
    expect(call.of('recording-finished').at(-1)).toMatchObject({ outcome: 'withdrawn' });
  });

  it('that was begun anew after a withdrawal is kept, alone', async () => {
    const call = recordedCall(current().store);
    call.channel.start();
    await call.passes(...framesOf(20));
    call.channel.withdraw();
    await call.passes(...framesOf(20));
    call.channel.start();
    await call.passes(...framesOf(30));
    await call.ends();
    const [recordings, unfinished] = await kept();
    expect(Object.keys(recordings!)).toEqual([call.of('recording-started')[1]?.objectKey]);
    expect(Object.values(recordings!)[0]?.channels[0]).toHaveLength(30 * 160);
    expect(unfinished).toEqual([]);
  });

  it('of earlier calls goes too when a conversation that was cut is withdrawn from', async () => {
    const { store } = current();
    const first = recordedCall(store);
    first.channel.start();
    await first.passes(...framesOf(20));
    first.line.events.end();
    const { session, tenantId } = first;
    const second = recordedCall(store, { session, tenantId, recorder: first.recorder });
    const neighbour = recordedCall(store, { tenantId, recorder: first.recorder });
    neighbour.channel.start();
    second.channel.start();
    await second.passes(...framesOf(20));
    await neighbour.passes(...framesOf(20));
    second.channel.withdraw();
    await neighbour.ends();
    await second.ends();
    expect(Object.keys(await recordingsIn(store))).toEqual([neighbour.of('recording-started')[0]?.objectKey]);
    const withdrawn = second.of('recording-finished').filter(({ outcome }) => outcome === 'withdrawn');
    const begun = [...first.of('recording-started'), ...second.of('recording-started')];
    expect(withdrawn.map(({ recordingId }) => recordingId)).toEqual(begun.map(({ recordingId }) => recordingId));
  });

  it('is tagged to be deleted in time, and is audio/wav', async () => {
    const call = recordedCall(current().store);
    call.channel.start();
    await call.passes(...framesOf(10));
    await call.ends();
    for (const { tagging, contentType } of current().server?.objects.values() ?? [])
      expect([tagging, contentType]).toEqual(['retention-days=90', 'audio/wav']);
    expect(Object.keys(await recordingsIn(current().store))).toHaveLength(1);
  });
});

describe('a store of recordings that', () => {
  let current: Awaited<ReturnType<typeof bucketForTest>>;
  beforeEach(async () => {
    current = await bucketForTest();
  });
  afterEach(() => current.close());

  it('takes nothing any more costs the end of a recording, 6 MiB of memory, and no frame of the call', async () => {
    const { store, server } = current;
    let release = () => {};
    const stalled = new Promise<void>((resolve) => {
      release = resolve;
    });
    server.fault = ({ operation }) => (operation === 'CreateMultipartUpload' ? stalled : undefined);
    const call = recordedCall(store);
    call.channel.start();
    await call.passesSlowly(framesOf(PART_FRAMES));
    // The store is asked, and does not answer: an hour passes.
    for (let frames = PART_FRAMES; frames < 180_000; frames += 6_000) await call.passes(...framesOf(6_000, frames));
    expect(call.of('recording-finished')).toEqual([]);
    release();
    await call.ends();
    const [finished] = call.of('recording-finished');
    expect(finished?.outcome).toBe('cut');
    expect(finished?.bytes).toBeGreaterThan(PART_BYTES);
    expect(finished?.bytes).toBeLessThan(PART_BYTES + 61 * 16_000);
    const [recording] = Object.values(await recordingsIn(store));
    const heard = encodeMulaw(recording!.channels[0]!);
    expect(Buffer.from(heard).equals(Buffer.concat(framesOf(heard.length / 160)))).toBe(true);
  });

  it('breaks in the middle leaves what had arrived', async () => {
    const { store, server } = current;
    let parts = 0;
    server.fault = ({ operation }) =>
      operation === 'UploadPart' && ++parts > 1 ? { error: 'SlowDown', status: 503 } : undefined;
    const call = recordedCall(store);
    call.channel.start();
    await call.passesSlowly(framesOf(LONG));
    await call.passes(...framesOf(1_000));
    await call.ends();
    const [finished] = call.of('recording-finished');
    expect(finished).toMatchObject({ outcome: 'cut', bytes: PART_BYTES });
    const [recording] = Object.values(await recordingsIn(store));
    expect(recording?.channels[0]?.length).toBe((PART_BYTES - 58) / 2);
  });

  it.each([
    ['refuses', { error: 'AccessDenied', status: 403 }],
    ['is full', { error: 'SlowDown', status: 503 }],
    ['is gone', 'cut'],
  ] as const)('%s costs the recording, and no frame of the call', async (_, fault) => {
    current.server.fault = () => fault;
    const call = recordedCall(current.store);
    call.channel.start();
    await call.passes(...framesOf(500));
    await call.ends();
    expect(call.of('recording-finished')).toMatchObject([{ outcome: 'failed', bytes: 0, durationMs: 0 }]);
  });

  it('is down when consent is withdrawn is asked to delete until it has', async () => {
    const { store, server } = current;
    const first = recordedCall(store);
    first.channel.start();
    await first.passes(...framesOf(50));
    await first.ends();
    expect(server.objects.size).toBe(1);
    server.fault = ({ operation }) =>
      operation === 'DeleteObjects' ? { error: 'AccessDenied', status: 403 } : undefined;
    let failures = 0;
    const logger = { ...silent, warn: () => {}, error: () => failures++ } as unknown as typeof silent;
    const { session, tenantId } = first;
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const second = recordedCall(store, { session, tenantId, recorder: new Recorder({ store, logger }) });
    second.channel.withdraw();
    for (const [attempt, waitMs] of [1_000, 5_000, 30_000].entries()) {
      await until(() => failures === attempt + 1);
      expect(second.events).toEqual([]);
      await vi.advanceTimersByTimeAsync(waitMs);
    }
    await until(() => failures === 4);
    server.fault = () => undefined;
    await vi.advanceTimersByTimeAsync(120_000);
    await until(() => second.events.length === 1);
    expect(second.of('recording-finished')).toMatchObject([{ outcome: 'withdrawn' }]);
    expect(server.objects.size).toBe(0);
  });

  it('does not answer at all does not keep a process from ending', async () => {
    current.server.fault = () => new Promise(() => {});
    const call = recordedCall(current.store);
    call.channel.start();
    await call.passes(...framesOf(10));
    call.line.events.end();
    await call.recorder.close(50);
    expect(call.of('recording-finished')).toEqual([]);
  });
});

describe('a folder of recordings that cannot be written', () => {
  it('costs the recording, and no frame of the call', async () => {
    const place = await folderForTest();
    try {
      await writeFile(join(place.folder, 'recordings'), 'a file in the place of a folder');
      const call = recordedCall(openObjectStore(place.folder, { region: 'us-east-1' }));
      call.channel.start();
      await call.passes(SILENCE, SILENCE);
      await call.ends();
      expect(call.of('recording-finished')).toMatchObject([{ outcome: 'failed', bytes: 0, durationMs: 0 }]);
    } finally {
      await place.close();
    }
  });
});
