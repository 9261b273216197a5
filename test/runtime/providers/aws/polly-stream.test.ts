import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { encodeMulaw } from '../../../../runtime/audio/mulaw.ts';
import { createAwsClients } from '../../../../runtime/providers/aws/clients.ts';
import { PollyTextToSpeech } from '../../../../runtime/providers/aws/polly.ts';
import { PollyStreamTextToSpeech } from '../../../../runtime/providers/aws/polly-stream.ts';
import { ProviderError } from '../../../../runtime/providers/errors.ts';
import type { Speech } from '../../../../runtime/providers/text-to-speech.ts';
import { stopClock, timePassesUntil } from '../../../support/stopped-clock.ts';
import {
  beginEvents,
  event,
  exception,
  refuse,
  type ScriptedRequest,
  startScriptedService,
} from './scripted-service.ts';

const cleanUps: (() => unknown)[] = [];
beforeEach(stopClock);
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  vi.useRealTimers();
});

const ruth = { id: 'Ruth', language: 'en-US' };
const limits = { audioMs: 300, keepAliveMs: 50, restMs: 60_000 };

/** Each character is spoken as 50 ms of a sound of its own, each clause ends in a pause: 16-bit PCM. */
function pcmOf(text: string): Buffer {
  const samples = [...text].flatMap((character) => new Array<number>(400).fill(levelOf(character)));
  return Buffer.from(Int16Array.from([...samples, ...new Array<number>(1_200).fill(0)]).buffer);
}
const mulawOf = (text: string) => Buffer.from(encodeMulaw(new Int16Array(new Uint8Array(pcmOf(text)).buffer)));
/** A level that µ-law keeps apart from its neighbours and that is no silence. */
const levelOf = (character: string) => 1_000 + (character.charCodeAt(0) - 32) * 300;

interface TextEvent {
  Text: string;
  FlushStreamConfiguration?: { Force?: boolean };
}
type OnText = (said: { request: ScriptedRequest; text: string; index: number }) => unknown;
/** What `onText` returns when the stream shall neither speak nor close any more. */
const HANG = Symbol('hang');

/** Accepts a stream, hands each flushed text to `onText`, and closes it when asked, unless a text made it hang. */
async function stream(request: ScriptedRequest, onText: OnText, texts: TextEvent[] = []): Promise<void> {
  beginEvents(request);
  let index = 0;
  try {
    for await (const { type, body } of request.events()) {
      if (type === 'CloseStreamEvent') break;
      const said = JSON.parse(Buffer.from(body).toString()) as TextEvent;
      texts.push(said);
      if (!said.FlushStreamConfiguration?.Force) continue;
      if (onText({ request, text: said.Text.trim(), index: index++ }) === HANG) return;
    }
    request.stream.end(event('StreamClosedEvent', { RequestCharacters: 1 }));
  } catch {
    // The stream broke, as it should.
  }
}

function speakOut({ request, text }: { request: ScriptedRequest; text: string }): void {
  const pcm = pcmOf(text);
  for (let at = 0; at < pcm.length; at += 1_001)
    request.stream.write(event('AudioEvent', pcm.subarray(at, at + 1_001)));
}

async function pollyOf(answerStream: (request: ScriptedRequest) => unknown) {
  const asked: string[] = [];
  const service = await startScriptedService(async (request) => {
    if (request.headers[':path'] === '/v1/synthesisStream') return answerStream(request);
    const text = String((await request.json()).Text);
    asked.push(text);
    request.stream.respond({ ':status': 200, 'content-type': 'audio/mulaw' });
    request.stream.end(mulawOf(text));
  });
  const clients = createAwsClients('us-east-1', { endpoint: service.url });
  const closing = new AbortController();
  cleanUps.push(service.close, clients.destroy, () => closing.abort());
  const shared = { closing: closing.signal };
  const fallback = new PollyTextToSpeech(clients.polly, { ...shared, engine: 'generative' });
  const warnings: object[] = [];
  const logger = { warn: (fields: object) => void warnings.push(fields) };
  const polly = new PollyStreamTextToSpeech(clients.polly, { ...shared, fallback, limits, logger });
  return { polly, service, closing, asked, warnings };
}

