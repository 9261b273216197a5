/** Ways in which a caller once was left in silence. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ProviderError } from '../../../runtime/providers/errors.ts';
import type { ModelEvent } from '../../../runtime/providers/language-model.ts';
import { ANY_TOOLS } from '../../support/any-call.ts';
import { startScriptedCall } from '../../support/scripted-call.ts';
import { textEvents } from '../../support/scripted-services.ts';

afterEach(() => {
  vi.useRealTimers();
});

const broken = () => new ProviderError('language-model', 'scripted', 'unavailable', 'connection refused');
const look = { type: 'tool-call', call: { id: 't1', name: 'look', input: { day: 'Tuesday' } } } as const;
const heard = (call: Awaited<ReturnType<typeof startScriptedCall>>) => call.of('agent-turn').at(-1)?.heardText;

describe('the caller is asked again', () => {
  it.each<[string, ModelEvent[]]>([
    ['says nothing', []],
    ['says nothing that can be spoken', textEvents('… *')],
    ['does nothing but call tools', [look]],
  ])('when the model %s', async (_, events) => {
    const call = await startScriptedCall({ agent: { tools: { custom: ANY_TOOLS } }, model: () => events });
    await call.wait(1_000);
    await call.says('Hello there.');
    await call.wait(7_500);
    expect(heard(call)?.endsWith(call.agent.sentences.sorry)).toBe(true);
    expect(call.of('problem')).toMatchObject([{ stage: 'language-model', code: 'malformed' }]);
    await call.hangsUp();
  });

  it('when the model fails after its tool has answered', async () => {
    const call = await startScriptedCall({
      agent: { tools: { custom: ANY_TOOLS } },
      model: (request) =>
        request.messages.at(-1)?.role === 'tool' ? broken() : [...textEvents('Let me look. '), look],
    });
    await call.wait(1_000);
    await call.says('Hello there.');
    await call.wait(7_500);
    expect(heard(call)).toBe(`Let me look. ${call.agent.sentences.sorry}`);
    await call.hangsUp();
  });

  it('when the model hangs after its tool has answered', async () => {
    const call = await startScriptedCall({
      agent: { tools: { custom: ANY_TOOLS } },
      model: (request) =>
        request.messages.at(-1)?.role === 'tool'
          ? { events: [], firstTokenMs: 60_000 }
          : [...textEvents('Let me look. '), look],
    });
    await call.wait(1_000);
    await call.says('Hello there.');
    await call.wait(27_000);
    expect(heard(call)).toMatch(new RegExp(`^Let me look\\. (One moment, please\\. )+${call.agent.sentences.sorry}`));
    await call.hangsUp();
  });

  it('when the model fails after a clause that has no sound', async () => {
    const call = await startScriptedCall({
      model: () => ({ events: textEvents('Sure, that is fine.'), error: broken() }),
      speech: (clause) => (clause === 'Hello.' || clause.length > 20 ? undefined : { silent: true }),
    });
    await call.wait(1_000);
    await call.says('Hello there.');
    await call.wait(6_000);
    expect(heard(call)).toContain(call.agent.sentences.sorry);
    await call.hangsUp();
  });
});

describe('an opener', () => {
  it('that is all the model wanted to say is its answer, and it knows', async () => {
    const call = await startScriptedCall({
      agent: { openers: { statement: ['Sure.'], question: [] } },
      model: () => 'Sure!',
    });
    await call.wait(1_000);
    await call.says('I will wait.');
    await call.wait(3_000);
    expect(heard(call)).toBe('Sure.');
    await call.says('Good.');
    await call.wait(2_000);
    expect(call.requests.at(-1)?.messages).toContainEqual({ role: 'assistant', text: 'Sure.' });
    expect(call.of('problem')).toEqual([]);
    await call.hangsUp();
  });
});

describe('a goodbye', () => {
  it('is said for a model that hangs up without a word, whatever it said before', async () => {
    const call = await startScriptedCall({
      agent: { tools: { custom: ANY_TOOLS } },
      model: (request) =>
        request.messages.at(-1)?.role === 'tool'
          ? [{ type: 'tool-call', call: { id: 't2', name: 'end_call', input: {} } }]
          : [...textEvents('Let me look. '), look],
    });
    await call.wait(1_000);
    await call.says('That is all.');
    await call.wait(8_000);
    expect(heard(call)).toBe('Let me look. Goodbye.');
    expect(call.reason).toBe('agent-ended');
  });
});

describe('a filler', () => {
  // "Okay." and "One moment, please." are not whole frames long.
  it('follows an opener whatever its length', async () => {
    const call = await startScriptedCall({ firstTokenMs: 8_000, agent: { openers: { statement: ['Okay.'] } } });
    await call.wait(1_000);
    await call.says('I will wait.');
    await call.wait(14_000);
    expect(heard(call)).toBe('Okay. One moment, please. One moment, please. Sure, that is fine.');
    await call.hangsUp();
  });
});
