import { getEventListeners } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { decodeMulaw } from '../../../../runtime/audio/mulaw.ts';
import { createAwsClients } from '../../../../runtime/providers/aws/clients.ts';
import { TranscribeSpeechToText } from '../../../../runtime/providers/aws/transcribe.ts';
import { ProviderError } from '../../../../runtime/providers/errors.ts';
import type { ProviderLogger } from '../../../../runtime/providers/logger.ts';
import type { RetryLimits } from '../../../../runtime/providers/retry.ts';
import type { Transcript } from '../../../../runtime/providers/speech-to-text.ts';
import {
  beginEvents,
  event,
  exception,
  refuse,
  type ScriptedRequest,
  startScriptedService,
} from './scripted-service.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** Longer than any machine is busy. */
const patient: RetryLimits = { budgetMs: 60_000, firstMs: 30_000, stallMs: 30_000, backoffMs: 10 };
/** Where nothing is to come. */
const impatient: RetryLimits = { budgetMs: 1_500, firstMs: 500, stallMs: 500, backoffMs: 10 };
/** Where everything fails. */
const poor: RetryLimits = { ...patient, budgetMs: 2_000 };

/** 20 ms that sound like nothing else within a second, all of them loud. */
const frame = (index: number) => new Uint8Array(160).fill(index % 50);
const pcmOf = (from: number, to: number) =>
  Buffer.concat(Array.from({ length: to - from }, (_, i) => Buffer.from(decodeMulaw(frame(from + i)).buffer)));

type Listener = (heard: { stream: ScriptedRequest; audioMs: number; ended: boolean }) => void;

/** Accepts every stream and tells `listener` of each chunk, and of the end of the audio. */
function listening(listener: Listener) {
  return async (stream: ScriptedRequest) => {
    beginEvents(stream);
    let audioMs = 0;
    try {
      for await (const { body } of stream.events()) {
        audioMs += body.length / 16;
        listener({ stream, audioMs, ended: false });
      }
      listener({ stream, audioMs, ended: true });
    } catch {
      // The stream broke, as it should.
    }
  };
}

function tell({ stream }: ScriptedRequest, id: string, text: string, endMs: number, final = false): void {
  const Items = text
    .split(' ')
    .map((Content) => ({ Type: 'pronunciation', Content, EndTime: endMs / 1000, Stable: true }));
  const result = {
    ResultId: id,
    IsPartial: !final,
    StartTime: 0,
    EndTime: endMs / 1000,
    Alternatives: [{ Transcript: text, Items }],
  };
  stream.write(event('TranscriptEvent', { Transcript: { Results: [result] } }));
}

interface CallOptions {
  readonly limits?: RetryLimits;
  readonly logger?: ProviderLogger;
  readonly redactsFinals?: (language: string) => boolean;
}

async function callTo(
  answer: (request: ScriptedRequest) => unknown,
  { limits = patient, logger, redactsFinals }: CallOptions = {},
) {
  const received: Buffer[][] = [];
  const service = await startScriptedService((request) => {
    const chunks: Buffer[] = [];
    received.push(chunks);
    answer({
      ...request,
      async *events() {
        for await (const message of request.events()) {
          chunks.push(Buffer.from(message.body));
          yield message;
        }
      },
    });
  });
  const clients = createAwsClients('us-east-1', { endpoint: service.url });
  const hangUp = new AbortController();
  const closing = new AbortController();
  cleanUps.push(service.close, clients.destroy, () => hangUp.abort());
  const provider = new TranscribeSpeechToText(clients.transcribe, {
    partialResultsStability: 'high',
    closing: closing.signal,
    limits,
    logger,
    redactsFinals,
  });
  const call = provider.open({ callId: 'call-1', language: 'en-US', signal: hangUp.signal });
  const speak = (from: number, to: number) => {
    for (let index = from; index < to; index++) call.write(frame(index));
  };
  return { call, speak, service, hangUp, closing, received };
}

async function collect(transcripts: AsyncIterable<Transcript>, told: Transcript[] = []): Promise<Transcript[]> {
  for await (const transcript of transcripts) told.push(transcript);
  return told;
}
const finals = (told: Transcript[]) => told.filter(({ isFinal }) => isFinal).map(({ text }) => text);

async function failureOf(transcripts: AsyncIterable<Transcript>): Promise<string> {
  try {
    await collect(transcripts);
  } catch (error) {
    if (error instanceof ProviderError) return error.failure;
    throw error;
  }
  throw new Error('expected a ProviderError, found an ordinary end');
}

