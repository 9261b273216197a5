import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { silence, spoken, startServices, transcribe, transcriptOf } from './clients.ts';

const LINE = "Hi, I'd like to book a cleaning.";

/** Audio that goes on until it is told to stop, 50 ms at a time, a hundred times faster than life. */
async function* endless(stop: AbortSignal): AsyncGenerator<Uint8Array> {
  while (!stop.aborted) {
    yield* silence(50);
    await delay(1);
  }
}

describe('emulated Transcribe', () => {
  afterEach(() => vi.useRealTimers());

  it('transcribes a spoken line of the script through the real client', async () => {
    const services = await startServices();
    services.emulator.script('call', [LINE]);
    const { results, finals, error } = await transcribe(services, await spoken(LINE));
    expect(error).toBeUndefined();
    expect(finals).toEqual([LINE]);
    expect(results.length).toBeGreaterThan(3);
    expect(new Set(results.map(({ ResultId }) => ResultId)).size).toBe(1);
    for (const result of results) expect(LINE.startsWith(transcriptOf(result))).toBe(true);
  });

  it('shapes results as the service does: times in seconds, words and punctuation as items, stability', async () => {
    const services = await startServices();
    services.emulator.script('call', ['No, thanks.']);
    const { results } = await transcribe(services, await spoken('No, thanks.'));
    const { StartTime, EndTime, IsPartial, Alternatives } = results.at(-1)!;
    expect(IsPartial).toBe(false);
    expect(StartTime).toBeGreaterThan(0.2);
    expect(StartTime).toBeLessThan(0.6);
    expect(EndTime).toBeGreaterThan(StartTime!);
    expect(Alternatives![0]!.Items!.map(({ Type, Content, Stable }) => [Type, Content, Stable])).toEqual([
      ['pronunciation', 'No', true],
      ['punctuation', ',', true],
      ['pronunciation', 'thanks', true],
      ['punctuation', '.', true],
    ]);
  });

  it('marks no word as stable when stabilization was not asked for', async () => {
    const services = await startServices();
    services.emulator.script('call', ['Hello.']);
    const { results } = await transcribe(services, await spoken('Hello.'), {
      EnablePartialResultsStabilization: false,
    });
    expect(results.flatMap(({ Alternatives }) => Alternatives![0]!.Items!.map(({ Stable }) => Stable))).not.toContain(
      true,
    );
    expect(results.length).toBeGreaterThan(0);
  });

  it('redacts finals, and only finals, when it is asked to', async () => {
    const line = 'My name is Anna Keller, on Tuesday.';
    const services = await startServices();
    services.emulator.script('call', [line]);
    const { results } = await transcribe(services, await spoken(line), { ContentRedactionType: 'PII' });
    const partials = results.filter(({ IsPartial }) => IsPartial).map(transcriptOf);
    expect(partials.at(-1)).toBe(line);
    const { Transcript, Items, Entities } = results.at(-1)!.Alternatives![0]!;
    expect(Transcript).toBe('My name is [NAME], on Tuesday.');
    expect(Items!.map(({ Content }) => Content)).toEqual(['My', 'name', 'is', '[NAME]', ',', 'on', 'Tuesday', '.']);
    const hidden = Items!.find(({ Content }) => Content === '[NAME]')!;
    expect(Entities).toEqual([
      {
        Category: 'PII',
        Type: 'NAME',
        Content: '[NAME]',
        StartTime: hidden.StartTime,
        EndTime: hidden.EndTime,
        Confidence: 1,
      },
    ]);
    expect(hidden.EndTime! - hidden.StartTime!).toBeGreaterThan(0.3);
  });

  it.each([
    { settings: { LanguageCode: 'sv-SE' as const }, problem: 'not supported for sv-SE' },
    { settings: { ContentIdentificationType: 'PII' as const }, problem: 'cannot both be set' },
  ])('refuses redaction as the service does: $problem', async ({ settings, problem }) => {
    const services = await startServices();
    const { error } = await transcribe(services, silence(100), { ContentRedactionType: 'PII', ...settings });
    expect(error?.name).toBe('BadRequestException');
    expect(error?.message).toContain(problem);
  });

  it('keeps calls apart, many at once', async () => {
    const services = await startServices();
    const lines = ['Hello.', 'Goodbye.', 'Yes, please.', 'No, thanks.', 'Thursday.'];
    const calls = Array.from({ length: 20 }, (_, i) => ({ callId: `call ${i}`, line: lines[i % lines.length]! }));
    for (const { callId, line } of calls) services.emulator.script(callId, [line]);
    const heard = await Promise.all(
      calls.map(async ({ callId, line }) => transcribe(services, await spoken(line), { callId })),
    );
    expect(heard.map(({ finals }) => finals)).toEqual(calls.map(({ line }) => [line]));
    expect(services.emulator.stats().transcribe).toMatchObject({ streams: 20, openStreams: 0, finals: 20 });
  });

  it('takes 16 kHz audio too', async () => {
    const services = await startServices();
    services.emulator.script('call', [LINE]);
    const chunks = (await spoken(LINE)).map((chunk) => {
      const samples = new Int16Array(chunk.buffer);
      return new Uint8Array(Int16Array.from({ length: samples.length * 2 }, (_, i) => samples[i >> 1]!).buffer);
    });
    expect((await transcribe(services, chunks, { MediaSampleRateHertz: 16_000 })).finals).toEqual([LINE]);
  });

  it('takes audio in pieces of any size', async () => {
    const services = await startServices();
    services.emulator.script('call', [LINE]);
    const whole = Buffer.concat(await spoken(LINE));
    const pieces = Array.from({ length: Math.ceil(whole.length / 777) }, (_, i) =>
      whole.subarray(i * 777, (i + 1) * 777),
    );
    expect((await transcribe(services, pieces)).finals).toEqual([LINE]);
  });

  it('ends at an empty audio event, with what was said so far as a final', async () => {
    const services = await startServices();
    services.emulator.script('call', [LINE]);
    const withoutRest = await spoken(LINE, { afterMs: 0 });
    async function* audio() {
      yield* withoutRest;
      yield new Uint8Array(0);
      await new Promise(() => {}); // the client itself never ends
    }
    const { finals, error } = await transcribe(services, audio());
    expect(error).toBeUndefined();
    expect(finals).toEqual([LINE]);
  });

  it('answers silence too: an empty list about once a second', async () => {
    const services = await startServices();
    const { events, results } = await transcribe(services, silence(5_000));
    expect([events, results]).toEqual([5, []]);
  });

  it('says that it did not understand speech which is not in the script', async () => {
    const services = await startServices();
    expect((await transcribe(services, await spoken(LINE))).finals).toEqual(['(unscripted speech)']);
  });

  it('hears the line again when a broken stream is reopened and its audio is played again', async () => {
    const services = await startServices();
    services.emulator.script('call', [LINE, 'Goodbye.']);
    services.emulator.inject({ stage: 'speech-to-text', name: 'drop-mid-stream', afterEvents: 2 });
    const audio = await spoken(LINE);
    const broken = await transcribe(services, audio, { attempt: 0 });
    expect(broken.error).toBeDefined();
    expect(broken.finals).toEqual([]);
    const reopened = await transcribe(services, [...audio, ...(await spoken('Goodbye.'))], { attempt: 1 });
    expect(reopened.finals).toEqual([LINE, 'Goodbye.']);
  });

  it('closes a stream that sends no audio for 15 seconds, in the words of the service', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const services = await startServices();
    services.emulator.script('call', ['Hello.']);
    const audio = await spoken('Hello.');
    async function* thenNothing() {
      yield* audio;
      await new Promise(() => {});
    }
    const silent = transcribe(services, thenNothing());
    await vi.waitUntil(() => services.emulator.stats().transcribe.finals === 1, { timeout: 10_000 });
    await vi.advanceTimersByTimeAsync(14_000);
    expect(services.emulator.stats().transcribe.openStreams).toBe(1);
    await vi.advanceTimersByTimeAsync(1_000);
    const { error } = await silent;
    expect(error).toMatchObject({
      name: 'BadRequestException',
      message: 'Your request timed out because no new audio was received for 15 seconds.',
    });
  });

  it('refuses a stream beyond its limit, and takes one again when another has ended', async () => {
    const services = await startServices({ limits: { transcribe: { concurrentStreams: 1 } } });
    const stop = new AbortController();
    const first = transcribe(services, endless(stop.signal), { callId: 'first' });
    await vi.waitUntil(() => services.emulator.stats().transcribe.openStreams === 1);
    expect((await transcribe(services, silence(100), { callId: 'second' })).error).toMatchObject({
      name: 'LimitExceededException',
      message: 'You have reached your limit of concurrent streams, 1. Try again later.',
    });
    stop.abort();
    expect((await first).error).toBeUndefined();
    await vi.waitUntil(() => services.emulator.stats().transcribe.openStreams === 0);
    expect((await transcribe(services, silence(100), { callId: 'second' })).error).toBeUndefined();
    expect(services.emulator.stats().transcribe.refusedStreams).toBe(1);
  });

  it('ends a stream whose session id another one takes', async () => {
    const services = await startServices();
    const stop = new AbortController();
    const first = transcribe(services, endless(stop.signal));
    await vi.waitUntil(() => services.emulator.stats().transcribe.openStreams === 1);
    expect((await transcribe(services, silence(100))).error).toBeUndefined();
    expect((await first).error).toMatchObject({ name: 'ConflictException' });
    stop.abort();
  });

  it('names everything wrong with a request', async () => {
    const services = await startServices();
    const { error } = await transcribe(services, silence(100), {
      MediaSampleRateHertz: 44_100,
      MediaEncoding: 'flac',
      SessionId: 'not-a-uuid',
    });
    expect(error).toMatchObject({ name: 'BadRequestException', $metadata: { httpStatusCode: 400 } });
    for (const part of ['44100', 'flac', 'SessionId']) expect(error!.message).toContain(part);
  });

  it('refuses a chunk that is too big', async () => {
    const services = await startServices();
    const { error } = await transcribe(services, [new Uint8Array(40_000)]);
    expect(error).toMatchObject({ name: 'BadRequestException' });
    expect(error!.message).toContain('too big');
  });

  it('forgets a client that hangs up in the middle', async () => {
    const services = await startServices();
    const stop = new AbortController();
    const call = transcribe(services, endless(stop.signal));
    await vi.waitUntil(() => services.emulator.stats().transcribe.openStreams === 1);
    services.transcribe.destroy();
    stop.abort();
    await call;
    await vi.waitUntil(() => services.emulator.stats().transcribe.openStreams === 0);
  });
});
