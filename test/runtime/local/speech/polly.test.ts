import {
  type StartSpeechSynthesisStreamActionStream as Action,
  StartSpeechSynthesisStreamCommand,
  type StartSpeechSynthesisStreamCommandInput,
  type StartSpeechSynthesisStreamEventStream,
  SynthesizeSpeechCommand,
  type SynthesizeSpeechCommandInput,
} from '@aws-sdk/client-polly';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { decodeMulaw } from '../../../../runtime/audio/mulaw.ts';
import { encodeAlaw } from '../../../../runtime/local/speech/polly-audio.ts';
import { PollyQuota, pollyLimits } from '../../../../runtime/local/speech/polly-quota.ts';
import { wholeSentences } from '../../../../runtime/local/speech/polly-stream.ts';
import { collect, type Services, startServices } from './clients.ts';

type Audio = AsyncIterable<Uint8Array>;

async function synthesize({ polly }: Services, more: Partial<SynthesizeSpeechCommandInput> = {}) {
  const { AudioStream, ...rest } = await polly.send(
    new SynthesizeSpeechCommand({
      Text: 'Hello, how are you today?',
      VoiceId: 'Joanna',
      Engine: 'neural',
      OutputFormat: 'mulaw',
      SampleRate: '8000',
      ...more,
    }),
  );
  return { audio: Buffer.concat(await collect(AudioStream as unknown as Audio)), ...rest };
}

async function converseWith(
  { polly }: Services,
  actions: AsyncIterable<Action>,
  more: Partial<StartSpeechSynthesisStreamCommandInput> = {},
): Promise<AsyncIterable<StartSpeechSynthesisStreamEventStream>> {
  const { EventStream } = await polly.send(
    new StartSpeechSynthesisStreamCommand({
      Engine: 'generative',
      VoiceId: 'Joanna',
      OutputFormat: 'mulaw',
      SampleRate: '8000',
      ActionStream: actions,
      ...more,
    }),
  );
  return EventStream!;
}

async function* texts(...pieces: string[]): AsyncGenerator<Action> {
  for (const Text of pieces) yield { TextEvent: { Text } };
  yield { CloseStreamEvent: {} };
}

const loudness = (samples: Int16Array) =>
  Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);

describe('emulated Polly, a request', () => {
  it('speaks: real telephone speech, with its type and what it is charged for', async () => {
    const { audio, ContentType, RequestCharacters } = await synthesize(await startServices());
    expect(ContentType).toBe('audio/mulaw');
    expect(RequestCharacters).toBe(25);
    expect(audio.length / 8).toBeGreaterThan(800);
    expect(audio.length / 8).toBeLessThan(4_000);
    expect(loudness(decodeMulaw(audio))).toBeGreaterThan(500);
  });

  it('has voices that differ', async () => {
    const services = await startServices();
    const said = await Promise.all(
      (['Joanna', 'Matthew', 'Brian', 'Salli'] as const).map(
        async (VoiceId) => (await synthesize(services, { VoiceId })).audio,
      ),
    );
    expect(new Set(said.map((audio) => audio.toString('base64'))).size).toBe(4);
  });

  it('gives the same speech as PCM, at 8 and at 16 kHz, and as A-law', async () => {
    const services = await startServices();
    const mulaw = (await synthesize(services)).audio;
    const pcm = (await synthesize(services, { OutputFormat: 'pcm' })).audio;
    const wide = (await synthesize(services, { OutputFormat: 'pcm', SampleRate: '16000' })).audio;
    const alaw = (await synthesize(services, { OutputFormat: 'alaw' })).audio;
    expect(new Int16Array(Uint8Array.from(pcm).buffer)).toEqual(decodeMulaw(mulaw));
    expect([wide.length, alaw.length]).toEqual([mulaw.length * 4, mulaw.length]);
  });

  it('speaks the words of SSML', async () => {
    const services = await startServices();
    const plain = await synthesize(services, { Text: 'You & me.' });
    const ssml = await synthesize(services, {
      Text: '<speak>You &amp; <emphasis>me.</emphasis></speak>',
      TextType: 'ssml',
    });
    expect(Math.abs(ssml.audio.length - plain.audio.length)).toBeLessThan(400);
  });

  it.each<[string, Partial<SynthesizeSpeechCommandInput>, string, string]>([
    [
      'an engine that the voice does not have',
      { VoiceId: 'Tiffany' },
      'ValidationException',
      'does not support the selected engine: neural',
    ],
    ['a voice that does not exist', { VoiceId: 'Nobody' as 'Joanna' }, 'ValidationException', 'Nobody'],
    ['a format that is not emulated', { OutputFormat: 'mp3' }, 'ValidationException', 'mp3'],
    ['a rate that the format does not have', { SampleRate: '16000' }, 'InvalidSampleRateException', '16000'],
    ['too much text', { Text: 'a'.repeat(3_001) }, 'TextLengthExceededException', 'Maximum text length'],
    ['SSML that is none', { Text: 'Hello', TextType: 'ssml' }, 'InvalidSsmlException', 'Invalid SSML'],
  ])('refuses %s', async (_, more, name, message) => {
    await expect(synthesize(await startServices(), more)).rejects.toMatchObject({
      name,
      message: expect.stringContaining(message),
      $metadata: { httpStatusCode: 400 },
    });
  });

  it('throttles an engine beyond its quota, and no other', async () => {
    const tight = { perSecond: 0.001, burst: 2, concurrent: 10 };
    const services = await startServices({ limits: { polly: { neural: tight } } });
    const tries = await Promise.allSettled([1, 2, 3].map(() => synthesize(services)));
    expect(tries.map(({ status }) => status).sort()).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(tries.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { name: 'ThrottlingException', message: 'Rate exceeded', $metadata: { httpStatusCode: 400 } },
    });
    await expect(synthesize(services, { Engine: 'standard' })).resolves.toBeDefined();
    expect(services.emulator.stats().polly).toMatchObject({ requests: 4, refused: 1 });
  });
});