describe('a call transcribed by Transcribe', () => {
  it('is one stream of 16-bit audio in chunks of 80 ms, from its first frame to its last', async () => {
    const { call, speak, service, received } = await callTo(
      listening(({ stream, audioMs, ended }) => {
        if (audioMs === 160 && !ended) tell(stream, 'a', 'hello', 100);
        if (!ended) return;
        tell(stream, 'a', 'hello there', 180, true);
        stream.stream.end();
      }),
    );
    speak(0, 10);
    call.close();
    call.close();
    speak(10, 20);
    expect(await collect(call)).toEqual([
      { segmentId: '0', text: 'hello', stableWords: 1, isFinal: false, endMs: 100 },
      { segmentId: '0', text: 'hello there', stableWords: 2, isFinal: true, endMs: 180 },
    ]);
    expect(received[0]?.map((chunk) => chunk.length)).toEqual([1_280, 1_280, 640]);
    expect(Buffer.concat(received[0] ?? [])).toEqual(pcmOf(0, 10));
    expect(service.requests).toHaveLength(1);
    expect(service.requests[0]?.headers).toMatchObject({
      ':path': '/stream-transcription',
      'x-amzn-transcribe-language-code': 'en-US',
      'x-amzn-transcribe-sample-rate': '8000',
      'x-amzn-transcribe-media-encoding': 'pcm',
      'x-amzn-transcribe-enable-partial-results-stabilization': 'true',
      'x-amzn-transcribe-partial-results-stability': 'high',
      'x-amzn-transcribe-session-id': expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
    });
  });

  it('asks for redacted finals where the language has them', async () => {
    const { call, speak, service } = await callTo(
      listening(({ stream, ended }) => {
        if (!ended) return;
        tell(stream, 'a', 'it is Anna', 180);
        tell(stream, 'a', 'it is [NAME]', 180, true);
        stream.stream.end();
      }),
      { redactsFinals: (language) => language === 'en-US' },
    );
    speak(0, 10);
    call.close();
    expect(await collect(call)).toEqual([
      { segmentId: '0', text: 'it is Anna', stableWords: 3, isFinal: false, endMs: 180 },
      { segmentId: '0', text: 'it is Anna', redactedText: 'it is [NAME]', stableWords: 3, isFinal: true, endMs: 180 },
    ]);
    expect(service.requests[0]?.headers['x-amzn-transcribe-content-redaction-type']).toBe('PII');
  });

  it('does not ask for them in another language', async () => {
    const { call, speak, service } = await callTo(
      listening(({ stream, ended }) => ended && stream.stream.end()),
      { redactsFinals: (language) => language === 'de-DE' },
    );
    speak(0, 10);
    call.close();
    await collect(call);
    expect(service.requests[0]?.headers).not.toHaveProperty('x-amzn-transcribe-content-redaction-type');
  });

  it('goes on without redaction when the service refuses a stream with it', async () => {
    const answer = listening(({ stream, ended }) => {
      if (!ended) return;
      tell(stream, 'a', 'it is Anna', 180, true);
      stream.stream.end();
    });
    const { call, speak, service } = await callTo(
      (request) =>
        request.headers['x-amzn-transcribe-content-redaction-type']
          ? refuse(request, 400, 'BadRequestException')
          : answer(request),
      { redactsFinals: () => true },
    );
    speak(0, 10);
    call.close();
    expect(await collect(call)).toEqual([
      { segmentId: '0', text: 'it is Anna', stableWords: 3, isFinal: true, endMs: 180 },
    ]);
    expect(service.requests).toHaveLength(2);
  });

  it('sends audio before the service has said a word', async () => {
    const { speak, received } = await callTo(listening(() => {}));
    speak(0, 4);
    await expect.poll(() => received[0]?.length).toBe(1);
    speak(4, 8);
    await expect.poll(() => received[0]?.length).toBe(2);
  });

  describe('loses no word and hears no final twice when', () => {
    // The first stream tells a final that ends at 600 ms and half of what follows, then fails.
    const faults: Record<string, (request: ScriptedRequest) => void> = {
      'the stream is reset': ({ stream }) => stream.destroy(new Error('scripted')),
      'the connection breaks': ({ stream }) => stream.session?.destroy(),
      'the stream ends too early': ({ stream }) => stream.end(),
      'the service fails': ({ stream }) => stream.end(exception('InternalFailureException')),
      'a limit is reached': ({ stream }) => stream.end(exception('LimitExceededException')),
      'another stream takes the session id': ({ stream }) => stream.end(exception('ConflictException')),
      'no audio was received for too long': ({ stream }) =>
        stream.end(
          exception('BadRequestException', 'Your request timed out because no new audio was received for 15 seconds.'),
        ),
      'an event does not decode': ({ stream }) => {
        const broken = Buffer.from(event('TranscriptEvent', { Transcript: { Results: [] } }));
        broken.writeUInt32BE(1, broken.length - 4);
        stream.write(broken);
      },
      'an event holds no JSON': ({ stream }) => stream.write(event('TranscriptEvent', Buffer.from('{"Transcript":'))),
      'it goes deaf': () => {},
    };
    for (const [name, fault] of Object.entries(faults))
      it(name, async () => {
        let failed = false;
        const { call, speak, service, received } = await callTo(
          listening(({ stream, audioMs, ended }) => {
            const first = stream.index === 0;
            if (first && audioMs === 880 && !ended) {
              tell(stream, 'a', 'hello', 600, true);
              tell(stream, 'b', 'I need', 850);
            }
            if (first && audioMs === 960 && !ended) {
              failed = true;
              fault(stream);
            }
            if (first || !ended) return;
            tell(stream, 'n', 'I need an appointment', 900, true);
            stream.stream.end();
          }),
          { limits: name === 'it goes deaf' ? impatient : patient },
        );
        const told: Transcript[] = [];
        const collected = collect(call, told);
        speak(0, 44);
        // A stream that breaks takes along what nobody has read yet.
        await expect.poll(() => told.at(-1)?.text).toBe('I need');
        speak(44, 48);
        await expect.poll(() => failed).toBe(true);
        speak(48, 80);
        await expect.poll(() => service.requests.length).toBe(2);
        call.close();
        await collected;
        expect(finals(told)).toEqual(['hello', 'I need an appointment']);
        expect(told.map(({ segmentId }) => segmentId)).toEqual(['0', '1', '1']);
        expect(told.map(({ endMs }) => endMs)).toEqual([600, 850, 1_500]);
        expect(Buffer.concat(received[1] ?? [])).toEqual(pcmOf(30, 80));
        const sessions = service.requests.map(({ headers }) => headers['x-amzn-transcribe-session-id']);
        expect(new Set(sessions).size).toBe(2);
      });

    it.each([
      {
        name: 'the first stream is throttled',
        fault: (request: ScriptedRequest) => refuse(request, 429, 'LimitExceededException'),
      },
      {
        name: 'the service is unavailable at first',
        fault: (request: ScriptedRequest) => refuse(request, 503, 'ServiceUnavailableException'),
      },
      { name: 'the first stream is not answered', fault: () => {}, limits: impatient },
    ])('$name', async ({ fault, limits }) => {
      const accept = listening(({ stream, ended }) => {
        if (!ended) return;
        tell(stream, 'a', 'hello', 200, true);
        stream.stream.end();
      });
      const { call, speak, received } = await callTo(
        (request) => (request.index === 0 ? fault(request) : accept(request)),
        { limits },
      );
      speak(0, 20);
      call.close();
      expect(finals(await collect(call))).toEqual(['hello']);
      expect(Buffer.concat(received[1] ?? [])).toEqual(pcmOf(0, 20));
    });

    it('the stream breaks while the last words are under way', async () => {
      const { call, speak } = await callTo(
        listening(({ stream, ended }) => {
          if (!ended) return;
          if (stream.index === 0) return stream.stream.session?.destroy();
          tell(stream, 'a', 'goodbye', 200, true);
          stream.stream.end();
        }),
      );
      speak(0, 20);
      call.close();
      expect(finals(await collect(call))).toEqual(['goodbye']);
    });

    it('every stream breaks, as long as each brings news', async () => {
      const { call, speak, service } = await callTo(
        listening(({ stream, ended }) => {
          if (!ended) return;
          const from = stream.index * 100;
          tell(stream, 'a', `word${stream.index}`, 100, true);
          if (from < 900) stream.stream.session?.destroy();
          else stream.stream.end();
        }),
      );
      speak(0, 50);
      call.close();
      expect(finals(await collect(call))).toEqual(Array.from({ length: 10 }, (_, index) => `word${index}`));
      expect(service.requests).toHaveLength(10);
    });
  });

  it('does not reopen a second time for noise that no stream can make words of', async () => {
    let heardMs = 0;
    const { call, speak, service } = await callTo(
      listening(({ stream, audioMs, ended }) => {
        heardMs = audioMs;
        if (!ended || stream.index === 0) return;
        tell(stream, 'a', 'at last', 100, true);
        stream.stream.end();
      }),
      { limits: impatient },
    );
    speak(0, 60);
    await expect.poll(() => service.requests.length).toBe(2);
    // Far more of it than makes a stream suspect, for longer than a stream may be deaf.
    speak(60, 400);
    await expect.poll(() => heardMs).toBe(8_000);
    call.close();
    expect(finals(await collect(call))).toEqual(['at last']);
    expect(service.requests).toHaveLength(2);
  });

  it('fails, once the budget is used up', async () => {
    const { call, service } = await callTo((request) => refuse(request, 429, 'LimitExceededException'), {
      limits: poor,
    });
    expect(await failureOf(call)).toBe('throttled');
    expect(service.requests.length).toBeGreaterThan(2);
  });

  it('fails when streams are accepted and broken, over and over', async () => {
    const { call, service } = await callTo(
      (request) => {
        beginEvents(request);
        request.stream.end(exception('ServiceUnavailableException'));
      },
      { limits: poor },
    );
    expect(await failureOf(call)).toBe('unavailable');
    expect(service.requests.length).toBeGreaterThan(2);
  });

  it('fails at once when it is refused', async () => {
    const { call, service } = await callTo((request) =>
      refuse(request, 400, 'BadRequestException', 'LanguageCode is not supported'),
    );
    expect(await failureOf(call)).toBe('refused');
    expect(service.requests).toHaveLength(1);
  });

  it('fails when the last words never come', async () => {
    const { call, speak } = await callTo(
      listening(() => {}),
      { limits: impatient },
    );
    speak(0, 10);
    call.close();
    expect(await failureOf(call)).toBe('timeout');
  });

  describe('is over at once, without an error, when', () => {
    it('the caller hangs up', async () => {
      const { call, speak, service, hangUp } = await callTo(
        listening(({ stream, audioMs }) => {
          if (audioMs === 80) tell(stream, 'a', 'hello', 50);
        }),
      );
      speak(0, 4);
      for await (const { text } of call) {
        expect(text).toBe('hello');
        hangUp.abort();
      }
      await expect.poll(service.openStreams).toBe(0);
      speak(4, 8);
    });

    it('the caller hangs up before anybody listens', async () => {
      const { call, hangUp } = await callTo(() => {});
      hangUp.abort();
      expect(await collect(call)).toEqual([]);
    });

    it('the caller hangs up while a broken stream waits to be reopened', async () => {
      const { call, hangUp } = await callTo((request) => refuse(request, 429, 'LimitExceededException'), {
        logger: { warn: () => setImmediate(() => hangUp.abort()) },
      });
      expect(await collect(call)).toEqual([]);
    });

    it('the reader leaves', async () => {
      const { call, speak, service } = await callTo(
        listening(({ stream, audioMs }) => {
          if (audioMs === 80) tell(stream, 'a', 'hello', 50);
        }),
      );
      speak(0, 4);
      for await (const _ of call) break;
      await expect.poll(service.openStreams).toBe(0);
    });

    it('the providers close', async () => {
      const { call, closing } = await callTo(listening(() => {}));
      closing.abort();
      expect(await collect(call)).toEqual([]);
    });
  });

  it('leaves nothing behind on the signals it was given', async () => {
    const { call, speak, hangUp, closing } = await callTo(
      listening(({ stream, ended }) => {
        if (!ended) return;
        if (stream.index === 0) stream.stream.session?.destroy();
        else stream.stream.end();
      }),
    );
    speak(0, 8);
    call.close();
    await collect(call);
    const listeners = () => [hangUp, closing].flatMap(({ signal }) => getEventListeners(signal, 'abort'));
    await expect.poll(listeners).toEqual([]);
  });

  it('is told as it stands now to a reader who comes late', async () => {
    const { call, speak, service } = await callTo(
      listening(({ stream, audioMs, ended }) => {
        if (!ended) tell(stream, 'a', `part${audioMs}`, audioMs);
        else stream.stream.end();
      }),
    );
    speak(0, 30);
    call.close();
    await expect.poll(() => service.requests.length > 0 && service.openStreams() === 0).toBe(true);
    expect((await collect(call)).map(({ text }) => text)).toEqual(['part600']);
  });
});