async function* clausesOf(...clauses: string[]) {
  yield* clauses;
}

async function heard(speech: AsyncIterable<Speech>): Promise<Buffer[]> {
  const clauses: Buffer[] = [];
  const over: number[] = [];
  for await (const { clause, audio, last } of speech) {
    expect(clause).toBe(over.length);
    clauses[clause] = Buffer.concat([clauses[clause] ?? Buffer.alloc(0), audio]);
    if (last) over.push(clause);
  }
  expect(over).toEqual([...clauses.keys()]);
  return clauses;
}

const forever = () => new AbortController().signal;
const script = ['Good morning, this is Bright Dental.', 'How can I help you today?', 'Take your time.'];

describe('Polly’s two-way stream', () => {
  it('speaks clauses as they come, on one stream, as the telephone’s µ-law', async () => {
    const texts: TextEvent[] = [];
    const { polly, service } = await pollyOf((request) => stream(request, speakOut, texts));
    expect(await heard(polly.speak(clausesOf(...script), ruth, forever()))).toEqual(script.map(mulawOf));
    expect(texts).toEqual(
      script.map((text) => ({ Text: `${text} `, TextType: 'text', FlushStreamConfiguration: { Force: true } })),
    );
    expect(service.requests).toHaveLength(1);
    expect(service.requests[0]?.headers).toMatchObject({
      'x-amzn-engine': 'generative',
      'x-amzn-outputformat': 'pcm',
      'x-amzn-samplerate': '8000',
      'x-amzn-voiceid': 'Ruth',
    });
  });

  it('delivers the audio of a clause while the next is still being written', async () => {
    const { polly } = await pollyOf((request) => stream(request, speakOut));
    let write = (_: string) => {};
    const second = new Promise<string>((resolve) => {
      write = resolve;
    });
    const clauses = (async function* () {
      yield script[0]!;
      yield await second;
    })();
    const pieces: Buffer[] = [];
    for await (const { audio } of polly.speak(clauses, ruth, forever())) {
      pieces.push(Buffer.from(audio));
      write(script[1]!);
    }
    expect(Buffer.concat(pieces)).toEqual(Buffer.concat([mulawOf(script[0]!), mulawOf(script[1]!)]));
  });

  it('keeps the stream open while the model thinks', async () => {
    const texts: TextEvent[] = [];
    const { polly, asked } = await pollyOf((request) => stream(request, speakOut, texts));
    const slow = (async function* () {
      await timePassesUntil(() => texts.filter(({ Text }) => Text === ' ').length > 1);
      yield script[0]!;
    })();
    expect(await heard(polly.speak(slow, ruth, forever()))).toEqual([mulawOf(script[0]!)]);
    expect(asked).toEqual([]);
  });

  it('sends nothing for what cannot be pronounced, and still ends that clause', async () => {
    const texts: TextEvent[] = [];
    const { polly } = await pollyOf((request) => stream(request, speakOut, texts));
    const clauses = await heard(polly.speak(clausesOf('…', script[0]!, '—'), ruth, forever()));
    expect(clauses).toEqual([Buffer.alloc(0), mulawOf(script[0]!), Buffer.alloc(0)]);
    expect(texts).toHaveLength(1);
  });

  describe('speaks on clause by clause, without a gap or a repetition, when', () => {
    const faults: Record<string, (request: ScriptedRequest) => unknown> = {
      'the stream is throttled': (request) => refuse(request, 400, 'ThrottlingException'),
      'the stream is not permitted': (request) => refuse(request, 403, 'AccessDeniedException'),
      'the connection breaks at once': (request) => request.stream.session?.destroy(),
      'the stream is not answered': () => {},
      'no audio comes': (request) => stream(request, () => HANG),
      'it is closed without a sound': (request) => stream(request, () => {}),
      'the service fails at the first clause': (request) =>
        stream(request, () => {
          request.stream.end(exception('ServiceFailureException'));
          return HANG;
        }),
      'it breaks in the middle of the second clause': (request) =>
        stream(request, (said) => {
          if (said.index === 0) return speakOut(said);
          request.stream.write(event('AudioEvent', pcmOf(said.text).subarray(0, 8_000)), async () => {
            // Most likely read by then; if not, there is more to speak again.
            await delay(20);
            request.stream.destroy(new Error('scripted'));
          });
          return HANG;
        }),
      'it stalls in the middle of the second clause': (request) =>
        stream(request, (said) => {
          if (said.index === 0) return speakOut(said);
          request.stream.write(event('AudioEvent', pcmOf(said.text).subarray(0, 8_000)));
          return HANG;
        }),
      'an event does not decode': (request) =>
        stream(request, (said) => {
          if (said.index === 0) return speakOut(said);
          const broken = Buffer.from(event('AudioEvent', pcmOf(said.text)));
          broken.writeUInt32BE(1, broken.length - 4);
          request.stream.write(broken);
          return HANG;
        }),
      'it ends without having been closed': (request) =>
        stream(request, (said) => {
          if (said.index === 0) return speakOut(said);
          request.stream.end();
          return HANG;
        }),
    };
    for (const [name, fault] of Object.entries(faults))
      it(name, async () => {
        const { polly, warnings, asked } = await pollyOf(fault);
        const speech = heard(polly.speak(clausesOf(...script), ruth, forever()));
        await timePassesUntil(() => asked.length > 0);
        const clauses = await speech;
        expect(Buffer.concat(clauses)).toEqual(Buffer.concat(script.map(mulawOf)));
        expect(warnings).toHaveLength(1);
        expect(asked).toEqual(script.slice(script.length - asked.length));
      });
  });

  it('leaves a stream alone that has just failed', async () => {
    const { polly, service, asked } = await pollyOf((request) => refuse(request, 400, 'ThrottlingException'));
    await heard(polly.speak(clausesOf('one'), ruth, forever()));
    await heard(polly.speak(clausesOf('two'), ruth, forever()));
    expect(asked).toEqual(['one', 'two']);
    expect(service.requests.filter(({ headers }) => headers[':path'] === '/v1/synthesisStream')).toHaveLength(1);
  });

  it('fails with the error of its clauses, after the clauses before it', async () => {
    const { polly, asked } = await pollyOf((request) => stream(request, speakOut));
    const failed = new ProviderError('language-model', 'bedrock', 'throttled', 'scripted');
    const broken = (async function* () {
      yield script[0]!;
      throw failed;
    })();
    const before: Buffer[] = [];
    const read = async () => {
      for await (const { audio } of polly.speak(broken, ruth, forever())) before.push(Buffer.from(audio));
    };
    await expect(read()).rejects.toBe(failed);
    expect(Buffer.concat(before)).toEqual(mulawOf(script[0]!));
    expect(asked).toEqual([]);
  });

  describe('is over at once, without an error, when', () => {
    const endless = async function* () {
      yield script[0]!;
      await new Promise(() => {});
    };

    it('the caller barges in', async () => {
      const { polly, service, asked } = await pollyOf((request) => stream(request, speakOut));
      const bargeIn = new AbortController();
      for await (const _ of polly.speak(endless(), ruth, bargeIn.signal)) bargeIn.abort();
      await expect.poll(service.openStreams).toBe(0);
      expect(asked).toEqual([]);
    });

    it('its listener leaves', async () => {
      const { polly, service } = await pollyOf((request) => stream(request, speakOut));
      for await (const _ of polly.speak(endless(), ruth, forever())) break;
      await expect.poll(service.openStreams).toBe(0);
    });

    it('the providers close', async () => {
      const { polly, closing } = await pollyOf(() => closing.abort());
      expect(await heard(polly.speak(clausesOf('one'), ruth, forever()))).toEqual([]);
    });
  });
});
