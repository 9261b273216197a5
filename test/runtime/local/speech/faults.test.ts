import { ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime';
import { StartSpeechSynthesisStreamCommand, SynthesizeSpeechCommand } from '@aws-sdk/client-polly';
import { describe, expect, it } from 'vitest';
import { type Fault, type FaultName, FaultPlan } from '../../../../runtime/local/speech/faults.ts';
import { seededRandom } from '../../../../runtime/local/speech/random.ts';
import { failureOf } from '../../../../runtime/providers/aws/errors.ts';
import { collect, type Services, silence, spoken, startServices, transcribe } from './clients.ts';

describe('the plan of faults', () => {
  const stage = 'language-model';
  const strikes = (plan: FaultPlan, count: number) =>
    Array.from({ length: count }, () => plan.next(stage)?.name ?? '-').join(' ');
  const planOf = (...faults: Fault[]) => {
    const plan = new FaultPlan(seededRandom(1));
    for (const fault of faults) plan.inject(fault);
    return plan;
  };

  it('strikes once unless told otherwise', () => {
    expect(strikes(planOf({ stage, name: 'stall' }), 3)).toBe('stall - -');
  });

  it('lets some requests through first, then strikes as often as it should', () => {
    expect(strikes(planOf({ stage, name: 'throttle', after: 2, count: 2 }), 6)).toBe('- - throttle throttle - -');
  });

  it('strikes a request with one fault only, in the order they were put in', () => {
    expect(strikes(planOf({ stage, name: 'throttle' }, { stage, name: 'refuse', count: 2 }), 4)).toBe(
      'throttle refuse refuse -',
    );
  });

  it('strikes its own stage only, and not when cleared', () => {
    const plan = planOf({ stage: 'text-to-speech', name: 'stall', count: 9 });
    expect(strikes(plan, 2)).toBe('- -');
    expect(plan.next('text-to-speech')).toMatchObject({ name: 'stall' });
    plan.clear();
    expect(plan.next('text-to-speech')).toBeUndefined();
  });

  it('strikes by chance, the same way for the same seed', () => {
    const chance = () => strikes(planOf({ stage, name: 'stall', count: 1_000, probability: 0.3 }), 1_000);
    const struck = chance().split('stall').length - 1;
    expect(struck).toBeGreaterThan(240);
    expect(struck).toBeLessThan(360);
    expect(chance()).toBe(chance());
  });

  it('refuses a fault that is none', () => {
    expect(() => planOf({ stage, name: 'explode' as FaultName })).toThrow('name');
  });
});

/** Each way of asking for something, the answer in how many pieces it came. */
const OPERATIONS = {
  transcription: {
    stage: 'speech-to-text',
    async ask(services: Services) {
      services.emulator.script('call', ['Hello.']);
      const { results, error } = await transcribe(services, [...(await spoken('Hello.')), ...silence(500)]);
      if (error) throw error;
      return results.length;
    },
  },
  reply: {
    stage: 'language-model',
    async ask({ bedrock }: Services) {
      const messages = [{ role: 'user' as const, content: [{ text: 'Hello' }] }];
      const { stream } = await bedrock.send(new ConverseStreamCommand({ modelId: 'm', messages }));
      return (await collect(stream!)).length;
    },
  },
  speech: {
    stage: 'text-to-speech',
    async ask({ polly }: Services) {
      const { AudioStream, ContentType } = await polly.send(
        new SynthesizeSpeechCommand({
          Text: 'Hello there.',
          VoiceId: 'Joanna',
          OutputFormat: 'mulaw',
          Engine: 'neural',
        }),
      );
      const pieces = await collect(AudioStream as unknown as AsyncIterable<Uint8Array>);
      if (ContentType !== 'audio/mulaw') throw new SyntaxError(`${ContentType} is no audio`);
      return pieces.length;
    },
  },
  'speech stream': {
    stage: 'text-to-speech',
    async ask({ polly }: Services) {
      const { EventStream } = await polly.send(
        new StartSpeechSynthesisStreamCommand({
          Engine: 'generative',
          VoiceId: 'Joanna',
          OutputFormat: 'mulaw',
          ActionStream: (async function* () {
            yield { TextEvent: { Text: 'Hello there. ' } };
            yield { CloseStreamEvent: {} };
          })(),
        }),
      );
      return (await collect(EventStream!)).length;
    },
  },
} as const;

const FAILURES = {
  throttle: 'throttled',
  refuse: 'refused',
  'drop-mid-stream': 'unavailable',
  'malformed-event': 'malformed',
} as const;

describe.each(Object.entries(OPERATIONS))('a fault in the middle of a %s', (_, { stage, ask }) => {
  it.each(Object.entries(FAILURES))(
    '%s is seen by the client as %s, and the next request is served',
    async (name, failure) => {
      const services = await startServices();
      services.emulator.inject({ stage, name: name as FaultName });
      const error = await ask(services).then(
        () => undefined,
        (thrown: Error) => thrown,
      );
      expect(error).toBeInstanceOf(Error);
      expect(failureOf(error)).toBe(failure);
      expect(services.emulator.stats().faults).toEqual([{ stage, name, struck: 1 }]);
      expect(await ask(services)).toBeGreaterThan(0);
    },
  );

  it('stall leaves the client waiting, until it gives up', async () => {
    const services = await startServices();
    services.emulator.inject({ stage, name: 'stall' });
    let isOver = false;
    void ask(services).then(
      () => (isOver = true),
      () => (isOver = true),
    );
    await expect.poll(() => services.emulator.stats().faults[0]!.struck).toBe(1);
    // The same request, unhurt, comes all the way while the struck one is still waiting.
    expect(await ask(services)).toBeGreaterThan(0);
    expect(isOver).toBe(false);
  });
});
