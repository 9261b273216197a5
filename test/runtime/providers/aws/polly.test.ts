import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAwsClients } from '../../../../runtime/providers/aws/clients.ts';
import { PollyTextToSpeech } from '../../../../runtime/providers/aws/polly.ts';
import { ProviderError } from '../../../../runtime/providers/errors.ts';
import type { Speech } from '../../../../runtime/providers/text-to-speech.ts';
import { skippingWaits, stopClock, timePassesUntil } from '../../../support/stopped-clock.ts';
import { refuse, type ScriptedRequest, startScriptedService } from './scripted-service.ts';

const cleanUps: (() => unknown)[] = [];
beforeEach(stopClock);
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  vi.useRealTimers();
});

const limits = { budgetMs: 1_500, firstMs: 300, stallMs: 300, backoffMs: 10 };
const quota = { perSecond: 1_000, burst: 1_000, concurrent: 100 };
const joanna = { id: 'Joanna', language: 'en-US' };

async function pollyOf(answer: (request: ScriptedRequest, text: string) => unknown, options = {}) {
  const service = await startScriptedService(async (scripted) =>
    answer(scripted, String((await scripted.json()).Text)),
  );
  const clients = createAwsClients('us-east-1', { endpoint: service.url });
  const closing = new AbortController();
  cleanUps.push(service.close, clients.destroy, () => closing.abort());
  const polly = new PollyTextToSpeech(clients.polly, {
    engine: 'neural',
    closing: closing.signal,
    limits,
    quota,
    logger: skippingWaits,
    ...options,
  });
  return { polly, service, closing };
}

/** The letters of the text stand for its audio. */
function speak({ stream }: ScriptedRequest, text: string): void {
  stream.respond({ ':status': 200, 'content-type': 'audio/mulaw' });
  stream.end(text);
}

async function* clausesOf(...clauses: string[]) {
  yield* clauses;
}

async function heard(speech: AsyncIterable<Speech>, onBegun = () => {}): Promise<string[]> {
  const clauses: string[] = [];
  const ended = new Set<number>();
  for await (const { clause, audio, last } of speech) {
    onBegun();
    expect(clause).toBeGreaterThanOrEqual(clauses.length - 1);
    expect(ended.has(clause)).toBe(false);
    if (last) ended.add(clause);
    clauses[clause] = (clauses[clause] ?? '') + Buffer.from(audio).toString();
  }
  expect([...ended]).toEqual([...clauses.keys()]);
  return clauses;
}

async function failureOf(speech: AsyncIterable<Speech>): Promise<{ failure: string; before: string }> {
  let before = '';
  try {
    for await (const { audio } of speech) before += Buffer.from(audio).toString();
  } catch (error) {
    if (error instanceof ProviderError) return { failure: error.failure, before };
    throw error;
  }
  throw new Error('expected a ProviderError, found complete speech');
}

const forever = () => new AbortController().signal;