describe('emulated Polly, a stream', () => {
  afterEach(() => vi.useRealTimers());

  it('speaks text as it comes and says at the end how much it was', async () => {
    const services = await startServices();
    const events = await collect(await converseWith(services, texts('Hello th', 'ere. How ', 'are you?')));
    const audio = events.flatMap(({ AudioEvent }) => AudioEvent?.AudioChunk ?? []);
    expect(Buffer.concat(audio).length / 8).toBeGreaterThan(1_000);
    expect(events.at(-1)).toEqual({ StreamClosedEvent: { RequestCharacters: 25 } });
  });

  it('speaks a sentence before the next one is written, and half a one when it is flushed', async () => {
    const services = await startServices();
    const heard = { first: () => {}, second: () => {} };
    const first = new Promise<void>((resolve) => (heard.first = resolve));
    const second = new Promise<void>((resolve) => (heard.second = resolve));
    async function* writing(): AsyncGenerator<Action> {
      yield { TextEvent: { Text: 'Hello there. How' } };
      await first;
      yield { TextEvent: { Text: ' are', FlushStreamConfiguration: { Force: true } } };
      await second;
      yield { CloseStreamEvent: {} };
    }
    let audioEvents = 0;
    let lengthOfFirst = 0;
    for await (const { AudioEvent, StreamClosedEvent } of await converseWith(services, writing())) {
      if (StreamClosedEvent) break;
      lengthOfFirst ||= AudioEvent!.AudioChunk!.length;
      if (++audioEvents === 1) heard.first();
      // Anything after the pieces of the first sentence is the flushed half.
      if (audioEvents > 2) heard.second();
    }
    expect(lengthOfFirst).toBeGreaterThan(0);
  });

  it('is for generative voices only', async () => {
    const stream = converseWith(await startServices(), texts('Hello.'), { Engine: 'neural' });
    await expect(stream).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('neural'),
    });
  });

  it('reports a bad text event in the stream', async () => {
    const stream = converseWith(await startServices(), texts('a'.repeat(3_001))).then(collect);
    await expect(stream).rejects.toMatchObject({ name: 'ValidationException', reason: 'invalidInboundEvent' });
  });

  it('closes a stream into which nothing is written for five seconds', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const services = await startServices();
    async function* silent(): AsyncGenerator<Action> {
      yield { TextEvent: { Text: 'Hello' } };
      await new Promise(() => {});
    }
    const ended = converseWith(services, silent())
      .then(collect)
      .catch((error: Error) => error);
    await vi.waitUntil(() => services.emulator.stats().polly.requests === 1);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await ended).toMatchObject({
      name: 'ServiceQuotaExceededException',
      quotaCode: 'input-stream-inbound-event-timeout',
    });
  });
});

describe('the parts of Polly', () => {
  it.each([
    // ITU-T G.711 table 1a, scaled to 16 bits.
    [0, 0xd5],
    [16, 0xd4],
    [-16, 0x55],
    [-17, 0x54],
    [256, 0xc5],
    [32_767, 0xaa],
    [-32_768, 0x2a],
  ])('encode sample %i as A-law %i', (sample, byte) => {
    expect([...encodeAlaw(Int16Array.of(sample))]).toEqual([byte]);
  });

  it('encode every sample as the A-law level next to it', () => {
    const decode = (byte: number) => {
      const bits = byte ^ 0x55;
      const segment = (bits >> 4) & 7;
      const step = 2 * (bits & 15) + 1;
      const magnitude = segment === 0 ? step * 8 : ((step + 32) * 8) << (segment - 1);
      return bits & 0x80 ? magnitude : -magnitude;
    };
    const samples = Int16Array.from({ length: 65_536 }, (_, i) => i - 32_768);
    const encoded = encodeAlaw(samples);
    const wrong = samples.filter((sample, i) => {
      const halfStep = 8 << Math.max(0, Math.floor(Math.log2(Math.max(1, Math.abs(sample)))) - 8);
      return Math.abs(decode(encoded[i]!) - sample) > halfStep;
    });
    expect([...wrong]).toEqual([]);
  });

  it('fills a quota again as time passes, up to its burst', () => {
    const quota = new PollyQuota({ perSecond: 8, burst: 10, concurrent: 18 });
    const enter = (count: number, atMs: number) =>
      Array.from({ length: count }, () => quota.enter(atMs)).filter(Boolean).length;
    expect(enter(12, 0)).toBe(10);
    for (let i = 0; i < 10; i++) quota.leave();
    expect(enter(12, 500)).toBe(4);
    for (let i = 0; i < 4; i++) quota.leave();
    expect(enter(12, 60_000)).toBe(10);
  });

  it('lets in only so many at a time', () => {
    const quota = new PollyQuota({ ...pollyLimits.standard, concurrent: 2 });
    expect([quota.enter(0), quota.enter(0), quota.enter(0)]).toEqual([true, true, false]);
    quota.leave();
    expect(quota.enter(0)).toBe(true);
  });

  it.each([
    ['Hello there. How are', 'Hello there.'],
    ['Hello there.', ''],
    ['It costs 3.50 now', ''],
    ['Really?! "Yes." And', 'Really?! "Yes."'],
    ['', ''],
  ])('takes of %j what is certainly whole: %j', (text, whole) => {
    expect(wholeSentences(text)).toBe(whole);
  });
});
