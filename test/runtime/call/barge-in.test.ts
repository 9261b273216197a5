/** What silences the agent, what takes the floor from it, and what does neither. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ModelRequest } from '../../../runtime/providers/language-model.ts';
import { ANY_TOOLS } from '../../support/any-call.ts';
import { startScriptedCall } from '../../support/scripted-call.ts';
import { textEvents } from '../../support/scripted-services.ts';

afterEach(() => {
  vi.useRealTimers();
});

const story =
  'Let me tell you a very long story about all of our dentists and their many cats and dogs, and the house they live in.';
const lastUser = (request: ModelRequest) => request.messages.findLast((message) => message.role === 'user')?.text;

/** The agent is in the middle of its story. */
async function listening() {
  const call = await startScriptedCall({
    model: (request) => (lastUser(request)?.includes('Stop') ? 'Sorry.' : story),
  });
  await call.wait(1_000);
  await call.says('Tell me about you.');
  await call.wait(1_500);
  return call;
}

describe('an agent that went on after', () => {
  it.each<[string, (call: Awaited<ReturnType<typeof listening>>) => Promise<void>]>([
    ['a cough', (call) => call.makesNoise(300)],
    ['an "uh-huh"', (call) => call.says('Uh-huh.', 400)],
    ['a long noise', (call) => call.makesNoise(4_000)],
  ])('%s is silenced by the next voice as by the first', async (_, sounds) => {
    const call = await listening();
    await sounds(call);
    await call.wait(1_200);
    expect(call.of('barge-in-resumed')).toHaveLength(1);
    const before = call.of('barge-in').length;
    await call.makesNoise(300);
    expect(call.of('barge-in')).toHaveLength(before + 1);
    await call.hangsUp();
  });
});

describe('a noisy line', () => {
  it('with a sound every second does not keep the agent silent', async () => {
    const call = await listening();
    for (let i = 0; i < 24; i++) {
      await call.makesNoise(300);
      await call.wait(500);
    }
    expect(call.of('agent-turn').at(-1)).toMatchObject({ heardText: story, interrupted: false });
    await call.hangsUp();
  });

  it('leaves the floor to words', async () => {
    const call = await listening();
    for (let i = 0; i < 2; i++) {
      await call.makesNoise(200);
      await call.wait(1_200);
    }
    expect(call.of('barge-in-resumed')).toHaveLength(2);
    await call.says('Stop that please.');
    await call.wait(3_000);
    expect(call.of('agent-turn').slice(1)).toMatchObject([{ interrupted: true }, { heardText: 'Sorry.' }]);
    await call.hangsUp();
  });
});

describe('words that voice activity has missed', () => {
  it('take the floor, too', async () => {
    const call = await listening();
    await call.whispers('Stop that please.');
    await call.wait(500);
    expect(call.of('agent-turn').at(-1)).toMatchObject({ text: story, interrupted: true });
    await call.wait(3_000);
    expect(call.of('agent-turn').at(-1)?.heardText).toBe('Sorry.');
    await call.hangsUp();
  });
});

describe('a barge-in that is taken back', () => {
  it('is only reported when it was reported', async () => {
    const call = await startScriptedCall({ firstTokenMs: 2_500, agent: { openers: { statement: ['Okay.'] } } });
    await call.wait(1_000);
    await call.says('I will wait.');
    await call.wait(1_500);
    // The opener was heard to its end, and the answer is still to come: there is nothing to silence.
    await call.makesNoise(300);
    await call.wait(4_000);
    expect(call.of('barge-in')).toEqual([]);
    expect(call.of('barge-in-resumed')).toEqual([]);
    await call.hangsUp();
  });
});

describe('a noise that never stops', () => {
  it('neither keeps a caller from being answered nor silences the answer', async () => {
    const call = await startScriptedCall({ agent: { limits: { maxTurnMs: 8_000, idleMs: 20_000 } } });
    call.line.voiced = true;
    await call.wait(12_000);
    for (let i = 0; i < 2; i++) {
      call.recognizer.plan('I need a cleaning.', 1_000);
      await call.wait(8_000);
    }
    expect(call.of('caller-turn').map((turn) => turn.text)).toEqual(['I need a cleaning.', 'I need a cleaning.']);
    expect(call.of('agent-turn').filter((turn) => turn.kind === 'reply')).toMatchObject([
      { heardText: 'Sure, that is fine.', interrupted: false },
      { heardText: 'Sure, that is fine.', interrupted: false },
    ]);
    await call.hangsUp();
  });
});

describe('a caller who says "okay"', () => {
  it('while the answer is being looked up does not call it off', async () => {
    const call = await startScriptedCall({
      agent: { tools: { custom: ANY_TOOLS } },
      model: (request) =>
        request.messages.at(-1)?.role === 'tool'
          ? 'Ten is free.'
          : [
              ...textEvents('Let me look. '),
              { type: 'tool-call', call: { id: 't1', name: 'search', input: { day: 'Tuesday' } } },
            ],
    });
    await call.wait(1_000);
    await call.says('Is Tuesday possible?');
    await call.wait(2_000);
    await call.says('Okay.', 400);
    await call.wait(6_000);
    expect(call.of('caller-turn')).toHaveLength(1);
    expect(call.of('agent-turn').at(-1)?.heardText).toMatch(/Ten is free\.$/);
    await call.hangsUp();
  });

  it('to what he was asked has answered', async () => {
    const call = await startScriptedCall({
      model: (request) => (lastUser(request)?.includes('Okay') ? 'Booked.' : 'Ten?'),
    });
    await call.wait(1_000);
    await call.says('Is Tuesday possible?');
    await call.wait(2_500);
    await call.says('Okay.', 400);
    await call.wait(2_000);
    expect(call.of('agent-turn').at(-1)?.heardText).toBe('Booked.');
    await call.hangsUp();
  });
});