describe('Polly, a clause a request', () => {
  it('speaks the telephone’s own encoding with the voice and engine asked for', async () => {
    const bodies: unknown[] = [];
    const service = await startScriptedService(async (scripted) => {
      bodies.push(await scripted.json());
      speak(scripted, 'audio');
    });
    const clients = createAwsClients('us-east-1', { endpoint: service.url });
    cleanUps.push(service.close, clients.destroy);
    const polly = new PollyTextToSpeech(clients.polly, { engine: 'neural', closing: forever(), quota });
    await heard(polly.speak(clausesOf('Good morning.'), joanna, forever()));
    await heard(polly.speak(clausesOf('Good morning.'), { id: 'Kajal', language: 'hi-IN' }, forever()));
    expect(service.requests[0]?.headers[':path']).toBe('/v1/speech');
    const common = {
      Engine: 'neural',
      OutputFormat: 'mulaw',
      SampleRate: '8000',
      Text: 'Good morning.',
      TextType: 'text',
    };
    expect(bodies).toEqual([
      { ...common, VoiceId: 'Joanna' },
      { ...common, VoiceId: 'Kajal', LanguageCode: 'hi-IN' },
    ]);
  });

  it('keeps the order of the clauses, with two requests under way', async () => {
    const held: (() => void)[] = [];
    let underWay = 0;
    let most = 0;
    const { polly } = await pollyOf((scripted, text) => {
      most = Math.max(most, ++underWay);
      const finish = () => {
        underWay--;
        speak(scripted, text);
      };
      // The first of each pair is answered after the second.
      if (scripted.index % 2 === 0) held.push(finish);
      else {
        finish();
        held.shift()?.();
      }
    });
    expect(await heard(polly.speak(clausesOf('one', 'two', 'three', 'four'), joanna, forever()))).toEqual([
      'one',
      'two',
      'three',
      'four',
    ]);
    expect(most).toBe(2);
  });

  it('delivers the beginning of a clause before its end is there', async () => {
    let finish = () => {};
    const { polly } = await pollyOf(({ stream }) => {
      stream.respond({ ':status': 200, 'content-type': 'audio/mulaw' });
      stream.write('begin');
      finish = () => stream.end('end');
    });
    const pieces: string[] = [];
    for await (const { audio, last } of polly.speak(clausesOf('x'), joanna, forever())) {
      pieces.push(Buffer.from(audio).toString() + (last ? '.' : ''));
      if (pieces.length === 1) finish();
    }
    expect(pieces).toEqual(['begin', 'end', '.']);
  });

  it('asks for nothing when there is nothing to pronounce, and still ends the clause', async () => {
    const { polly, service } = await pollyOf(speak);
    expect(await heard(polly.speak(clausesOf('…', 'yes', ' '), joanna, forever()))).toEqual(['', 'yes', '']);
    expect(service.requests).toHaveLength(1);
  });

  it('says nothing when there are no clauses', async () => {
    const { polly } = await pollyOf(speak);
    expect(await heard(polly.speak(clausesOf(), joanna, forever()))).toEqual([]);
  });

  describe('takes up where it broke off, without a gap or a repetition, when', () => {
    const begin = ({ stream }: ScriptedRequest, text: string) => {
      stream.respond({ ':status': 200, 'content-type': 'audio/mulaw' });
      stream.write(text.slice(0, 5));
    };
    type Fault = (scripted: ScriptedRequest, text: string, begun: Promise<void>) => unknown;
    const faults: Record<string, Fault> = {
      'it is throttled': (scripted) => refuse(scripted, 400, 'ThrottlingException'),
      'the service fails': (scripted) => refuse(scripted, 500, 'ServiceFailureException'),
      'nothing comes': () => {},
      'the connection breaks': ({ stream }) => stream.session?.destroy(),
      'the audio is dropped in the middle': (scripted, text, begun) => {
        begin(scripted, text);
        return begun.then(() => scripted.stream.destroy(new Error('scripted')));
      },
      'the connection breaks in the middle': (scripted, text, begun) => {
        begin(scripted, text);
        return begun.then(() => scripted.stream.session?.destroy());
      },
      'something else than audio comes': ({ stream }) => {
        stream.respond({ ':status': 200, 'content-type': 'text/html' });
        stream.end('<html>');
      },
      'the audio stalls in the middle': begin,
    };
    for (const [name, fault] of Object.entries(faults))
      it(name, async () => {
        let onBegun = () => {};
        const begun = new Promise<void>((resolve) => {
          onBegun = resolve;
        });
        const { polly, service } = await pollyOf((scripted, text) =>
          scripted.index === 0 ? fault(scripted, text, begun) : speak(scripted, text),
        );
        const speech = heard(polly.speak(clausesOf('a whole sentence'), joanna, forever()), onBegun);
        await timePassesUntil(() => service.requests.length === 2);
        expect(await speech).toEqual(['a whole sentence']);
        expect(service.requests).toHaveLength(2);
      });
  });

  it('says what failed, after the clauses that could be spoken', async () => {
    const { polly } = await pollyOf((scripted, text) =>
      text === 'bad' ? refuse(scripted, 400, 'InvalidSsmlException') : speak(scripted, text),
    );
    expect(await failureOf(polly.speak(clausesOf('good', 'bad', 'never'), joanna, forever()))).toEqual({
      failure: 'refused',
      before: 'good',
    });
  });

  it('fails with the error of its clauses, after the clauses before it', async () => {
    const { polly } = await pollyOf(speak);
    const broken = (async function* () {
      yield 'good';
      throw new ProviderError('language-model', 'bedrock', 'throttled', 'scripted');
    })();
    expect(await failureOf(polly.speak(broken, joanna, forever()))).toEqual({ failure: 'throttled', before: 'good' });
  });

  it('waits for its turn within the quota instead of being throttled', async () => {
    vi.useRealTimers();
    const patient = { ...limits, budgetMs: 60_000, firstMs: 60_000 };
    let underWay = 0;
    const { polly } = await pollyOf(
      (scripted, text) => {
        expect(++underWay).toBe(1);
        setTimeout(() => {
          underWay--;
          speak(scripted, text);
        }, 10);
      },
      { quota: { perSecond: 1_000, burst: 3, concurrent: 1 }, limits: patient },
    );
    const speeches = ['a', 'b', 'c', 'd', 'e'].map((text) => heard(polly.speak(clausesOf(text), joanna, forever())));
    expect((await Promise.all(speeches)).flat()).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('stops all its requests without an error when the caller barges in', async () => {
    const { polly, service } = await pollyOf(({ stream }) => {
      stream.respond({ ':status': 200, 'content-type': 'audio/mulaw' });
      stream.write('beginning');
    });
    const bargeIn = new AbortController();
    const pieces: Speech[] = [];
    const endless = (async function* () {
      yield 'one';
      yield 'two';
      await new Promise(() => {});
    })();
    for await (const piece of polly.speak(endless, joanna, bargeIn.signal)) {
      pieces.push(piece);
      await expect.poll(() => service.requests.length).toBe(2);
      bargeIn.abort();
    }
    expect(pieces).toHaveLength(1);
    await expect.poll(service.openStreams).toBe(0);
  });

  it('stops its requests when its listener leaves', async () => {
    const { polly, service } = await pollyOf(({ stream }) => {
      stream.respond({ ':status': 200, 'content-type': 'audio/mulaw' });
      stream.write('beginning');
    });
    for await (const _ of polly.speak(clausesOf('one', 'two'), joanna, forever())) break;
    await expect.poll(service.openStreams).toBe(0);
  });

  it('leaves nothing behind on the signals it was given', async () => {
    const { polly, closing } = await pollyOf((scripted, text) =>
      scripted.index === 0 ? refuse(scripted, 500, 'ServiceFailureException') : speak(scripted, text),
    );
    const { signal } = new AbortController();
    await heard(polly.speak(clausesOf('one', 'two', 'three'), joanna, signal));
    for await (const _ of polly.speak(clausesOf('one', 'two'), joanna, signal)) break;
    expect([...getEventListeners(signal, 'abort'), ...getEventListeners(closing.signal, 'abort')]).toEqual([]);
  });

  it('uses its connections again', async () => {
    const { polly, service } = await pollyOf(speak);
    for (let turn = 0; turn < 6; turn++) {
      await heard(polly.speak(clausesOf('one', 'two'), joanna, forever()));
      await expect.poll(service.openStreams).toBe(0);
    }
    expect(service.requests).toHaveLength(12);
    expect(service.connections).toBeLessThanOrEqual(4);
  });
});
