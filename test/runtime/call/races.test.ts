/** Races that once were lost. Each test has the name of what the caller noticed. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ProviderError } from '../../../runtime/providers/errors.ts';
import type { ModelRequest } from '../../../runtime/providers/language-model.ts';
import { ANY_TOOLS } from '../../support/any-call.ts';
import { startScriptedCall } from '../../support/scripted-call.ts';
import { textEvents } from '../../support/scripted-services.ts';

afterEach(() => {
  vi.useRealTimers();
});

const lastUser = (request: ModelRequest) => request.messages.findLast((message) => message.role === 'user')?.text;
const search = { type: 'tool-call', call: { id: 't1', name: 'search', input: { day: 'Tuesday' } } } as const;
const HANGS = { events: [], firstTokenMs: 60_000 };

describe('a turn that was interrupted', () => {
  it('does not take the comfort away from the turn after it when its tool returns', async () => {
    const call = await startScriptedCall({
      agent: { tools: { custom: ANY_TOOLS } },
      model: (request) => (lastUser(request)?.includes('Tuesday') ? [...textEvents('Let me look. '), search] : HANGS),
    });
    await call.wait(1_000);
    await call.says('Is Tuesday possible?');
    await call.wait(1_200);
    await call.says('Stop it.');
    await call.wait(1_000);
    expect(call.of('tool-finished')).toEqual([]);
    const sent = call.line.sentBytes;
    await call.wait(3_000);
    expect(call.of('tool-finished')).toHaveLength(1);
    expect(call.line.sentBytes).toBeGreaterThan(sent);
    await call.hangsUp();
  });
});

describe('a model that hangs every time', () => {
  it('ends the call with words, as one that fails every time does', async () => {
    const call = await startScriptedCall({ model: () => HANGS });
    await call.wait(1_000);
    for (let i = 0; i < 3; i++) {
      await call.says('Hello there.');
      await call.wait(16_000);
    }
    expect(call.reason).toBe('speech-failed');
    expect(call.of('agent-turn').at(-1)?.heardText).toBe(call.agent.sentences.goodbyeBroken);
  });
});

describe('a clause whose sound breaks off', () => {
  it('is not taken for heard', async () => {
    const story = 'We have three dentists and two hygienists and a parrot.';
    const call = await startScriptedCall({
      model: (request) => (lastUser(request)?.includes('Tell') ? story : 'Yes.'),
      speech: (clause) =>
        clause === story
          ? { breaksOff: new ProviderError('text-to-speech', 'scripted', 'unavailable', 'gone') }
          : undefined,
    });
    await call.wait(1_000);
    await call.says('Tell me about you.');
    await call.wait(3_000);
    expect(call.of('agent-turn').at(-1)).toMatchObject({ text: story, heardText: '' });
    await call.says('Hello?');
    await call.wait(2_000);
    expect(call.requests.at(-1)?.messages).not.toContainEqual({ role: 'assistant', text: story });
    await call.hangsUp();
  });
});

describe('a prepared answer', () => {
  it('that has failed before the turn was over is given up for a new one', async () => {
    let failures = 1;
    const gone = () => new ProviderError('language-model', 'scripted', 'unavailable', 'gone');
    const call = await startScriptedCall({ model: () => (failures-- > 0 ? gone() : 'Here I am.') });
    await call.wait(1_000);
    await call.says('I need a cleaning and');
    await call.wait(4_000);
    expect(call.of('agent-turn').at(-1)?.heardText).toBe('Here I am.');
    expect(call.of('speculation')).toMatchObject([{ outcome: 'miss', started: 1 }]);
    expect(call.of('problem')).toEqual([]);
    await call.hangsUp();
  });
});

describe('an impatient agent', () => {
  it('does not ask a caller whether he is there while it waits for the rest of his sentence', async () => {
    const call = await startScriptedCall({ agent: { limits: { idleMs: 600 } } });
    await call.wait(300);
    await call.says('My name is');
    await call.wait(1_800);
    expect(call.of('caller-turn').map((turn) => turn.text)).toEqual(['My name is']);
    expect(call.of('agent-turn').map((turn) => turn.kind)).toEqual(['greeting']);
    await call.hangsUp();
  });
});
